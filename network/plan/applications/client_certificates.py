"""Mutual TLS: TLSOptions that ask clients for certificates (TRF-1)."""

from typing import Any

from network.config import StackConfig
from network.config.applications import Route
from network.config.platform import TRAEFIK
from network.plan.ingress import tls_settings
from network.plan.model.kubernetes import Manifest, SecretPlan, manifest
from network.plan.model.names import application_namespace
from network.plan.model.traefik import API_VERSION


def secrets(config: StackConfig, application: str) -> tuple[SecretPlan, ...]:
    """Return a Secret for each authority that the config holds: Traefik reads them from Secrets only."""
    return tuple(
        SecretPlan(
            object_name(name),
            application_namespace(config, application),
            "Opaque",
            {"ca.crt": f"clientCAs.{application}.{name}"},
        )
        for name, authority in config.applications[application].client_cas.items()
        if authority.pem is not None
    )


def options(config: StackConfig, application: str) -> tuple[Manifest, ...]:
    """Return a TLSOption for each authority, and for each with other settings that a route asks for: the
    settings, and a certificate of it."""
    declared = config.applications[application]
    pairs = [(name, None) for name in declared.client_cas]
    pairs += [(r.client_ca, r.tls_options) for r in declared.routes.values() if r.client_ca and r.tls_options]
    return tuple(
        manifest(
            API_VERSION,
            "TLSOption",
            object_name(name, settings),
            namespace=application_namespace(config, application),
            spec={
                **tls_settings(config, settings),
                "clientAuth": {
                    "secretNames": [declared.client_cas[name].secret or object_name(name)],
                    "clientAuthType": "RequireAndVerifyClientCert",
                },
            },
        )
        for name, settings in dict.fromkeys(pairs)
    )


def reference(route: Route) -> dict[str, Any]:
    """Return how a route refers to its TLS options; the default ones have no name."""
    if route.client_ca is not None:
        return {"options": {"name": object_name(route.client_ca, route.tls_options)}}
    if route.tls_options is not None:
        return {"options": {"name": route.tls_options, "namespace": TRAEFIK}}
    return {}


def object_name(client_ca: str, settings: str | None = None) -> str:
    """Return the name of an authority's Secret and TLSOption, with other settings or the platform's. Never
    `default`, which is everybody's."""
    return f"client-ca-{client_ca}" + (f".{settings}" if settings else "")
