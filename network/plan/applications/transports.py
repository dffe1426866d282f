"""ServersTransports (TRF-6)."""

from network.config import StackConfig
from network.config.applications.transports import Transport
from network.plan.model.kubernetes import Manifest, manifest
from network.plan.model.names import application_namespace
from network.plan.model.traefik import API_VERSION


def build(config: StackConfig, application: str) -> tuple[Manifest, ...]:
    """Return one ServersTransport for each transport; the models are in Traefik's words."""
    return tuple(
        _transport(application_namespace(config, application), name, transport)
        for name, transport in config.applications[application].transports.items()
    )


def _transport(namespace: str, name: str, transport: Transport) -> Manifest:
    spec = transport.model_dump(mode="json", by_alias=True, exclude_none=True, exclude={"options"})
    return manifest(
        API_VERSION,
        "ServersTransport",
        name,
        namespace=namespace,
        spec={**spec, **transport.other_options},
    )
