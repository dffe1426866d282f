"""ServersTransports (TRF-6)."""

from typing import Any

from network.config import StackConfig
from network.config.applications import Application
from network.config.applications.transports import OF_APPLICATION, Transport
from network.config.model import Model
from network.plan.model.kubernetes import Manifest, manifest
from network.plan.model.names import application_namespace
from network.plan.model.traefik import API_VERSION


def build(config: StackConfig, application: str) -> tuple[Manifest, ...]:
    """Return one ServersTransport for each transport, and one with the application's timeouts for all that
    names none; the models are in Traefik's words."""
    declared = config.applications[application]
    timeouts = {} if declared.timeouts is None else _in_words(declared.timeouts)
    specs = {name: _spec(transport, timeouts) for name, transport in declared.transports.items()}
    if timeouts:
        specs[OF_APPLICATION] = {"forwardingTimeouts": timeouts}
    namespace = application_namespace(config, application)
    return tuple(
        manifest(API_VERSION, "ServersTransport", name, namespace=namespace, spec=spec)
        for name, spec in specs.items()
    )


def chosen(application: Application, transport: str | None) -> str | None:
    """Return the transport of what names one, or none: that of the application, where it has one."""
    return transport or (None if application.timeouts is None else OF_APPLICATION)


def _spec(transport: Transport, timeouts: dict[str, Any]) -> dict[str, Any]:
    spec = {**_in_words(transport, "options"), **transport.other_options}
    if timeouts:
        spec["forwardingTimeouts"] = {**timeouts, **spec.get("forwardingTimeouts", {})}
    return spec


def _in_words(model: Model, *but: str) -> dict[str, Any]:
    return model.model_dump(mode="json", by_alias=True, exclude_none=True, exclude=set(but))
