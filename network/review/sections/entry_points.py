"""Ports of load balancers beside those of HTTP, and where their connections and packets go."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from network.review import kinds
from network.review.kinds import Finding, Kind
from network.review.markdown import change, code, codes, table
from network.review.sections import Section
from network.review.side import Side


@dataclass(frozen=True)
class _Route:
    """A route of TCP or UDP."""

    title: str
    """Kind, namespace and name."""
    entry_points: tuple[str, ...]
    match: str
    backends: tuple[str, ...]
    tls: str
    """Who ends TLS; "" where nobody looks for it."""
    guards: Mapping[str, Any]
    """Settings by kind: `ipAllowList`, `inFlightConn`."""


Routes = Mapping[str, _Route]
Ports = Mapping[str, tuple[str, str]]
"""By entrypoint: port and protocol as people write them, and the load balancer."""


def compare(base: Side, head: Side) -> Section:
    """Return which ports open and close, and which connections lead elsewhere or lose what bounds them."""
    old, new = dict(_ports(base)), dict(_ports(head))
    findings = [*_opened(old, new)]
    before, after = _routes(base), _routes(head)
    rows: list[Sequence[str]] = []
    for title in [*after, *(title for title in before if title not in after)]:
        was, now = before.get(title), after.get(title)
        if was != now:
            findings += _difference(was, now)
            what = "added" if was is None else "removed" if now is None else "changed"
            shown = now or was
            assert shown is not None
            rows.append((code(title), what, codes(shown.entry_points), codes(shown.backends)))
    return Section("Ports beside HTTP", tuple(findings), table(("route", "", "entrypoint", "leads to"), rows))


def _ports(side: Side) -> Iterator[tuple[str, tuple[str, str]]]:
    for release in side.releases.values():
        ports: Mapping[str, Mapping[str, Any]] = release["values"].get("ports", {})
        for name, port in ports.items():
            for service, exposed in port.get("expose", {}).items():
                # HTTP's have the chart's own ports, and stand in every stack.
                if exposed and "protocol" in port:
                    where = "the load balancer" if service == "default" else f"the {service} load balancer"
                    yield name, (f"{port['protocol']} {port['exposedPort']}", where)


def _opened(old: Ports, new: Ports) -> Iterator[Finding]:
    for name, (port, where) in new.items():
        if old.get(name) != (port, where):
            yield Finding(
                kinds.ENTRY_POINT_OPENED,
                f"**{where[0].upper()}{where[1:]} opens {code(port)}** (entrypoint {code(name)}): no "
                "certificate, login or chain of middlewares stands before what it leads to.",
            )
    for name, (port, where) in old.items():
        if new.get(name) != (port, where):
            text = f"{where[0].upper()}{where[1:]} closes {code(port)} (entrypoint {code(name)})."
            yield Finding(kinds.ENTRY_POINT_CLOSED, text)


def _routes(side: Side) -> dict[str, _Route]:
    limits = {key: each["spec"] for key, each in side.of_kind("MiddlewareTCP").items()}
    found: dict[str, _Route] = {}
    for kind in ("IngressRouteTCP", "IngressRouteUDP"):
        for (namespace, name), manifest in side.of_kind(kind).items():
            spec: Mapping[str, Any] = manifest["spec"]
            (rule,) = spec["routes"]
            guards = [limits.get((namespace, each["name"]), {}) for each in rule.get("middlewares", ())]
            tls = spec.get("tls")
            route = _Route(
                title=f"{kind.removeprefix('IngressRoute')} {namespace}/{name}",
                entry_points=tuple(spec["entryPoints"]),
                match=rule.get("match", ""),
                backends=tuple(f"{namespace}/{each['name']}:{each['port']}" for each in rule["services"]),
                tls="" if tls is None else "the workload" if tls.get("passthrough") else "Traefik",
                guards={key: value for each in guards for key, value in each.items()},
            )
            found[route.title] = route
    return found


LIMITS: Mapping[str, tuple[Kind, str]] = {
    "ipAllowList": (kinds.GUARD_DROPPED, "everybody may connect"),
    "inFlightConn": (kinds.LIMIT_DROPPED, "one client may take every connection"),
}
"""What bounds connections: how its loss weighs, and what it means."""


def _difference(was: _Route | None, now: _Route | None) -> Iterator[Finding]:
    if now is None:
        assert was is not None
        yield Finding(
            kinds.ROUTE_REMOVED, f"{code(was.title)} takes nothing from {codes(was.entry_points)} any more."
        )
        return
    if was is None:
        bounds = codes(now.guards) if now.guards else "no limit and no allow list"
        text = f"{code(now.title)} takes {code(now.match or 'every packet')} from {codes(now.entry_points)}"
        yield Finding(kinds.ROUTE_ADDED, f"{text} to {codes(now.backends)}, with {bounds}.")
        return
    for what, before, after in (
        ("entrypoint", ", ".join(was.entry_points), ", ".join(now.entry_points)),
        ("rule", was.match, now.match),
        ("backend", ", ".join(was.backends), ", ".join(now.backends)),
    ):
        if before != after:
            yield Finding(kinds.ROUTE_CHANGED, f"{code(now.title)}: {what} {change(before, after)}.")
    if was.tls != now.tls:
        ended = change(was.tls or "nobody", now.tls or "nobody")
        yield Finding(kinds.TLS_CHANGED, f"{code(now.title)}: TLS is ended by {ended}.")
    for kind, (weight, meaning) in LIMITS.items():
        if kind in was.guards and kind not in now.guards:
            yield Finding(weight, f"{code(now.title)} loses {code(kind)}: {meaning}.")
        elif was.guards.get(kind) != now.guards.get(kind):
            settings = change(was.guards.get(kind), now.guards.get(kind))
            yield Finding(kinds.GUARD_CHANGED, f"{code(now.title)}: {kind} {settings}.")
