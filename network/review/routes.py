"""What the internet can ask for: each route with the middlewares that its requests really pass."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from network.config.entry_points import HTTP
from network.config.platform import TRAEFIK
from network.config.traffic.middleware import Modelled
from network.config.traffic.roles import Guard, Limit
from network.plan.model.traefik import traefik_name
from network.plan.traffic import DENIED_ANNOTATION
from network.review.document import Document
from network.review.side import Side

DENIES = "ipDenyList"
"""Kind of what keeps some out and lets everybody else in: in the cluster an allow list of those."""
GUARDS = (*Modelled.kinds(Guard), "digestAuth", "ipWhiteList", DENIES)
"""Kinds of middlewares that decide who gets in, also those that only another version of the program makes."""
LIMITS = Modelled.kinds(Limit)
"""Kinds that keep one client or one failure from taking all."""

_MATCHERS = re.compile(r"(Host|HostRegexp|PathPrefix|Path|PathRegexp)\(`([^`]*)`\)")


@dataclass(frozen=True)
class Middleware:
    """One middleware on the way of a request."""

    name: str
    """With the namespace in front if it is not Traefik's."""
    kind: str
    settings: Any

    @property
    def guards(self) -> bool:
        """Whether it decides who gets in."""
        return self.kind in GUARDS

    @property
    def admits(self) -> bool:
        """Whether it lets in only some."""
        return self.guards and self.kind != DENIES

    @property
    def limits(self) -> bool:
        """Whether it bounds what a request may take."""
        return self.kind in LIMITS


@dataclass(frozen=True)
class Route:
    """One rule of an IngressRoute."""

    owner: str
    """Namespace and name of the IngressRoute."""
    rule: str
    entrypoints: tuple[str, ...]
    chain: tuple[Middleware, ...]
    """In the order in which a request meets them, the default chain's first."""
    defaults: int
    """How many of them are the default chain's; none where the route has left it."""
    backends: tuple[str, ...]
    options: str
    """Name of the route's own TLS options; "" for the default ones."""
    mutual: bool
    """Whether they ask clients for certificates."""

    @property
    def is_internal(self) -> bool:
        """Whether only the internal load balancer leads to it."""
        return bool(self.entrypoints) and set(self.entrypoints) <= set(HTTP["internal"])

    @property
    def address(self) -> str:
        """Host and path as people write them; the whole rule if it says more."""
        hosts = [value for matcher, value in _MATCHERS.findall(self.rule) if matcher == "Host"]
        paths = [value for matcher, value in _MATCHERS.findall(self.rule) if matcher == "PathPrefix"]
        simple = re.sub(_MATCHERS, "", self.rule).replace("&&", "").strip() == ""
        if simple and len(hosts) == 1 and len(paths) <= 1:
            return hosts[0] + (paths[0] if paths else "")
        return self.rule


def routes(side: Side) -> dict[tuple[str, str], Route]:
    """Return every route by its owner and rule."""
    found: dict[tuple[str, str], Route] = {}
    for (namespace, name), manifest in side.of_kind("IngressRoute").items():
        spec = manifest["spec"]
        entrypoints = tuple(spec.get("entryPoints", ()))
        options: Document = (spec.get("tls") or {}).get("options", {})
        defaults = tuple(_distinct(each for point in entrypoints for each in _of_entrypoint(side, point)))
        for rule in spec["routes"]:
            links = list(rule.get("middlewares", ()))
            named = [link for link in links[:1] if _is_default(side, link, namespace)]
            first = (*defaults, *(each for link in named for each in _expanded(side, link, namespace)))
            own = [each for link in links[len(named) :] for each in _expanded(side, link, namespace)]
            route = Route(
                owner=f"{namespace}/{name}",
                rule=rule["match"],
                entrypoints=entrypoints,
                chain=(*first, *own),
                defaults=len(first),
                backends=tuple(_backend(each, namespace) for each in rule.get("services", ())),
                options=options.get("name", ""),
                mutual=_is_mutual(side, options, namespace),
            )
            found[route.owner, route.rule] = route
    return found


def default_chain(side: Side) -> tuple[str, tuple[Middleware, ...]]:
    """Return the name of the stack's default chain, and what is in it; "" and nothing where there is none."""
    name = side.config.get("traffic", {}).get("defaultChain") or ""
    return name, tuple(_expanded(side, {"name": name}, TRAEFIK)) if name else ()


def _is_default(side: Side, link: Mapping[str, Any], namespace: str) -> bool:
    name, _ = default_chain(side)
    return bool(name) and (link.get("namespace", namespace), link["name"]) == (TRAEFIK, name)


def _distinct(middlewares: Iterator[Middleware]) -> Iterator[Middleware]:
    seen: list[str] = []
    for each in middlewares:
        if each.name not in seen:
            seen.append(each.name)
            yield each


def _of_entrypoint(side: Side, entrypoint: str) -> Iterator[Middleware]:
    """Yield the middlewares of an entrypoint, to the chart `namespace_name@kubernetescrd`. Versions before
    routes named the default chain had it there."""
    for release in side.releases.values():
        port: Mapping[str, Any] = release["values"].get("ports", {}).get(entrypoint, {})
        for reference in port.get("http", {}).get("middlewares", ()):
            for namespace, name in side.of_kind("Middleware"):
                # By the second name where one side is from before `safeNaming`.
                if reference in (traefik_name(namespace, name), f"{namespace}-{name}@kubernetescrd"):
                    yield from _expanded(side, {"name": name, "namespace": namespace}, namespace)


def _expanded(
    side: Side, link: Mapping[str, Any], namespace: str, within: Sequence[str] = ()
) -> Iterator[Middleware]:
    """Yield a middleware, or for a chain the middlewares in it; a chain in itself ends there."""
    home, name = link.get("namespace", namespace), link["name"]
    manifest = side.of_kind("Middleware").get((home, name))
    if manifest is None or name in within:
        yield Middleware(name, "missing", None)
        return
    denied = manifest["metadata"].get("annotations", {}).get(DENIED_ANNOTATION)
    if denied is not None:
        settings = {**manifest["spec"]["ipAllowList"], "sourceRange": denied.split()}
        yield Middleware(name, DENIES, settings)
        return
    for kind, settings in manifest["spec"].items():
        if kind == "chain":
            for each in settings["middlewares"]:
                yield from _expanded(side, each, home, (*within, name))
        else:
            yield Middleware(name, kind, settings)


def _is_mutual(side: Side, options: Document, namespace: str) -> bool:
    named = side.of_kind("TLSOption").get((options.get("namespace", namespace), options.get("name", "")), {})
    return "clientAuth" in named.get("spec", {})


def _backend(service: Document, namespace: str) -> str:
    home = service.get("namespace", namespace)
    port = f":{service['port']}" if "port" in service else ""
    weight = f" ({service['weight']})" if "weight" in service else ""
    kind = service.get("kind", "Service")
    return f"{'' if kind == 'Service' else kind + ' '}{home}/{service['name']}{port}{weight}"
