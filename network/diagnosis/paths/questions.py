"""What somebody asks, in the words of the command line."""

import re
from collections.abc import Iterable, Sequence
from urllib.parse import urlsplit

from network.diagnosis.paths import certificates, connections, hosts
from network.diagnosis.paths.connections import Connection
from network.diagnosis.paths.stack import Protocol, Stack
from network.diagnosis.walk import Path

_ARROW = ("to", "->")
_PORT = re.compile(r"(?P<name>.+?):(?P<port>[0-9]{1,5})(?:/(?P<protocol>tcp|udp))?", re.IGNORECASE)

_SHOWN = 20
"""Names that a refusal lists."""


class UnknownQuestionError(ValueError):
    """The stack has nothing that is called so; the message says what it has."""


def path(stack: Stack, words: Sequence[str]) -> Path:
    """Return the links of a question: a host, `<application>/<route>`, `A to B`, `A -> B:8080`, `certificate
    NAME`. Raises UnknownQuestionError, and UnknownNameError for a peer of nobody."""
    given = " ".join(words).split()
    match given:
        case ["certificate", name]:
            return _certificate(stack, name)
        case [source, arrow, destination] if arrow in _ARROW:
            return connections.path(stack, _connection(source, destination))
        case [name] if (host := _host_of(name)) is not None:
            return _host(stack, host)
        case [name]:
            return _route(stack, name)
        case _:
            raise UnknownQuestionError(
                f"`{' '.join(given)}` is no question: ask for a host, for <application>/<route>, for `A to "
                "B:port`, or for `certificate NAME`"
            )


def _certificate(stack: Stack, name: str) -> Path:
    known = certificates.every(stack.config)
    if name not in known:
        raise UnknownQuestionError(f"the stack has no certificate {name}: {there_are(known)}")
    return certificates.path(stack, name)


def _route(stack: Stack, name: str) -> Path:
    found: dict[str, list[hosts.Way]] = {}
    for way in hosts.ways(stack.config):
        found.setdefault(f"{way.application}/{way.name}", []).append(way)
    if name not in found:
        raise UnknownQuestionError(
            f"the stack has no route {name} that can be asked: {there_are(found)}; for a workload ask "
            f"`traefik/traefik to {name}`"
        )
    each = found[name]
    return Path([], [hosts.path(stack, way.host, [way]) for way in each])


def _host_of(name: str) -> str | None:
    """Return the host that is meant by a name or by the address in a browser; None if it is a route."""
    if "://" in name:
        return urlsplit(name.lower()).hostname
    return None if "/" in name else name.lower().rstrip(".")


def _host(stack: Stack, host: str) -> Path:
    found = hosts.ways_to(stack.config, host)
    if not found:
        known = [way.host for way in hosts.ways(stack.config)]
        raise UnknownQuestionError(f"no route serves {host}: {there_are(known)}")
    return hosts.path(stack, host, found)


def _connection(source: str, destination: str) -> Connection:
    found = _PORT.fullmatch(destination)
    if found is None:
        return Connection(source, destination, {})
    number = int(found["port"])
    if not 1 <= number <= 65535:
        raise UnknownQuestionError(f"{number} is no port: they run from 1 to 65535")
    protocol: Protocol = "UDP" if (found["protocol"] or "").lower() == "udp" else "TCP"
    return Connection(source, found["name"], {number: protocol})


def there_are(names: Iterable[str]) -> str:
    """Return the names that there are, as far as a line holds them."""
    known = sorted(set(names))
    more = f" and {len(known) - _SHOWN} more" if len(known) > _SHOWN else ""
    return f"there are {', '.join(known[:_SHOWN])}{more}" if known else "there is none"
