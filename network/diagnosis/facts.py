"""What was seen, as plain data: the decisions of `links/` read nothing else."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, TypeVar

from network.live.finding import CannotLookError
from network.live.parallel import Seen

Object = Mapping[str, Any]
T = TypeVar("T")


def seen(fact: Seen[T]) -> T:
    """Return what was seen. Raises CannotLookError."""
    if isinstance(fact, CannotLookError):
        raise fact
    return fact


@dataclass(frozen=True)
class Objects:
    """Objects of the cluster, by kind and namespace; those of the whole cluster under None."""

    held: Mapping[tuple[str, str | None], Seen[Sequence[Object]]]

    def list(self, kind: str, namespace: str | None = None) -> Sequence[Object]:
        """Return the objects of a kind. Raises CannotLookError, also where nobody looked."""
        missing = CannotLookError(
            f"kubectl get {kind.lower()}", "it was not read", "this is a defect of the command: report it"
        )
        return seen(self.held.get((kind, namespace), missing))

    def get(self, kind: str, name: str, namespace: str | None = None) -> Object | None:
        """Return an object; None if there is none of this name. Raises CannotLookError."""
        return next((each for each in self.list(kind, namespace) if each["metadata"]["name"] == name), None)

    def pods(self, namespace: str, labels: Mapping[str, str]) -> Sequence[Object]:
        """Return the pods with these labels that are neither ending nor done. Raises CannotLookError."""
        return [
            pod
            for pod in self.list("Pod", namespace)
            if labels.items() <= pod["metadata"].get("labels", {}).items()
            and "deletionTimestamp" not in pod["metadata"]
            and pod.get("status", {}).get("phase") not in ("Succeeded", "Failed")
        ]


@dataclass(frozen=True)
class NameAnswer:
    """What a name server says of a name: at most one of the two has anything."""

    status: str
    """`NOERROR`, `NXDOMAIN`, `SERVFAIL`, `REFUSED`, or the number of another."""
    values: tuple[str, ...] = ()
    """Addresses of A and AAAA; names of NS; texts of CAA: flags, tag and value."""
    aliases: tuple[str, ...] = ()
    """Names that CNAME led through, in order."""
    is_authoritative: bool = False

    def __str__(self) -> str:
        through = f" through {', '.join(self.aliases)}" if self.aliases else ""
        nothing = "no address" if self.status == "NOERROR" else self.status
        return f"{', '.join(self.values) or nothing}{through}"


@dataclass(frozen=True)
class ZoneFacts:
    """How a zone is served."""

    servers: Seen[NameAnswer]
    """Its name servers, as the resolver finds them by the delegation of the zone above."""
    authority: Mapping[str, Seen[NameAnswer]] = field(default_factory=dict[str, Seen[NameAnswer]])
    """What each of some of them says of the zone itself, by its name."""


@dataclass(frozen=True)
class Handshake:
    """A try of TLS with a server name."""

    outcome: Literal["shaken", "alert", "closed", "silent", "not connected"]
    """`alert`: the server refused in TLS' own words; `closed`: it closed without any; `silent`: it said
    nothing in time."""
    reason: str = ""
    """In words, where it failed."""
    names: tuple[str, ...] = ()
    """Hosts that the certificate is for."""
    ends: datetime | None = None
    """When it does."""
    trusted: str = ""
    """Why a client that knows the usual authorities refuses it; empty if none does."""
    address: str = ""
    """To which was connected."""


@dataclass(frozen=True)
class Reply:
    """An answer to one request by HTTP."""

    status: int | None
    """None if none came."""
    reason: str = ""
    """Why not."""
    is_traefik_s_own: bool = False
    """404 in the words that Traefik has for a request that no router takes."""
    location: str = ""
    """Where it redirects."""
    seconds: float = 0.0
    """Until its first byte, from the look-up of the name on."""


@dataclass(frozen=True)
class HostFacts:
    """How a host looks from here."""

    by_resolver: Mapping[str, Seen[NameAnswer]] = field(default_factory=dict[str, Seen[NameAnswer]])
    """A and AAAA together, by the resolver's address."""
    by_authority: Seen[NameAnswer] | None = None
    """The same, by a server of its zone; None where it is in no zone of the stack."""
    dials: Mapping[int, Seen[str]] = field(default_factory=dict[int, Seen[str]])
    """By port: the address that a connection of TCP came to."""
    handshake: Seen[Handshake] | None = None
    plain: Seen[Reply] | None = None
    """An answer without TLS, on port 80."""
    replies: Mapping[str, Seen[Reply]] = field(default_factory=dict[str, Seen[Reply]])
    """By path, with TLS."""


@dataclass(frozen=True)
class Facts:
    """Everything that was seen."""

    now: datetime
    objects: Objects
    balancers: Seen[Sequence[Object]]
    """The account's load balancers, as its API has them."""
    zones: Mapping[str, ZoneFacts] = field(default_factory=dict[str, ZoneFacts])
    hosts: Mapping[str, HostFacts] = field(default_factory=dict[str, HostFacts])
    routers: Seen[Mapping[str, Seen[Mapping[str, Object]]]] = field(
        default_factory=dict[str, Seen[Mapping[str, Object]]]
    )
    """Routers as Traefik's pods have loaded them: by pod, then by name."""
    names: Mapping[str, Seen[NameAnswer]] = field(default_factory=dict[str, Seen[NameAnswer]])
    """Hosts outside that pods ask."""
    authorities: Mapping[str, Seen[NameAnswer]] = field(default_factory=dict[str, Seen[NameAnswer]])
    """By name: the CAA records that decide who may issue for it, at it or above."""

    def host(self, name: str) -> HostFacts:
        """Return what was seen of a host."""
        return self.hosts.get(name, HostFacts())
