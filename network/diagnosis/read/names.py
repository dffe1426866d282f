"""Zones, hosts' addresses and CAA records, by the resolvers of this machine and by zones' own servers."""

from collections.abc import Sequence

from network.diagnosis.facts import NameAnswer, ZoneFacts
from network.diagnosis.read import dns
from network.live.finding import CannotLookError
from network.live.parallel import Seen

_ASKED = 2
"""Of a zone's servers: all of DigitalOcean's answer alike."""


def resolver(known: Sequence[str]) -> str:
    """Return the first resolver. Raises CannotLookError if there is none."""
    if not known:
        raise CannotLookError("/etc/resolv.conf", "it names no resolver", "name one there")
    return known[0]


def zone(name: str, known: Sequence[str]) -> ZoneFacts:
    """Return how a zone is served. Raises CannotLookError."""
    asked = resolver(known)
    servers = dns.ask(asked, name, "NS")
    authority: dict[str, Seen[NameAnswer]] = {}
    for server in servers.values[:_ASKED]:
        try:
            authority[server] = dns.ask(address_of(server, asked), name, "SOA", recursive=False)
        except CannotLookError as error:
            authority[server] = error
    # One that does not answer from here may answer others; all of them silent is a reason not to look.
    heard = {server: answer for server, answer in authority.items() if isinstance(answer, NameAnswer)}
    return ZoneFacts(servers, heard or authority)


def by_authority(host: str, in_zone: str, known: Sequence[str]) -> NameAnswer:
    """Return what a server of a zone says of a host in it. Raises CannotLookError."""
    asked = resolver(known)
    servers = dns.ask(asked, in_zone, "NS").values
    problem = CannotLookError(f"dig NS {in_zone}", "the zone has no server", f"dig +trace NS {in_zone}")
    for server in servers[:_ASKED]:
        try:
            return dns.addresses(address_of(server, asked), host, recursive=False)
        except CannotLookError as error:
            problem = error
    raise problem


def address_of(server: str, asked: str) -> str:
    """Return the address of a name server. Raises CannotLookError."""
    found = dns.ask(asked, server, "A")
    if not found.values:
        raise CannotLookError(f"dig {server}", f"{server} has no address", f"dig +trace {server}")
    return found.values[0]


def authorities(name: str, known: Sequence[str]) -> NameAnswer:
    """Return the CAA records that decide for a name: the nearest, at it or above (RFC 8659). Raises
    CannotLookError."""
    asked = resolver(known)
    labels = name.removeprefix("*.").split(".")
    answer = NameAnswer("NOERROR")
    for start in range(len(labels)):
        answer = dns.ask(asked, ".".join(labels[start:]), "CAA")
        if answer.values or answer.status not in ("NOERROR", "NXDOMAIN"):
            return answer
    return answer
