"""Middlewares and chains, all in Traefik's namespace (TRF-1, TRF-2, TRF-5, TRF-7)."""

from dataclasses import dataclass
from typing import Any

from network.config import StackConfig
from network.config.traffic.answers import Errors
from network.config.traffic.authentication import BasicAuth
from network.config.traffic.middleware import Middleware
from network.plan.kubernetes import Manifest, SecretPlan, manifest
from network.plan.names import TRAEFIK, application_namespace

API_VERSION = "traefik.io/v1alpha1"


@dataclass(frozen=True)
class TrafficPlan:
    """Middlewares by name, the chains over them, and the Secrets that they read."""

    secrets: tuple[SecretPlan, ...]
    middlewares: tuple[Manifest, ...]
    chains: tuple[Manifest, ...]


def build(config: StackConfig) -> TrafficPlan:
    """Return the traffic layer's plan."""
    return TrafficPlan(
        secrets=_secrets(config),
        middlewares=tuple(
            _manifest(name, _spec(config, middleware))
            for name, middleware in config.traffic.middlewares.items()
        ),
        chains=tuple(
            _manifest(name, {"chain": {"middlewares": [{"name": link} for link in links]}})
            for name, links in config.traffic.chains.items()
        ),
    )


def _manifest(name: str, spec: dict[str, Any]) -> Manifest:
    return manifest(API_VERSION, "Middleware", name, namespace=TRAEFIK, spec=spec)


def _secrets(config: StackConfig) -> tuple[SecretPlan, ...]:
    """Return one Secret per list of users, however many middlewares share it."""
    lists = {
        middleware.basic_auth.users
        for middleware in config.traffic.middlewares.values()
        if middleware.basic_auth is not None
    }
    return tuple(
        SecretPlan(_secret_name(users), TRAEFIK, "Opaque", {"users": f"basicAuthUsers.{users}"})
        for users in sorted(lists)
    )


def _secret_name(users: str) -> str:
    return f"basic-auth-{users}"


def _spec(config: StackConfig, middleware: Middleware) -> dict[str, Any]:
    """Return a middleware's spec. The models are in Traefik's words, so most pass as they are."""
    if middleware.basic_auth is not None:
        return {"basicAuth": _basic_auth(middleware.basic_auth)}
    if middleware.errors is not None:
        return {"errors": _errors(config, middleware.errors)}
    if middleware.spec is not None:
        return middleware.spec
    return middleware.model_dump(mode="json", by_alias=True, exclude_none=True)


def _basic_auth(auth: BasicAuth) -> dict[str, Any]:
    return {
        "secret": _secret_name(auth.users),
        "realm": auth.realm,
        "removeHeader": auth.remove_header,
    }


def _errors(config: StackConfig, errors: Errors) -> dict[str, Any]:
    workload = config.applications[errors.application].workloads[errors.workload]
    return {
        "status": list(errors.status),
        "query": errors.query,
        "service": {
            "kind": "Service",
            "name": errors.workload,
            "namespace": application_namespace(config, errors.application),
            "port": next(iter(workload.ports)),
        },
    }
