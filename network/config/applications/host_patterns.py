"""Hosts of routes as sets of names: one name, every name directly below a domain, an expression (ING-7)."""

import re
from collections.abc import Iterable

from network.config import regex_sets
from network.config.go_regex import matches

_ONE_LABEL = "[^.]+"


def is_expression(host: str) -> bool:
    """Whether it is a regular expression: `hostRegexp` begins with `^`, and no name does."""
    return host.startswith("^")


def is_wildcard(host: str) -> bool:
    """Whether it stands for every name directly below a domain."""
    return host.startswith("*.")


def is_pattern(host: str) -> bool:
    """Whether it stands for more than one name."""
    return is_expression(host) or is_wildcard(host)


def fits(host: str, name: str) -> bool:
    """Whether requests to a name are for the host."""
    if is_expression(host):
        return matches(host, name)
    return name.partition(".")[2] == host[2:] if is_wildcard(host) else name == host


def overlap(one: str, other: str) -> bool:
    """Whether some name is of both; true also where that is undecided."""
    for name, pattern in ((one, other), (other, one)):
        if not is_pattern(name):
            return fits(pattern, name)
    if is_wildcard(one) and is_wildcard(other):
        return one == other
    return regex_sets.apart(_expression(one), _expression(other)) is not True


def is_within(zone: str, host: str) -> bool:
    """Whether some name of the host is below a zone; true also where that is undecided."""
    return overlap(rf"^.*\.{re.escape(zone)}$", host)


def covers(one: str, other: str) -> bool:
    """Whether every name of `other` is surely one of `one`."""
    if not is_pattern(other):
        return fits(one, other)
    if not is_pattern(one):
        return False
    return one == other or covered([one], other) is True


def covered(hosts: Iterable[str], host: str) -> bool | None:
    """Whether every name of an expression or wildcard is one of the hosts; None if that is undecided."""
    alternatives = "|".join(f"(?:{_expression(each)[1:-1]})" for each in hosts)
    return regex_sets.covers(f"^(?:{alternatives})$", _expression(host)) if alternatives else False


def _expression(host: str) -> str:
    if is_expression(host):
        return host
    if is_wildcard(host):
        return f"^{_ONE_LABEL}{re.escape(host[1:])}$"
    return f"^{re.escape(host)}$"
