"""What Traefik's file provider reads: the plan's middlewares in its spelling, and a router per case."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.ingress.cases import kind
from network.plan.ingress.entrypoints import WEBSECURE
from network.plan.model.kubernetes import Manifest

BACKEND = "backend"

NEVER_REACHED = 1_000_000
"""Requests per second, and at once: limits work as ever, but refuse nobody."""


@dataclass(frozen=True)
class Surroundings:
    """What middlewares lean on, on loopback addresses."""

    backend: str
    """URL; also where forwardAuth asks."""
    redis: str
    """Address of the server that shared rate limits count in."""
    users: Sequence[str]
    """Lines of htpasswd, for every basicAuth."""


def host(middlewares: Sequence[str]) -> str:
    """Return the host of the router with these middlewares."""
    return f"{'.'.join(middlewares) or 'plain'}.test"


def configuration(
    middlewares: Mapping[str, Any],
    routes: Iterable[Sequence[str]],
    certificate: Path,
    tls_options: Mapping[str, Any] | None,
    surroundings: Surroundings,
) -> dict[str, Any]:
    """Return the file: routes are the lists of middlewares that some router has."""
    tls: dict[str, Any] = {"certificates": [{"certFile": str(certificate), "keyFile": str(certificate)}]}
    if tls_options is not None:
        tls["options"] = {"default": tls_options}
    return {
        "http": {
            "routers": {
                host(names): {
                    "rule": f"Host(`{host(names)}`)",
                    "entryPoints": [WEBSECURE],
                    "service": BACKEND,
                    "middlewares": list(names),
                }
                for names in routes
            },
            "middlewares": dict(middlewares),
            "services": {BACKEND: {"loadBalancer": {"servers": [{"url": surroundings.backend}]}}},
        },
        "tls": tls,
    }


def spelled(middleware: Manifest, surroundings: Surroundings) -> dict[str, Any]:
    """Return a middleware as the file provider spells it; limits and lists let the benchmark pass."""
    name = kind(middleware)
    options = dict(middleware["spec"][name])
    match name:
        case "basicAuth":
            del options["secret"]
            options["users"] = list(surroundings.users)
        case "chain":
            options["middlewares"] = [link["name"] for link in options["middlewares"]]
        case "errors":
            options["service"] = BACKEND
        case "forwardAuth":
            options["address"] = surroundings.backend
            options.pop("tls", None)
        case "inFlightReq":
            options["amount"] = NEVER_REACHED
        case "ipAllowList":
            options["sourceRange"] = [*options["sourceRange"], "127.0.0.1/32"]
        case "rateLimit":
            options |= {"average": NEVER_REACHED, "burst": NEVER_REACHED}
            if "redis" in options:
                unneeded = {"secret", "tls"}
                redis = {key: value for key, value in options["redis"].items() if key not in unneeded}
                options["redis"] = redis | {"endpoints": [surroundings.redis]}
        case _:
            pass
    return {name: options}
