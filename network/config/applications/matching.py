"""Routes as rules in Traefik's language, and which of them fit the same request (ING-2).

Config needs the text too: a rule's length is its priority where none is given.
"""

import re
from collections.abc import Mapping

from network.config.applications.routes import Route


def rule(host: str, route: Route) -> str:
    """Return the route's rule for one of its hosts.

    One rule per host: hosts joined into one would lengthen it, and with it raise its priority.
    """
    return " && ".join(
        [
            _call("Host", host),
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
    """Return the priority that Traefik gives the route's rule for one of its hosts."""
    return route.priority or len(rule(host, route))


def overlap(one: Route, other: Route) -> bool:
    """Whether some request to a host of both may fit both routes."""
    return not (
        _paths_apart(one, other)
        or _apart(one.methods, other.methods)
        or _differ(one.headers, other.headers)
        or _differ(one.cookies, other.cookies)
        or _differ(one.query, other.query)
        or (
            one.client_ip
            and other.client_ip
            and not any(mine.overlaps(theirs) for mine in one.client_ip for theirs in other.client_ip)
        )
    )


def covers(one: Route, other: Route) -> bool:
    """Whether every request to a host of both that fits `other` fits `one` too."""
    return (
        _path_covers(one, other)
        and (not one.methods or (bool(other.methods) and set(other.methods) <= set(one.methods)))
        and one.headers.items() <= other.headers.items()
        and one.headers_regexp.items() <= other.headers_regexp.items()
        and one.cookies.items() <= other.cookies.items()
        and one.query.items() <= other.query.items()
        and one.query_regexp.items() <= other.query_regexp.items()
        and one.client_ip in ((), other.client_ip)
    )


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
    if one.path_regexp is not None or other.path_regexp is not None:
        return False
    if one.path is not None:
        return not _fits(one.path, other)
    if other.path is not None:
        return not _fits(other.path, one)
    mine, theirs = one.path_prefix, other.path_prefix
    return not (mine.startswith(theirs) or theirs.startswith(mine))


def _path_covers(one: Route, other: Route) -> bool:
    if one.path_regexp is not None:
        return one.path_regexp == other.path_regexp
    if one.path is not None:
        return one.path == other.path
    if other.path_regexp is not None:
        return one.path_prefix == "/"
    return (other.path or other.path_prefix).startswith(one.path_prefix)


def _fits(path: str, route: Route) -> bool:
    return path == route.path if route.path is not None else path.startswith(route.path_prefix)


def _apart(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    return bool(one and other) and not set(one) & set(other)


def _differ(one: Mapping[str, str], other: Mapping[str, str]) -> bool:
    """Whether both ask for different values under one key: a request carries one of them."""
    theirs = {key.lower(): value for key, value in other.items()}
    return any(theirs.get(key.lower(), value) != value for key, value in one.items())
