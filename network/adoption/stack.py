"""What of a stack's plan exists already, in the account and in the cluster."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from network.adoption.account import chosen, differences
from network.adoption.cluster import cluster, pools, the_one
from network.adoption.external import records, served_zones, the_vpc, vpc
from network.adoption.objects import Importable
from network.adoption.reading import Reading
from network.adoption.releases import another_cluster, releases
from network.config import StackConfig
from network.live.cluster import Object
from network.live.finding import CannotLookError
from network.live.parallel import Seen
from network.plan import Plan
from network.plan.model.cloud import CloudResource


@dataclass(frozen=True)
class Found:
    """What a stack would take over, and what was not seen."""

    objects: tuple[Importable, ...]
    unseen: tuple[CannotLookError, ...]

    @property
    def status(self) -> int:
        """Exit status: 0 if all can be adopted and `up` changes nothing about it, 1 if it changes anything or
        something is refused, 2 if nothing is and something was not seen."""
        if any(each.effects for each in self.objects):
            return 1
        return 2 if self.unseen else 0


def find(config: StackConfig, plan: Plan, reading: Reading) -> Found:
    """Return what exists of a plan."""
    unseen: list[CannotLookError] = []

    def seen(look: Seen[list[Object]]) -> list[Object]:
        if isinstance(look, CannotLookError):
            unseen.append(look)
            return []
        return look

    objects = [
        *_of_account(config, plan, reading, seen),
        *_in_cluster(plan, reading, unseen),
    ]
    # One reason, such as a missing token, keeps many things from being seen.
    told = {(each.source, each.reason): each for each in unseen}
    return Found(tuple(objects), tuple(told.values()))


def network_and_cluster(
    plan: Plan, vpcs: Seen[list[Object]], clusters: Seen[list[Object]]
) -> list[Importable]:
    """Return the VPC, the cluster and its pools."""
    networks, there = _or_none(vpcs), _or_none(clusters)
    network = the_vpc(plan.external.vpc, networks)
    found = the_one(plan.cluster, there, network)
    return [
        *vpc(plan.external.vpc, networks, network, seen=networks is vpcs),
        *cluster(
            plan.cluster,
            found,
            vpcs if isinstance(vpcs, CannotLookError) else network,
            seen=there is clusters,
        ),
        *pools(plan.cluster, found),
    ]


def _or_none(look: Seen[list[Object]]) -> list[Object]:
    return [] if isinstance(look, CannotLookError) else look


def _of_account(
    config: StackConfig, plan: Plan, reading: Reading, seen: Callable[[Seen[list[Object]]], list[Object]]
) -> Iterator[Importable]:
    seen(reading.vpcs)
    seen(reading.clusters)
    yield from network_and_cluster(plan, reading.vpcs, reading.clusters)
    domains = seen(reading.domains)
    if domains is reading.domains:
        yield from served_zones(config, plan.external, domains)
    for zone in plan.external.zones:
        if zone.name in reading.records:
            yield from records(zone, seen(reading.records[zone.name]))
    # As the component calls them: by the VPC's name in the program.
    yield from _named(
        "peering",
        plan.external.peerings,
        seen(reading.peerings),
        lambda peering: peering.name.replace(plan.external.vpc.name, "network", 1),
    )
    yield from _named("firewall", [plan.external.firewall], seen(reading.firewalls), lambda _: "firewall")
    yield from _named("NAT gateway", [plan.egress.gateway], seen(reading.gateways), lambda _: "egress")
    checks = [watch.check for watch in plan.outside.hosts]
    yield from _named("check", checks, seen(reading.checks), lambda check: f"outside-{check.name}")


def _named(
    what: str,
    planned: Iterable[CloudResource | None],
    there: list[Object],
    name: Callable[[CloudResource], str],
) -> Iterator[Importable]:
    """Yield those that the account has under their planned names; `name`: a resource's in the program."""
    for each in planned:
        found = chosen(each, there) if each is not None else None
        if each is not None and found is not None:
            title = f"{what} {found['name']}"
            told = tuple(differences(each, found))
            yield Importable(each.type, name(each), found["id"], title, "", False, told)


def _in_cluster(plan: Plan, reading: Reading, unseen: list[CannotLookError]) -> Iterator[Importable]:
    """Yield what Helm made in the stack's cluster; nothing where there is none."""
    network = the_vpc(plan.external.vpc, _or_none(reading.vpcs))
    found = the_one(plan.cluster, _or_none(reading.clusters), network)
    if found is None:
        return
    looks = (reading.server, reading.workloads)
    failed = next((each for each in looks if isinstance(each, CannotLookError)), None)
    if failed is None and isinstance(reading.server, str):
        failed = another_cluster(reading.server, found)
    if failed is not None:
        unseen.append(failed)
    elif not isinstance(reading.workloads, CannotLookError):
        yield from releases(plan, reading.workloads)
