"""What the objects in a cluster promise to requests: hosts, splits, limits, breakers; in Traefik's words."""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Json = Mapping[str, Any]

_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}


@dataclass(frozen=True)
class Split:
    """A route whose requests are shared out by weight."""

    host: str
    weights: Mapping[str, int]
    """Weight by the Service's name, which is the workload's."""

    def shares(self, least: int) -> Mapping[str, int]:
        """Exact counts per Service, for the smallest full turn of at least so many requests."""
        total = sum(self.weights.values())
        turn = total // math.gcd(*self.weights.values())
        requests = -(-least // turn) * turn
        return {name: weight * requests // total for name, weight in self.weights.items()}


@dataclass(frozen=True)
class Limit:
    """A route that lets a client pass `burst` requests at once and `rate` each second."""

    host: str
    rate: float
    burst: int


@dataclass(frozen=True)
class Breaker:
    """A route with a circuit breaker before one Service."""

    host: str
    namespace: str
    service: str
    status: int
    """The answer while the circuit is open."""
    fallback: float
    """Seconds that it stays open."""
    recovery: float
    """Seconds until all requests reach the backend again."""


class Scene:
    """The routes of a cluster and what stands on their way."""

    def __init__(self, objects: Sequence[Json]) -> None:
        """`objects`: IngressRoutes, TraefikServices, Middlewares, and Traefik's Deployment."""
        self._by_name = {
            (each["kind"], each["metadata"].get("namespace", ""), each["metadata"]["name"]): each
            for each in objects
        }
        self._default = tuple(_default_middlewares(objects))

    def hosts(self) -> tuple[str, ...]:
        """Every host with a route on the entrypoint for HTTPS."""
        return tuple(dict.fromkeys(host for host, _, _ in self._routes()))

    def split(self) -> Split | None:
        """The first route that is split by weight."""
        for host, route, namespace in self._routes():
            for service in route.get("services", ()):
                found = self._by_name.get(
                    ("TraefikService", service.get("namespace", namespace), service["name"])
                )
                weighted = found["spec"].get("weighted", {}).get("services", ()) if found else ()
                weights = {each["name"]: each.get("weight", 1) for each in weighted if each.get("weight", 1)}
                if len(weights) > 1:
                    return Split(host, weights)
        return None

    def limit(self) -> Limit | None:
        """The first route with a rate limit."""
        for host, route, namespace in self._routes():
            for options in self._options(route, namespace, "rateLimit"):
                period = _seconds(options.get("period", "1s"))
                return Limit(host, options["average"] / period, options["burst"])
        return None

    def breaker(self) -> Breaker | None:
        """The first route with a circuit breaker before a Service."""
        for host, route, namespace in self._routes():
            (service, *_) = route.get("services") or ({},)
            if service.get("kind", "Service") != "Service" or "name" not in service:
                continue
            for options in self._options(route, namespace, "circuitBreaker"):
                return Breaker(
                    host,
                    service.get("namespace", namespace),
                    service["name"],
                    options.get("responseCode", 503),
                    _seconds(options.get("fallbackDuration", "10s")),
                    _seconds(options.get("recoveryDuration", "10s")),
                )
        return None

    def _routes(self) -> Iterator[tuple[str, Json, str]]:
        """Host, rule and namespace of every rule that asks for nothing but a host."""
        for (kind, namespace, _), each in self._by_name.items():
            if kind != "IngressRoute" or "websecure" not in each["spec"].get("entryPoints", ()):
                continue
            for route in each["spec"]["routes"]:
                if found := re.fullmatch(r"Host\(`([^`]+)`\)", route["match"]):
                    yield found[1], route, namespace

    def _options(self, route: Json, namespace: str, kind: str) -> Iterator[Json]:
        """The options of every middleware of a kind that requests of a route pass."""
        names = [(each.get("namespace", namespace), each["name"]) for each in route.get("middlewares", ())]
        waiting = [*self._default, *names]
        while waiting:
            where, name = waiting.pop(0)
            middleware = self._by_name.get(("Middleware", where, name))
            if middleware is None:
                continue
            spec = middleware["spec"]
            if kind in spec:
                yield spec[kind]
            links = spec.get("chain", {}).get("middlewares", ())
            waiting += [(link.get("namespace", where), link["name"]) for link in links]


def _default_middlewares(objects: Sequence[Json]) -> Iterator[tuple[str, str]]:
    """Namespace and name of what Traefik's arguments put on every request of `websecure`."""
    for each in objects:
        if each["kind"] != "Deployment":
            continue
        for container in each["spec"]["template"]["spec"]["containers"]:
            for argument in container.get("args", ()):
                key, _, value = argument.partition("=")
                if key.lower() == "--entrypoints.websecure.http.middlewares":
                    for name in value.split(","):
                        namespace, _, middleware = name.partition("@")[0].partition("_")
                        yield namespace, middleware


def _seconds(text: str | int) -> float:
    """A duration as Traefik spells it: `1m30s`, or a number of seconds."""
    parts = re.findall(r"([0-9.]+)(ms|s|m|h)", str(text))
    return sum(float(number) * _SECONDS[unit] for number, unit in parts) if parts else float(text)
