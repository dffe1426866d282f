"""Limits of size that hold for all routes of an application (TRF-8)."""

from network.config import StackConfig
from network.config.applications.transports import OF_APPLICATION
from network.plan.model.kubernetes import Manifest, manifest
from network.plan.model.names import application_namespace
from network.plan.model.traefik import API_VERSION


def middlewares(config: StackConfig, application: str) -> tuple[Manifest, ...]:
    """Return what every route of an application passes behind its chains, in the application's namespace."""
    buffering = config.applications[application].buffering
    if buffering is None:
        return ()
    spec = {"buffering": buffering.model_dump(mode="json", by_alias=True, exclude_none=True)}
    namespace = application_namespace(config, application)
    return (manifest(API_VERSION, "Middleware", OF_APPLICATION, namespace=namespace, spec=spec),)
