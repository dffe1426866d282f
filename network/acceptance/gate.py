"""What must be agreed to before anything is made: whose account, how much money, until when; and what the
account must have. Pure, over what the API answers."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from network.acceptance.run import LONGEST, SHORTEST
from network.acceptance.stack import NODES, SIZE
from network.config.offers import version_key
from network.config.rules.cluster import SUPPORTED_MINORS
from network.plan.cluster.capacity import surge
from network.plan.ingress.capacity import DOLLARS_PER_NETWORK_LOAD_BALANCER, DOLLARS_PER_UNIT

HOURS_OF_A_MONTH = 672
"""That are paid at most, so that an hour costs a month's price through this
(docs/facts/digitalocean.md#prices)."""

DROPLETS = NODES + surge(NODES)
"""Nodes while an upgrade runs."""


@dataclass(frozen=True)
class Refusal:
    """Why nothing is made."""

    what: str
    rule: str
    fix: str

    def __str__(self) -> str:
        return f"{self.what}\n  rule: {self.rule}\n  fix:  {self.fix}"


@dataclass(frozen=True)
class Standing:
    """What the account says of itself, before anything is made."""

    team: str
    team_name: str
    droplet_limit: int
    droplets: int
    prices: Mapping[str, float]
    """Dollars a month by size, of those that the region offers."""
    zones: Sequence[str]
    default_vpcs: Sequence[str]
    """Regions that have one."""
    versions: Sequence[str]
    """Of Kubernetes, as they are offered."""


def standing(answers: Mapping[str, Any], region: str) -> Standing:
    """Return what the API's answers say, by the names `account`, `droplets`, `sizes`, `domains`, `vpcs` and
    `options`. Raises KeyError or TypeError for answers of an unknown form."""
    account = answers["account"]["account"]
    return Standing(
        team=account["team"]["uuid"],
        team_name=account["team"]["name"],
        droplet_limit=int(account["droplet_limit"]),
        droplets=len(answers["droplets"]),
        prices={
            size["slug"]: float(size["price_monthly"])
            for size in answers["sizes"]
            if size["available"] and region in size["regions"]
        },
        zones=[each["name"] for each in answers["domains"]],
        default_vpcs=[each["region"] for each in answers["vpcs"] if each["default"]],
        versions=[each["slug"] for each in answers["options"]["options"]["versions"]],
    )


def most(price: float, begin: datetime, until: datetime) -> str:
    """Return what a run costs at most, in dollars: every node, those of an upgrade too, and both load
    balancers for the whole time and an hour more, each hour as if it were whole.

    `price`: dollars a month for a node.
    """
    hours = math.ceil((until - begin).total_seconds() / 3600) + 1
    month = DROPLETS * price + DOLLARS_PER_UNIT + DOLLARS_PER_NETWORK_LOAD_BALANCER
    # Less than a millionth of a cent is the arithmetic's, not DigitalOcean's.
    cents = math.ceil(round(month * hours / HOURS_OF_A_MONTH * 100, 6))
    return f"{cents // 100}.{cents % 100:02}"


def versions(offered: Sequence[str]) -> tuple[str, str] | None:
    """Return the version to begin with and the one of the next minor to raise it to, the newest of each that
    the platform supports; None where the offer has no two such minors."""
    newest: dict[int, str] = {}
    for slug in sorted(offered, key=version_key):
        (_, minor), *_ = version_key(slug)
        if minor in SUPPORTED_MINORS:
            newest[minor] = slug
    pairs = [(newest[minor], newest[minor + 1]) for minor in sorted(newest) if minor + 1 in newest]
    return pairs[-1] if pairs else None


def refusals(
    account: Standing,
    *,
    team: str | None,
    dollars: str | None,
    begin: datetime,
    until: datetime | None,
    region: str,
    test_zone: str,
) -> Iterator[Refusal]:
    """Yield why nothing is made; nothing where all is agreed to."""
    yield from strangers(account.team, account.team_name, team)
    ends = until is not None and SHORTEST <= until - begin <= LONGEST
    if not ends:
        yield Refusal(
            f"--until is {until.isoformat() if until else 'not given'}",
            f"what a run leaves is destroyed then: it lies {_hours(SHORTEST)} to {_hours(LONGEST)} ahead",
            f"for instance --until {(begin + 4 * SHORTEST).isoformat()}",
        )
    if SIZE not in account.prices:
        yield Refusal(
            f"region {region} does not offer {SIZE}",
            "the nodes of the smallest stack have this size",
            "choose another --region (`doctl compute size list`)",
        )
    elif until is not None and ends:
        cost = most(account.prices[SIZE], begin, until)
        if dollars != cost:
            yield Refusal(
                f"--dollars is {dollars if dollars is not None else 'not given'}",
                f"until then a run costs at most {cost} dollars: {DROPLETS} nodes (those of an upgrade among "
                f"them) at {account.prices[SIZE]:g} a month, and two load balancers",
                f"agree to it by --dollars {cost}",
            )
    yield from _lacks(account, region, test_zone)


def strangers(team: str, name: str, meant: str | None) -> Iterator[Refusal]:
    """Yield that the token is of another team than the one that was meant."""
    if meant != team:
        yield Refusal(
            f"--account is {meant or 'not given'}",
            f"the token is of team {name}, {team}: a run takes place in the account that was meant, in no "
            "other",
            "give that id, or the token of the account that you mean",
        )


def _lacks(account: Standing, region: str, test_zone: str) -> Iterator[Refusal]:
    if test_zone not in account.zones:
        yield Refusal(
            f"zone {test_zone} is not in the account",
            "the run makes a zone below it, and leads to that from there",
            f"name one of these by --zone: {', '.join(account.zones) or 'there is none'}",
        )
    if region not in account.default_vpcs:
        yield Refusal(
            f"region {region} has no default VPC yet",
            "the first VPC of a region becomes its default and is never deleted: the run's would stay",
            f"`doctl vpcs create --name default-{region} --region {region}`, or another --region",
        )
    if account.droplets + DROPLETS > account.droplet_limit:
        yield Refusal(
            f"the account has {account.droplets} Droplets, and may have {account.droplet_limit}",
            f"the run needs {DROPLETS} more while it upgrades",
            "ask DigitalOcean's support to raise the limit",
        )
    if versions(account.versions) is None:
        yield Refusal(
            f"DOKS offers {', '.join(account.versions)}",
            "the run raises its cluster by a minor version: it needs two that follow each other, of "
            f"1.{SUPPORTED_MINORS.start} to 1.{SUPPORTED_MINORS.stop - 1}",
            "raise the charts first, and `SUPPORTED_MINORS` with them",
        )


def _hours(span: Any) -> str:
    return f"{span.total_seconds() / 3600:g} h"
