"""Load balancers, as the account's API has them."""

from collections.abc import Iterable, Mapping
from typing import Any


def let_in(balancer: Mapping[str, Any]) -> str:
    """Return whom a load balancer's firewall lets in, as `sources` tells it, and whom it denies all the
    same."""
    rules = balancer.get("firewall") or {}
    denied = sorted(rules.get("deny") or ())
    allowed = (each.removeprefix("cidr:").removeprefix("ip:") for each in rules.get("allow") or ())
    return sources(allowed) + (f", but not {', '.join(denied)}" if denied else "")


def sources(ranges: Iterable[object]) -> str:
    """Return ranges in words: where none is named, everybody may connect."""
    return ", ".join(sorted(map(str, ranges))) or "everybody"
