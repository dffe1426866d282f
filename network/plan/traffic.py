"""Middlewares and chains, all in Traefik's namespace (TRF-1 to TRF-3, TRF-5 to TRF-7)."""

from dataclasses import dataclass
from typing import Any

from network.config import StackConfig
from network.config.model import Model
from network.config.platform import TRAEFIK
from network.config.traffic.answers import Errors
from network.config.traffic.authentication import BasicAuth, ForwardAuth
from network.config.traffic.limits import RateLimit
from network.config.traffic.middleware import Middleware
from network.config.traffic.redis import Redis
from network.plan.model.kubernetes import Manifest, SecretPlan, manifest
from network.plan.model.layer import LayerPlan
from network.plan.model.names import application_namespace
from network.plan.model.traefik import API_VERSION

IPV6_CLIENT = 64
"""Prefix of the addresses that one household or machine has."""

DENIED_ANNOTATION = "network.webgrip.nl/denied"
"""On the allow list that a deny list becomes: the ranges that it keeps out."""

REDIS_SECRET = "redis"
REDIS_TIMEOUT = "500ms"
"""Longest wait for a connection, and for each answer. Traefik's client tries five dials and four
commands; a request that waited for its own defaults (5 s and 3 s) would hold a client for minutes."""


@dataclass(frozen=True, kw_only=True)
class TrafficPlan(LayerPlan):
    """Middlewares by name, the chains over them, and the Secrets that they read."""

    title = "Traffic"

    secrets: tuple[SecretPlan, ...]
    middlewares: tuple[Manifest, ...]
    chains: tuple[Manifest, ...]


def build(config: StackConfig) -> TrafficPlan:
    """Return the traffic layer's plan."""
    return TrafficPlan(
        secrets=_secrets(config),
        middlewares=tuple(
            _manifest(name, _spec(config, middleware), _denied(middleware))
            for name, middleware in config.traffic.middlewares.items()
        ),
        chains=tuple(
            _manifest(name, {"chain": {"middlewares": [{"name": link} for link in links]}})
            for name, links in config.traffic.chains.items()
        ),
    )


def _manifest(name: str, spec: dict[str, Any], annotations: dict[str, str] | None = None) -> Manifest:
    return manifest(API_VERSION, "Middleware", name, namespace=TRAEFIK, annotations=annotations, spec=spec)


def _denied(middleware: Middleware) -> dict[str, str] | None:
    """Return whom a deny list keeps out, which its ranges of everybody else hardly tell."""
    if middleware.ip_deny_list is None:
        return None
    return {DENIED_ANNOTATION: " ".join(map(str, middleware.ip_deny_list.source_range))}


def _secrets(config: StackConfig) -> tuple[SecretPlan, ...]:
    """Return one Secret per list of users, however many middlewares share it, and Redis' password."""
    lists = {
        middleware.basic_auth.users
        for middleware in config.traffic.middlewares.values()
        if middleware.basic_auth is not None
    }
    users = [
        SecretPlan(_secret_name(users), TRAEFIK, "Opaque", {"users": f"basicAuthUsers.{users}"})
        for users in sorted(lists)
    ]
    redis = config.traffic.redis
    if redis is not None and config.redis_password is not None:
        # Traefik refuses the Secret without a user.
        login = SecretPlan(
            REDIS_SECRET, TRAEFIK, "Opaque", {"password": "redisPassword"}, {"username": redis.username}
        )
        return (*users, login)
    return tuple(users)


def _secret_name(users: str) -> str:
    return f"basic-auth-{users}"


def _spec(config: StackConfig, middleware: Middleware) -> dict[str, Any]:
    """Return a middleware's spec. The models are in Traefik's words, so most pass as they are."""
    if middleware.basic_auth is not None:
        return {"basicAuth": _basic_auth(middleware.basic_auth)}
    if middleware.forward_auth is not None:
        return {"forwardAuth": _forward_auth(config, middleware.forward_auth)}
    if middleware.rate_limit is not None:
        return {"rateLimit": _rate_limit(config, middleware.rate_limit)}
    if middleware.in_flight_req is not None:
        options = _as_it_is(middleware.in_flight_req)
        return {"inFlightReq": {**options, "sourceCriterion": _source(config, options["sourceCriterion"])}}
    if middleware.errors is not None:
        return {"errors": _errors(config, middleware.errors)}
    if middleware.ip_deny_list is not None:
        options = _as_it_is(middleware.ip_deny_list, "source_range")
        admitted = [str(network) for network in middleware.ip_deny_list.admitted]
        return {"ipAllowList": {"sourceRange": admitted, **options}}
    if middleware.cache_control is not None:
        return {"headers": {"customResponseHeaders": {"Cache-Control": middleware.cache_control.value}}}
    if middleware.spec is not None:
        return middleware.spec
    return _as_it_is(middleware)


def _as_it_is(model: Model, *but: str) -> dict[str, Any]:
    """Return the model's options in Traefik's words, without the named fields."""
    return model.model_dump(mode="json", by_alias=True, exclude_none=True, exclude=set(but))


def _basic_auth(auth: BasicAuth) -> dict[str, Any]:
    return {"secret": _secret_name(auth.users), **_as_it_is(auth, "users")}


def _forward_auth(config: StackConfig, auth: ForwardAuth) -> dict[str, Any]:
    """Return the spec. `trustForwardHeader` is always written: left out, Traefik passes some of a
    client's X-Forwarded headers on and others not."""
    options = _as_it_is(auth, "application", "workload", "port", "path")
    if auth.application is not None and auth.workload is not None and auth.port is not None:
        address = _address(config, auth.application, auth.workload, auth.port)
        options["address"] = f"http://{address}{auth.path or '/'}"
    return options


def _rate_limit(config: StackConfig, limit: RateLimit) -> dict[str, Any]:
    options = _as_it_is(limit, "shared")
    options["sourceCriterion"] = _source(config, options["sourceCriterion"])
    redis = config.traffic.redis
    if redis is not None and config.traffic.is_shared(limit):
        options["redis"] = _redis(config, redis)
    return options


def _source(config: StackConfig, criterion: dict[str, Any]) -> dict[str, Any]:
    """Return whom a limit counts: with IPv6 clients a /64, of whose addresses one of them has all."""
    if "ipStrategy" in criterion and config.ingress.load_balancer.ipv6:
        return {"ipStrategy": {"ipv6Subnet": IPV6_CLIENT, **criterion["ipStrategy"]}}
    return criterion


def _redis(config: StackConfig, redis: Redis) -> dict[str, Any]:
    if redis.application is not None and redis.workload is not None:
        address = _address(config, redis.application, redis.workload, redis.port)
    else:
        address = f"{redis.host}:{redis.port}"
    options: dict[str, Any] = {
        "endpoints": [address],
        "db": redis.db,
        **dict.fromkeys(("dialTimeout", "readTimeout", "writeTimeout"), REDIS_TIMEOUT),
    }
    if config.redis_password is not None:
        options["secret"] = REDIS_SECRET
    if redis.host is not None or redis.ca_secret is not None:
        options["tls"] = {"caSecret": redis.ca_secret} if redis.ca_secret is not None else {}
    return options


def _address(config: StackConfig, application: str, workload: str, port: str | int) -> str:
    """Return host and port of a workload's Service."""
    ports = config.applications[application].workloads[workload].served
    number = port if isinstance(port, int) else ports[port].port
    return f"{workload}.{application_namespace(config, application)}.svc:{number}"


def _errors(config: StackConfig, errors: Errors) -> dict[str, Any]:
    workload = config.applications[errors.application].workloads[errors.workload]
    return {
        **_as_it_is(errors, "application", "workload"),
        "service": {
            "kind": "Service",
            "name": errors.workload,
            "namespace": application_namespace(config, errors.application),
            "port": next(iter(workload.served)),
        },
    }
