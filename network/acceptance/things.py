"""What lies in an account, as a list of things, and which of them are a run's: pure, over the API's answers.

A thing is a run's by its name, which nobody else's has by chance; by a tag, by its zone, or by the project
that only the run has; never by a guess.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from network.acceptance.run import is_of, run_of

Json = Mapping[str, Any]


@dataclass(frozen=True)
class Thing:
    """Something in the account."""

    kind: str
    """Name of its kind (`KINDS`)."""
    id: str
    """By which the API finds it."""
    name: str
    """As people call it; its id where it has no name."""
    tags: tuple[str, ...] = ()
    within: tuple[str, ...] = ()
    """Ids of what it belongs to: its project, its Droplet, its zone."""
    empty: bool = False
    """Whether it holds nothing, where that is told."""

    @property
    def key(self) -> tuple[str, str]:
        """What tells it from every other thing."""
        return self.kind, self.id

    def __str__(self) -> str:
        return f"{self.kind} {self.name}" + (f" ({self.id})" if self.id != self.name else "")


@dataclass(frozen=True)
class Kind:
    """A kind of things, and the calls for it."""

    name: str
    path: str
    """Of the list; `{zone}` stands for a domain name, of which each is asked for."""
    key: str
    """Name of the list in the answer."""
    id: Callable[[Json], object] = lambda each: each["id"]
    named: Callable[[Json], object] = lambda each: each["name"]
    within: Callable[[Json], Sequence[object]] = lambda _: ()
    empty: Callable[[Json], bool] = lambda _: False
    remove: str = "{path}/{id}"
    """Of the deletion."""
    busy: frozenset[int] = frozenset({409, 412, 423})
    """Statuses of a deletion that pass later."""

    def thing(self, each: Json, zone: str = "") -> Thing:
        """Return an element of the list as a thing."""
        tags = tuple(map(str, each.get("tags") or ()))
        within = (zone, *map(str, self.within(each))) if zone else tuple(map(str, self.within(each)))
        return Thing(self.name, str(self.id(each)), str(self.named(each)), tags, within, self.empty(each))

    def path_of(self, thing: Thing) -> str:
        """Return the path by which a thing is deleted."""
        path = self.path.format(zone=thing.within[0]) if "{zone}" in self.path else self.path
        return self.remove.format(path=path, id=thing.id)


def _project_of(each: Json) -> Sequence[object]:
    return [each[key] for key in ("project_id",) if each.get(key)]


def _owners_of_address(each: Json) -> Sequence[object]:
    droplet = each.get("droplet") or {}
    return [*_project_of(each), *([droplet["id"]] if droplet.get("id") else [])]


LOAD_BALANCER = Kind("load balancer", "/v2/load_balancers", "load_balancers", within=_project_of)
CLUSTER = Kind(
    "cluster",
    "/v2/kubernetes/clusters",
    "kubernetes_clusters",
    remove="{path}/{id}/destroy_with_associated_resources/dangerous",
)
VOLUME = Kind("volume", "/v2/volumes", "volumes")
NAT_GATEWAY = Kind("NAT gateway", "/v2/vpc_nat_gateways", "vpc_nat_gateways", within=_project_of)
PEERING = Kind("peering", "/v2/vpc_peerings", "vpc_peerings", within=lambda each: each["vpc_ids"])
DROPLET = Kind("Droplet", "/v2/droplets", "droplets")
RESERVED_IP = Kind(
    "reserved address",
    "/v2/reserved_ips",
    "reserved_ips",
    id=lambda each: each["ip"],
    named=lambda each: each["ip"],
    within=_owners_of_address,
    # Given to a Droplet, or just taken from one that goes.
    busy=frozenset({409, 412, 422, 423}),
)
CDN = Kind("CDN endpoint", "/v2/cdn/endpoints", "endpoints", named=lambda each: each["origin"])
SPACES_KEY = Kind("Spaces key", "/v2/spaces/keys", "keys", id=lambda each: each["access_key"])
# One that a CDN shows is refused by 403 (docs/facts/digitalocean.md#spaces-and-its-cdn).
CERTIFICATE = Kind("certificate", "/v2/certificates", "certificates", busy=frozenset({403, 409, 412, 423}))
RECORD = Kind("record", "/v2/domains/{zone}/records", "domain_records")
DOMAIN = Kind("zone", "/v2/domains", "domains", id=lambda each: each["name"])
CHECK = Kind("uptime check", "/v2/uptime/checks", "checks")
FIREWALL = Kind("firewall", "/v2/firewalls", "firewalls")
# 403 is documented for a VPC with members, 409 was seen (docs/facts/provider.md#deleting-a-vpc).
VPC = Kind("VPC", "/v2/vpcs", "vpcs", busy=frozenset({403, 409, 412, 422, 423}))
TAG = Kind(
    "tag",
    "/v2/tags",
    "tags",
    id=lambda each: each["name"],
    empty=lambda each: (each.get("resources") or {}).get("count") == 0,
)
PROJECT = Kind("project", "/v2/projects", "projects")

KINDS = (
    LOAD_BALANCER,
    CLUSTER,
    VOLUME,
    NAT_GATEWAY,
    PEERING,
    RESERVED_IP,
    DROPLET,
    CDN,
    SPACES_KEY,
    CERTIFICATE,
    RECORD,
    DOMAIN,
    CHECK,
    FIREWALL,
    VPC,
    TAG,
    PROJECT,
)
"""Every kind that a run is held responsible for, in the order in which they go: what uses before what is
used, the VPC after all that can be in it."""

SHARED_TAGS = frozenset({"network", "k8s", "k8s:worker"})
"""Tags that every stack of the program and every cluster has: a run's if they were not there before it, and
nothing has them any more."""


@dataclass(frozen=True)
class Belongings:
    """By what a run's things are known."""

    run: str
    """Its id."""
    clusters: frozenset[str] = frozenset()
    """Ids of its clusters: those that are there, and those that were."""
    vpcs: frozenset[str] = frozenset()
    droplets: frozenset[str] = frozenset()
    projects: frozenset[str] = frozenset()
    before: Mapping[tuple[str, str], str] | None = field(default=None, repr=False)
    """What was in the account before the run, by kind and id; None where nobody knows any more. None of it is
    the run's, whatever it is called."""

    def has(self, thing: Thing) -> bool:
        """Whether a thing is the run's."""
        if self.before is not None and thing.key in self.before:
            return False
        match thing.kind:
            case RECORD.name:
                own = f"accept-{self.run}"
                return thing.name == own or thing.name.endswith(f".{own}")
            case DOMAIN.name:
                return thing.name.startswith(f"accept-{self.run}.")
            case TAG.name:
                return self._has_tag(thing)
            case _:
                return is_of(thing.name, self.run) or self._has_by_owner(thing)

    def _has_tag(self, tag: Thing) -> bool:
        if tag.name in SHARED_TAGS:
            return self.before is not None and tag.empty
        own = {f"environment:accept-{self.run}", *(f"k8s:{each}" for each in self.clusters)}
        return tag.name in own or is_of(tag.name, self.run)

    def _has_by_owner(self, thing: Thing) -> bool:
        tagged = {f"environment:accept-{self.run}", *(f"k8s:{each}" for each in self.clusters)}
        owners = self.vpcs | self.droplets | self.projects
        return bool(tagged & set(thing.tags)) or bool(owners & set(thing.within))


def belongings(
    run: str,
    things: Iterable[Thing],
    clusters: Iterable[str] = (),
    before: Mapping[tuple[str, str], str] | None = None,
) -> Belongings:
    """Return by what a run's things are known, as the account is now; `clusters` are those that were seen
    earlier."""
    there = list(things)

    def ids(kind: Kind) -> frozenset[str]:
        only_by_name = Belongings(run, before=before)
        return frozenset(each.id for each in there if each.kind == kind.name and only_by_name.has(each))

    return Belongings(
        run, ids(CLUSTER) | frozenset(clusters), ids(VPC), ids(DROPLET), ids(PROJECT), before=before
    )


def runs_in(things: Iterable[Thing]) -> list[str]:
    """Return the ids of the runs that have left something with their name in an account."""
    found = {run_of(each.name) for each in things}
    for each in things:
        if each.kind == DOMAIN.name and each.name.startswith("accept-"):
            found.add(run_of(f"network-{each.name.partition('.')[0]}"))
    return sorted(filter(None, found))


@dataclass(frozen=True)
class Difference:
    """How an account differs from what it was."""

    new: tuple[Thing, ...]
    gone: tuple[str, ...]


def difference(before: Mapping[tuple[str, str], str], after: Iterable[Thing]) -> Difference:
    """Return what came and what went; both empty where an account is as it was."""
    there = {each.key: each for each in after}
    return Difference(
        tuple(each for key, each in there.items() if key not in before),
        tuple(name for key, name in before.items() if key not in there),
    )
