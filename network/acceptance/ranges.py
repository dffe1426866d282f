"""Address ranges that nothing in the account has: pure, over its VPCs and clusters."""

from collections.abc import Iterable
from ipaddress import IPv4Network
from typing import Any

from network.acceptance.run import Ranges
from network.config.ranges import OVERLAY_DEFAULTS, RESERVED_FOR_VPCS, RESERVED_IN_REGION

_VPC, _PODS, _SERVICES = 20, 20, 22
"""Prefixes: the smallest that DigitalOcean advises for pods and Services, and the size of VPC that it gives
(docs/facts/digitalocean.md#ranges-of-a-vpc)."""
_POOLS = (IPv4Network("172.16.0.0/12"), IPv4Network("10.0.0.0/8"))
"""Where to look, the emptier one first: DigitalOcean's own choices lie in 10.0.0.0/8. 192.168.0.0/16 is that
of offices."""
_SHARED = (IPv4Network("172.17.0.0/16"),)
"""That Docker takes on every machine with it, the operator's among them."""


class NoRangeError(Exception):
    """No range is free."""


def taken(vpcs: Iterable[Any], clusters: Iterable[Any]) -> list[IPv4Network]:
    """Return every range that the account's VPCs and clusters use, as the API lists them."""
    texts = [vpc["ip_range"] for vpc in vpcs]
    texts += [cluster[key] for cluster in clusters for key in ("cluster_subnet", "service_subnet")]
    return [IPv4Network(text, strict=False) for text in texts if text]


def free(used: Iterable[IPv4Network], pods: str | None = None) -> Ranges:
    """Return ranges that meet neither each other nor what is used or reserved anywhere; for the pods the one
    that was chosen, where one was. Raises NoRangeError; ValueError for what is no range."""
    given = [] if pods is None else [IPv4Network(pods)]
    busy = [
        *used,
        *RESERVED_FOR_VPCS,
        *(each for ranges in RESERVED_IN_REGION.values() for each in ranges),
        *OVERLAY_DEFAULTS,
        *_SHARED,
    ]
    vpc = _first(_VPC, [*busy, *given])
    of_pods = given[0] if given else _first(_PODS, [*busy, vpc])
    services = _first(_SERVICES, [*busy, vpc, of_pods])
    return Ranges(str(vpc), str(of_pods), str(services))


def _first(prefix: int, busy: Iterable[IPv4Network]) -> IPv4Network:
    known = list(busy)
    for pool in _POOLS:
        for each in pool.subnets(new_prefix=prefix):
            if not any(each.overlaps(other) for other in known):
                return each
    raise NoRangeError(f"the account's networks leave no /{prefix} free")
