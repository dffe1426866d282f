"""Routes as rules in Traefik's language, and which of them fit the same request (ING-2).

Config needs the text too: a rule's length is its priority where none is given.
"""

import re
from collections.abc import Mapping
from ipaddress import IPv4Network, IPv6Network
from typing import get_args

from network.config import regex_sets
from network.config.applications.host_patterns import is_expression, is_wildcard
from network.config.applications.matchers import Method
from network.config.applications.routes import MOST_PRIORITY, Route
from network.config.go_regex import matches, parts


def rule(host: str, route: Route) -> str:
    """Return the route's rule for one of its hosts.

    One rule per host: hosts joined into one would lengthen it, and with it raise its priority.
    """
    return " && ".join(
        [
            _call("HostRegexp" if is_expression(host) else "Host", host),
            *_path(route),
            *_any_of("Method", route.methods),
            *(_call("Header", name, value) for name, value in route.headers.items()),
            *(_call("HeaderRegexp", name, regex) for name, regex in route.headers_regexp.items()),
            *(
                _call("HeaderRegexp", "Cookie", rf"(^|;\s*){re.escape(name)}={re.escape(value)}\s*(;|$)")
                for name, value in route.cookies.items()
            ),
            *(_call("Query", name, value) for name, value in route.query.items()),
            *(_call("QueryRegexp", name, regex) for name, regex in route.query_regexp.items()),
            *_any_of("ClientIP", [str(network) for network in route.client_ip]),
        ]
    )


def priority(host: str, route: Route) -> int:
    """Return the priority of the route's rule for one of its hosts. Of names it is Traefik's own, the length;
    expressions come behind all of them, and wildcards last, however long."""
    behind = 2 if is_wildcard(host) else 1 if is_expression(host) else 0
    return route.priority or len(rule(host, route)) - behind * MOST_PRIORITY


def overlap(one: Route, other: Route) -> bool:
    """Whether some request to a host of both may fit both routes."""
    return not (
        _apart(one.methods, other.methods)
        or _differ(one.headers, other.headers)
        or _differ(one.cookies, other.cookies)
        or _differ(one.query, other.query)
        or (
            one.client_ip
            and other.client_ip
            and not any(mine.overlaps(theirs) for mine in one.client_ip for theirs in other.client_ip)
        )
        or _paths_apart(one, other)
    )


def covers(one: Route, other: Route) -> bool:
    """Whether every request to a host of both that fits `other` fits `one` too."""
    return (
        _methods_cover(one, other)
        and _texts_cover(one.headers, one.headers_regexp, other.headers, other.headers_regexp)
        and one.cookies.items() <= other.cookies.items()
        and _texts_cover(one.query, one.query_regexp, other.query, other.query_regexp)
        and _addresses_cover(one, other)
        and _path_covers(one, other)
    )


def fits_path(path: str, route: Route) -> bool:
    """Whether a path fits what the route asks of it."""
    if route.path_regexp is not None:
        return matches(route.path_regexp, path)
    return path == route.path if route.path is not None else path.startswith(route.path_prefix)


def _call(matcher: str, *texts: str) -> str:
    return f"{matcher}({', '.join(f'`{text}`' for text in texts)})"


def _path(route: Route) -> list[str]:
    if route.path is not None:
        return [_call("Path", route.path)]
    if route.path_regexp is not None:
        return [_call("PathRegexp", route.path_regexp)]
    return [] if route.path_prefix == "/" else [_call("PathPrefix", route.path_prefix)]


def _any_of(matcher: str, texts: tuple[str, ...] | list[str]) -> list[str]:
    alternatives = " || ".join(_call(matcher, text) for text in texts)
    return [f"({alternatives})" if len(texts) > 1 else alternatives] if texts else []


def _paths_apart(one: Route, other: Route) -> bool:
    if one.path is not None:
        return not fits_path(one.path, other)
    if other.path is not None:
        return not fits_path(other.path, one)
    mine, theirs = _beginning(one), _beginning(other)
    if not (mine.startswith(theirs) or theirs.startswith(mine)):
        return True
    expressions = one.path_regexp is not None or other.path_regexp is not None
    return expressions and regex_sets.apart(_expression(one), _expression(other), "/") is True


def _path_covers(one: Route, other: Route) -> bool:
    if other.path is not None:
        return fits_path(other.path, one)
    if one.path is not None:
        return False
    if one.path_regexp == other.path_regexp and one.path_prefix == other.path_prefix:
        return True
    if one.path_regexp is None and _beginning(other).startswith(one.path_prefix):
        return True
    return regex_sets.covers(_expression(one), _expression(other), "/") is True


def _expression(route: Route) -> str:
    """Return the expression of the paths of a route that asks for no single one."""
    return f"^{re.escape(route.path_prefix)}" if route.path_regexp is None else route.path_regexp


def _beginning(route: Route) -> str:
    """Return the text that every path of the route begins with, as far as it can be told."""
    if route.path_regexp is None:
        return route.path_prefix
    if not route.path_regexp.startswith("^/") or "|" in parts(route.path_regexp):
        return "/"
    literal = ""
    for part in parts(route.path_regexp[1:]):
        if part in "*?{" or part.startswith("{"):
            return literal[:-1] or "/"  # what stands before may be absent
        if part in "^$.+()|" or part.startswith("[") or re.fullmatch(r"\\[A-Za-z0-9].*", part):
            break
        literal += part.removeprefix("\\")
    return literal or "/"


def _methods_cover(one: Route, other: Route) -> bool:
    if not one.methods or set(one.methods) == set(get_args(Method)):
        return True
    return bool(other.methods) and set(other.methods) <= set(one.methods)


def _texts_cover(
    texts: Mapping[str, str],
    regexes: Mapping[str, str],
    others: Mapping[str, str],
    other_regexes: Mapping[str, str],
) -> bool:
    """Whether all that is asked of headers or of the query is asked by the other too."""
    theirs = {key.lower(): value for key, value in others.items()}
    their_regexes = {key.lower(): value for key, value in other_regexes.items()}
    return all(theirs.get(key.lower()) == value for key, value in texts.items()) and all(
        _fits_all(regex, their_regexes.get(key.lower()))
        or (key.lower() in theirs and matches(regex, theirs[key.lower()]))
        for key, regex in regexes.items()
    )


def _fits_all(wide: str, narrow: str | None) -> bool:
    """Whether an expression fits what another does, which there may not be."""
    return narrow is not None and (wide == narrow or regex_sets.covers(wide, narrow) is True)


def _addresses_cover(one: Route, other: Route) -> bool:
    if not one.client_ip:
        return True
    return bool(other.client_ip) and all(
        any(_inside(theirs, mine) for mine in one.client_ip) for theirs in other.client_ip
    )


def _inside(network: IPv4Network | IPv6Network, other: IPv4Network | IPv6Network) -> bool:
    if isinstance(network, IPv4Network):
        return isinstance(other, IPv4Network) and network.subnet_of(other)
    return isinstance(other, IPv6Network) and network.subnet_of(other)


def _apart(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    return bool(one and other) and not set(one) & set(other)


def _differ(one: Mapping[str, str], other: Mapping[str, str]) -> bool:
    """Whether both ask for different values under one key: a request carries one of them."""
    theirs = {key.lower(): value for key, value in other.items()}
    return any(theirs.get(key.lower(), value) != value for key, value in one.items())
