"""Middlewares that refer to workloads, hosts and the way requests come in (TRF-1, TRF-2, ING-4)."""

from collections.abc import Iterator
from typing import Any

from network.config.applications import Application
from network.config.ingress import Ingress
from network.config.model import Finding, Location
from network.config.nearest import unknown
from network.config.traffic import Traffic
from network.config.traffic.limits import IpStrategy, RateLimit
from network.config.traffic.middleware import Middleware

Applications = dict[str, Application]


def auth_services_exist(traffic: Traffic, applications: Applications) -> Iterator[Finding]:
    """Nobody passes a forwardAuth that asks nobody."""
    for name, middleware in traffic.middlewares.items():
        auth = middleware.forward_auth
        here = ("traffic", "middlewares", name, "forwardAuth")
        if auth is None:
            continue
        if auth.host is None:
            yield from _workload_findings(here, applications, auth.application, auth.workload, auth.port)


def redis_exists(traffic: Traffic, applications: Applications) -> Iterator[Finding]:
    """Requests that are counted nowhere are answered 500."""
    redis = traffic.redis
    if redis is not None and redis.host is None:
        here = ("traffic", "redis")
        yield from _workload_findings(here, applications, redis.application, redis.workload, redis.port)


def redis_outside_has_a_password(traffic: Traffic, redis_password: Any) -> Iterator[Finding]:
    """Whoever reaches an open Redis outside the cluster resets every limit."""
    if traffic.redis is not None and traffic.redis.host is not None and redis_password is None:
        yield Finding(
            ("traffic", "redis", "host"),
            "a Redis outside the cluster needs a password, and the secret network:redisPassword is absent",
            "set it: pulumi config set --secret network:redisPassword",
        )


def redis_is_used(traffic: Traffic, redis_password: Any) -> Iterator[Finding]:
    """Warn of a Redis or a password that nothing needs."""
    limits = [m.rate_limit for m in traffic.middlewares.values() if m.rate_limit]
    if traffic.redis is not None and not any(traffic.is_shared(limit) for limit in limits):
        yield Finding(("traffic", "redis"), "no rate limit is shared", "remove it, or remove `shared: false`")
    if redis_password is not None and traffic.redis is None:
        yield Finding(
            ("redisPassword",),
            "no network:traffic.redis needs it",
            "remove it: pulumi config rm network:redisPassword",
        )


def limits_are_shared_or_said_not_to_be(ingress: Ingress, traffic: Traffic) -> Iterator[Finding]:
    """Warn of limits that change with the number of replicas."""
    scale = ingress.scale
    for name, limit in _limits(traffic):
        if limit.shared is None and traffic.redis is None and scale.max_replicas > 1:
            replicas = f"{scale.min_replicas} to {scale.max_replicas}"
            yield Finding(
                ("traffic", "middlewares", name, "rateLimit"),
                f"each of {replicas} replicas counts for itself: up to {scale.max_replicas * limit.average} "
                f"requests pass per {limit.period}",
                "set `shared: false` if that is meant, or give network:traffic.redis",
            )


def shared_limits_spare_the_default_chain(traffic: Traffic) -> Iterator[Finding]:
    """Warn of a Redis on which every request of the platform depends."""
    for link in traffic.passed(*([traffic.default_chain] if traffic.default_chain else [])):
        name, middleware = link.name, traffic.middlewares[link.name]
        if middleware.rate_limit and traffic.is_shared(middleware.rate_limit):
            yield Finding(
                ("traffic", "middlewares", name, "rateLimit"),
                f"it stands in the default chain {traffic.default_chain}: while Redis is down, every request "
                "of every route is answered 500",
                "set `shared: false`, and share limits in the chains of single routes",
            )


def limits_hold_for_the_patient(traffic: Traffic) -> Iterator[Finding]:
    """Warn of bursts that come back sooner than the average allows: Traefik forgets silent sources."""
    for name, limit in _limits(traffic):
        again = limit.burst / limit.memory_seconds
        if again > limit.per_second * 1.001 + 1 / limit.memory_seconds:
            yield Finding(
                ("traffic", "middlewares", name, "rateLimit", "burst"),
                f"Traefik forgets a source after {limit.memory_seconds} s of silence and gives it the whole "
                f"burst again: up to {_about(again)} requests per second, not {_about(limit.per_second)}",
                f"set {max(1, int(limit.per_second * limit.memory_seconds))} or less",
            )


def retried_answers_come_whole(traffic: Traffic) -> Iterator[Finding]:
    """Warn of listed answers that Traefik 3.7 may turn into 200 (`tests/contract/test_traefik.py`)."""
    for name, middleware in traffic.middlewares.items():
        if middleware.retry and middleware.retry.status is not None:
            yield Finding(
                ("traffic", "middlewares", name, "retry", "status"),
                "a listed answer without Content-Length, to HEAD, or of more than 100 ms has begun at the "
                "client, as 200, before it is tried again: if the last try fails, too, the client sees 200",
                "list statuses only for backends that answer errors whole, or use the application's failover",
            )


def forwarded_addresses_are_trusted(ingress: Ingress, traffic: Traffic) -> Iterator[Finding]:
    """X-Forwarded-For is believed from a CDN only; without one it holds nothing that came from outside."""
    for location, strategy in _strategies(traffic):
        if strategy.reads_forwarded and not ingress.cdn_ranges:
            yield Finding(
                (*location, "depth" if strategy.depth else "excludedIPs"),
                "X-Forwarded-For is believed from ingress.cdnRanges only, and none is given",
                "remove it: the connection's own address is the client's",
            )


def clients_behind_a_cdn_are_told_apart(ingress: Ingress, traffic: Traffic) -> Iterator[Finding]:
    """Warn of a CDN whose own addresses are counted or allowed in place of its clients'. A list of the CDN's
    own ranges is meant so: nobody is let in who goes around it."""
    own = {
        ("traffic", "middlewares", name, "ipAllowList", "ipStrategy")
        for name, middleware in traffic.middlewares.items()
        if middleware.ip_allow_list and set(middleware.ip_allow_list.source_range) <= set(ingress.cdn_ranges)
    }
    for location, strategy in _strategies(traffic):
        if ingress.cdn_ranges and not strategy.reads_forwarded and location not in own:
            yield Finding(
                location,
                "connections come from the CDN (ingress.cdnRanges), so its address counts as everybody's",
                "add `depth: 1`, the address that the CDN saw",
            )


def _workload_findings(
    here: Location, applications: Applications, application: str | None, name: str | None, port: Any
) -> Iterator[Finding]:
    declared = applications.get(str(application))
    if declared is None:
        yield unknown((*here, "application"), "application", str(application), applications)
        return
    workload = declared.workloads.get(str(name))
    if workload is None:
        yield unknown((*here, "workload"), "workload", str(name), declared.workloads)
        return
    fitting = [p for known, p in workload.served.items() if port in (known, p.port)]
    if not fitting:
        yield unknown((*here, "port"), "port of the workload", str(port), workload.served)
    elif all(p.protocol != "TCP" for p in fitting):
        yield Finding((*here, "port"), "Traefik connects by TCP only", "name a TCP port")


def _about(number: float) -> str:
    """Return a number by its first two digits, without a power of ten."""
    return f"{float(f'{number:.2g}'):g}"


def _limits(traffic: Traffic) -> Iterator[tuple[str, RateLimit]]:
    for name, middleware in traffic.middlewares.items():
        if middleware.rate_limit is not None:
            yield name, middleware.rate_limit


def _strategies(traffic: Traffic) -> Iterator[tuple[Location, IpStrategy]]:
    """Yield each ipStrategy and where it stands; an allow list without one takes the connection's address."""
    for name, middleware in traffic.middlewares.items():
        for location, strategy in _strategies_of(middleware):
            if strategy is not None:
                yield ("traffic", "middlewares", name, *location, "ipStrategy"), strategy


def _strategies_of(middleware: Middleware) -> Iterator[tuple[Location, IpStrategy | None]]:
    if middleware.rate_limit:
        yield ("rateLimit", "sourceCriterion"), middleware.rate_limit.source_criterion.ip_strategy
    if middleware.in_flight_req:
        yield ("inFlightReq", "sourceCriterion"), middleware.in_flight_req.source_criterion.ip_strategy
    if middleware.ip_allow_list:
        yield ("ipAllowList",), middleware.ip_allow_list.ip_strategy or IpStrategy()
    if middleware.ip_deny_list:
        yield ("ipDenyList",), middleware.ip_deny_list.ip_strategy or IpStrategy()
