"""Mutual TLS: TLSOptions that ask clients for certificates (TRF-1)."""

from network.config import StackConfig
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
    """Return a TLSOption for each authority: the platform's own settings, and a certificate of it."""
    return tuple(
        manifest(
            API_VERSION,
            "TLSOption",
            object_name(name),
            namespace=application_namespace(config, application),
            spec={
                **tls_settings(config),
                "clientAuth": {
                    "secretNames": [authority.secret or object_name(name)],
                    "clientAuthType": "RequireAndVerifyClientCert",
                },
            },
        )
        for name, authority in config.applications[application].client_cas.items()
    )


def object_name(client_ca: str) -> str:
    """Return the name of an authority's TLSOption and Secret. Never `default`, which is everybody's."""
    return f"client-ca-{client_ca}"
