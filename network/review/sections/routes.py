"""Routes, the middlewares on their way, and TLS."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from network.review import kinds
from network.review.differences import differences, dotted
from network.review.kinds import Finding, Kind
from network.review.markdown import change, code, codes, table
from network.review.routes import LIMITS, Middleware, Route, default_chain, routes
from network.review.sections import Section
from network.review.side import Side

Routes = Mapping[tuple[str, str], Route]


def compare(base: Side, head: Side) -> Section:
    """Return which addresses appear, go, lead elsewhere or lose what stands before them."""
    old, new = routes(base), routes(head)
    findings: list[Finding] = list(_default_chain(base, head, old, new))
    default, _ = default_chain(head)
    rows: list[Sequence[str]] = []
    for key, route in new.items():
        before = old.get(key)
        if before is None:
            findings.append(_added(route, [each for each in old.values() if each.owner == route.owner]))
            if default and not route.defaults:
                findings.append(_left(route, default, ()))
            rows.append((code(route.address), "added", _way(route)))
            continue
        findings += _changed(before, route, default)
        if _way(before) != _way(route):
            rows.append((code(route.address), "changed", _way(route, before)))
    for key, route in old.items():
        if key not in new:
            rows.append((code(route.address), "removed", _way(route)))
            text = (
                f"{code(route.address)} (route {code(route.owner)}) answers 404, unless another rule matches."
            )
            findings.append(Finding(kinds.ROUTE_REMOVED, text))
    findings += _settings(old, new)
    findings += _tls(base, head)
    findings += _encoded(base, head)
    return Section(
        "Routes and middlewares", tuple(findings), table(("address", "", "way of a request"), rows)
    )


def _way(route: Route, before: Route | None = None) -> str:
    """Return what a request passes; with `before`, what is gone is struck out and what is new bold."""
    steps = [each.name for each in route.chain]
    was = steps if before is None else [each.name for each in before.chain]
    shown = [f"~~{code(name)}~~" for name in was if name not in steps]
    shown += [code(name) if name in was else f"**{code(name)}**" for name in steps]
    goal = codes(route.backends)
    if before is not None and before.backends != route.backends:
        goal = f"~~{codes(before.backends)}~~ **{goal}**"
    return f"{', '.join(shown) if shown else 'no middleware'} to {goal}"


def _added(route: Route, siblings: list[Route]) -> Finding:
    guards = [each.name for each in route.chain if each.admits]
    who = f"admitted by {codes(guards)}" if guards else "**open to everybody**"
    instead = f", beside or instead of {codes(each.address for each in siblings)}" if siblings else ""
    where = "within the VPC" if route.is_internal else "to the internet"
    return Finding(
        kinds.ROUTE_ADDED,
        f"{code(route.address)} is served {where}{instead}: {who}; {_way(route)}.",
    )


def _left(route: Route, default: str, lost: Sequence[Middleware]) -> Finding:
    what = f" and passes without {codes(each.name for each in lost)}" if lost else ""
    return Finding(
        kinds.DEFAULT_CHAIN_LEFT, f"{code(route.address)} is outside the default chain {code(default)}{what}."
    )


def _changed(before: Route, after: Route, default: str) -> Iterator[Finding]:
    here = code(after.address)
    if before.backends != after.backends:
        yield Finding(
            kinds.ROUTE_CHANGED,
            f"{here} leads to {codes(after.backends)} instead of {codes(before.backends)}.",
        )
    kept = {each.name for each in after.chain}
    kinds_left = {each.kind for each in after.chain}
    # What the default chain no longer holds is said once, not once more at each route.
    own = before.chain[before.defaults :]
    if default and before.defaults and not after.defaults:
        own = before.chain
        yield _left(after, default, [each for each in own[: before.defaults] if each.name not in kept])
    for each in own:
        if each.name not in kept:
            yield _dropped(each, f"{here} loses", kinds_left)
    if before.entrypoints != after.entrypoints:
        yield Finding(
            kinds.ROUTE_PUBLISHED if before.is_internal and not after.is_internal else kinds.ROUTE_CHANGED,
            f"{here} is served on {codes(after.entrypoints)} instead of {codes(before.entrypoints)}.",
        )
    if before.options != after.options:
        yield Finding(
            kinds.GUARD_DROPPED if before.mutual and not after.mutual else kinds.TLS_CHANGED,
            f"{here}: TLS options {change(before.options or 'default', after.options or 'default')}; mutual "
            "TLS and versions are set there.",
        )


def _default_chain(base: Side, head: Side, old: Routes, new: Routes) -> Iterator[Finding]:
    """Yield what no longer stands before every route, since the default chain held it."""
    default, held = default_chain(head)
    for middleware in default_chain(base)[1]:
        name = middleware.name
        if name in {each.name for each in held}:
            continue
        without = [
            new[key]
            for key, route in old.items()
            if key in new and _loses(route, new[key], name) and (new[key].defaults or not default)
        ]
        if without:
            text = (
                f"**The default chain no longer holds {code(name)}** ({middleware.kind}): "
                f"{codes(route.address for route in without)} "
                f"{'pass' if len(without) > 1 else 'passes'} without it"
            )
            if all(middleware.kind in {each.kind for each in route.chain} for route in without):
                text += f"; another {middleware.kind} stands there"
                yield Finding(kinds.MIDDLEWARE_DROPPED, f"{text}.")
            else:
                yield Finding(_weight(middleware), f"{text}.")


def _loses(before: Route, after: Route, name: str) -> bool:
    return name in {each.name for each in before.chain} and name not in {each.name for each in after.chain}


def _dropped(middleware: Middleware, who: str, kinds_left: set[str]) -> Finding:
    still = f"; another {middleware.kind} still stands there" if middleware.kind in kinds_left else ""
    kind = _weight(middleware) if not still else kinds.MIDDLEWARE_DROPPED
    what = (
        ": whoever it kept out is let in"
        if middleware.guards and not still
        else f": {LIMITS[middleware.kind].missed}"
        if middleware.limits and not still
        else ""
    )
    return Finding(kind, f"{who} {code(middleware.name)} ({middleware.kind}){what}{still}.")


def _weight(middleware: Middleware) -> Kind:
    if middleware.guards:
        return kinds.GUARD_DROPPED
    return kinds.LIMIT_DROPPED if middleware.limits else kinds.MIDDLEWARE_DROPPED


def _settings(old: Routes, new: Routes) -> Iterator[Finding]:
    """Yield what changes inside middlewares, with the addresses that it concerns."""
    known = {each.name: each for route in old.values() for each in route.chain}
    seen: set[str] = set()
    for route in new.values():
        for each in route.chain:
            before = known.get(each.name)
            if each.name in seen or before is None or before.settings == each.settings:
                continue
            seen.add(each.name)
            concerned = [
                other.address for other in new.values() if each.name in {m.name for m in other.chain}
            ]
            what = "; ".join(
                f"{dotted(path)} {change(was, now)}"
                for path, was, now in differences({before.kind: before.settings}, {each.kind: each.settings})
            )
            yield Finding(
                kinds.GUARD_CHANGED if each.guards or before.guards else kinds.MIDDLEWARE_CHANGED,
                f"Middleware {code(each.name)} of {codes(concerned)}: {what}.",
            )


def _encoded(base: Side, head: Side) -> Iterator[Finding]:
    """Yield which encodings in paths entrypoints let in that they refused."""
    before, after = _let_in(base), _let_in(head)
    let_in = sorted({name for _, name in after - before})
    if let_in:
        text = (
            f"Paths may now hold what {codes(let_in)} stands for: routes see it encoded, and a backend that "
            "decodes it another path than the one that was guarded."
        )
        yield Finding(kinds.ENCODED_LET_IN, text)


def _let_in(side: Side) -> set[tuple[str, str]]:
    return {
        (entrypoint, name)
        for release in side.releases.values()
        for entrypoint, port in release["values"].get("ports", {}).items()
        for name, allowed in port.get("http", {}).get("encodedCharacters", {}).items()
        if allowed
    }


def _tls(base: Side, head: Side) -> Iterator[Finding]:
    for what in ("TLSOption", "TLSStore"):
        old, new = base.of_kind(what), head.of_kind(what)
        for key in sorted(old.keys() | new.keys()):
            before: Any = old.get(key, {}).get("spec", {})
            after: Any = new.get(key, {}).get("spec", {})
            changed = [f"{dotted(path)} {change(*values)}" for path, *values in differences(before, after)]
            if changed:
                yield Finding(kinds.TLS_CHANGED, f"{what} {code('/'.join(key))}: {'; '.join(changed)}.")
