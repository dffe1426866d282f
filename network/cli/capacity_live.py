"""What a running Prometheus and the account tell of today, for `network capacity --live`."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from network.capacity import load
from network.capacity.rows import Seen
from network.cli.prometheus import query
from network.config import StackConfig
from network.live import account as live_account
from network.live.finding import CannotLookError
from network.plan.model.capacity import Limit
from network.plan.vpn.tags import mark


@dataclass(frozen=True)
class Live:
    """What a Prometheus tells."""

    today: Mapping[str, Seen]
    """By names of limits: of those that anybody measures."""
    load: Mapping[str, Seen]
    """Parts of the busiest moment's load, by name."""


def look(config: StackConfig, url: str, limits: Iterable[Limit]) -> Live:
    """Ask a Prometheus for everything. One that does not answer is asked once: the rest has its reason."""
    silent = ""

    def seen(expr: str) -> Seen:
        nonlocal silent
        if silent:
            return Seen(None, silent)
        try:
            samples = query(url, expr)
        except ValueError as error:
            silent = str(error)
            return Seen(None, silent)
        if len(samples) != 1:
            return Seen(None, f"{url} has {'no series' if not samples else 'several series'} for `{expr}`")
        value = samples[0].value
        return Seen(value) if math.isfinite(value) else Seen(None, f"{url} gives {value} for `{expr}`")

    return Live(
        load={name: seen(expr) for name, expr in load.queries(config).items()},
        today={limit.name: seen(limit.today) for limit in limits if limit.today is not None},
    )


@dataclass(frozen=True)
class Account:
    """What the account tells."""

    droplets: int | None = None
    """How many it may have."""
    others: int = 0
    """Of those that it has, the ones that are not the stack's."""
    prices: Mapping[str, float] = field(default_factory=dict[str, float])
    """Dollars a month by size."""
    unseen: tuple[str, ...] = ()
    """What could not be looked at, and what would help."""


def account(project: Path, stack: str, config: StackConfig) -> Account:
    """Ask the account that a stack lives in."""
    try:
        asked = live_account.Account.of_stack(project, stack)
    except CannotLookError as error:
        return Account(unseen=(f"the account: {error}",))
    unseen: list[str] = []
    prices: dict[str, float] = {}
    limit: int | None = None
    others = 0
    try:
        for size in asked.list("/v2/sizes", "sizes"):
            prices[str(size["slug"])] = float(size["price_monthly"])
    except (CannotLookError, KeyError, TypeError, ValueError) as error:
        unseen.append(_said("prices of Droplets", error))
    try:
        limit = int(asked.get("/v2/account")["account"]["droplet_limit"])
        others = sum(not _is_ours(each, config) for each in asked.list("/v2/droplets", "droplets"))
    except (CannotLookError, KeyError, TypeError, ValueError) as error:
        limit = None
        unseen.append(_said("limit of Droplets", error))
    return Account(limit, others, prices, tuple(unseen))


def _is_ours(droplet: Any, config: StackConfig) -> bool:
    """Whether a Droplet is the stack's: nodes have the tags of their pools, the VPN's machine its mark."""
    tags = set(droplet.get("tags") or [])
    return {"network", f"environment:{config.environment.name}"} <= tags or mark(
        config.environment.name
    ) in tags


def _said(what: str, error: Exception) -> str:
    if isinstance(error, CannotLookError):
        return f"{what} ({error.source}): {error}; {error.remedy}"
    return f"{what}: the answer is not DigitalOcean's ({error!r})"
