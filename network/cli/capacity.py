"""`network capacity`: limits beside a load, the fullest first, and the month's bill (ADM-5)."""

import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from io import StringIO
from pathlib import Path
from typing import Any

from network import capacity
from network import markdown as tables
from network.capacity import account, load, rows
from network.capacity.rows import Cost, Row
from network.cli import capacity_live
from network.config import StackConfig, droplets
from network.plan import build
from network.plan.model.capacity import Charge, Load

_TIMES = re.compile(r"(?P<times>\d{1,4}(\.\d{1,3})?)x?")


@dataclass(frozen=True)
class Asked:
    """What the command is given."""

    requests: float | None = None
    connections: float | None = None
    new_tls_percent: float | None = None
    peak: str = "1x"
    prometheus: str | None = None
    """Whom to ask what is used now; nobody, where absent."""
    node_gone: bool = True


@dataclass(frozen=True)
class Examined:
    """What was found of one stack."""

    stack: str
    load: Load
    origin: str
    """Where the load stands, in words."""
    node_gone: bool
    rows: Sequence[Row]
    charges: Sequence[Charge]
    prices: Mapping[str, float]
    """Of Droplets, as the account has them; empty where nobody asked."""
    cost: Cost
    unseen: Sequence[str]
    """What could not be looked at beside single limits, and why."""
    is_live: bool

    @property
    def status(self) -> int:
        """With which the command ends."""
        return rows.status(self.rows) or (2 if self.unseen or self.cost.unknown else 0)


def examine(config: StackConfig, asked: Asked, project: Path, stack: str) -> Examined:
    """Compare a stack's limits with a load. Raises ValueError where no load is told, or a wrong one."""
    found = capacity.build(config, build(config))
    limits = list(found.limits)
    live = None if asked.prometheus is None else capacity_live.look(config, asked.prometheus, limits)
    base, origin = _load(config, asked, live)
    in_account = capacity_live.Account() if live is None else capacity_live.account(project, stack, config)
    if in_account.droplets is not None:
        limits.append(account.droplets(config, in_account.droplets, in_account.others))
    today = None if live is None else live.today
    return Examined(
        stack=stack,
        load=base,
        origin=origin,
        node_gone=asked.node_gone,
        rows=rows.rows(limits, base, node_gone=asked.node_gone, today=today),
        charges=found.charges,
        prices=in_account.prices,
        cost=rows.cost(found.charges, in_account.prices),
        unseen=in_account.unseen,
        is_live=live is not None,
    )


def _load(config: StackConfig, asked: Asked, live: capacity_live.Live | None) -> tuple[Load, str]:
    times = _times(asked.peak)
    suffix = "" if times == 1 else f", {times:g} times"
    if asked.requests is not None:
        given = load.of(config, asked.requests, asked.connections, asked.new_tls_percent)
        return given.times(times), f"as given{suffix}"
    if asked.connections is not None or asked.new_tls_percent is not None:
        raise ValueError("--connections and --new-tls are parts of a load: give its --requests too")
    declared = load.declared(config)
    if live is not None and (declared is None or times != 1):
        return _measured(config, live).times(times), f"today's busiest moment{suffix}"
    if declared is None:
        raise ValueError(
            "nothing says which load to compare with: give --requests, declare `ingress.expectedLoad` in the "
            "stack file, or ask a running Prometheus by --live"
        )
    return declared.times(times), f"`ingress.expectedLoad`{suffix}"


def _times(peak: str) -> float:
    found = _TIMES.fullmatch(peak)
    if found is None or not float(found["times"]):
        raise ValueError(f"--peak {peak} is no number of times: write 3x, or 1.5x")
    return float(found["times"])


def _measured(config: StackConfig, live: capacity_live.Live) -> Load:
    requests = live.load["requests"]
    if requests.value is None:
        raise ValueError(
            f"the busiest moment of the last day is not known: {requests.reason}. Give --requests instead"
        )
    return load.of(
        config,
        requests.value,
        live.load["connections"].value,
        megabits=live.load["megabits"].value,
    )


def document(found: Examined) -> str:
    """Return what was found as JSON. What is fuller than any number tells is null there."""
    whole = {
        "stack": found.stack,
        "load": {**asdict(found.load), "reserve": load.RESERVE, "from": found.origin},
        "nodeGone": found.node_gone,
        "limits": [_of_row(row) for row in found.rows],
        "charges": [
            {
                "name": each.name,
                "dollars": each.priced(found.prices),
                "fewest": each.fewest,
                "most": each.fewest if each.most is None else each.most,
            }
            for each in found.charges
        ],
        "monthly": {
            "lowest": round(found.cost.lowest, 2),
            "highest": round(found.cost.highest, 2),
            "unknown": list(found.cost.unknown),
        },
        "couldNotLook": list(found.unseen),
        "status": found.status,
    }
    return json.dumps(whole, indent=2, allow_nan=False) + "\n"


def _of_row(row: Row) -> dict[str, Any]:
    return {
        "name": row.name,
        "unit": row.unit,
        "holds": row.holds,
        "needed": row.needed,
        "used": None if row.used is None or math.isinf(row.used) else row.used,
        "today": row.today,
        "verdict": row.verdict,
        "reason": row.reason,
        "raisedBy": row.raised_by,
        "price": row.price,
    }


def text(found: Examined) -> str:
    """Return what was found for people."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    written = StringIO()
    console = Console(file=written, width=_WIDTH, highlight=False)
    console.print(escape(_head(found)), soft_wrap=True)
    drawn = Table(box=None, pad_edge=False)
    for heading in _headings(found):
        drawn.add_column(escape(heading), overflow="fold")
    for row in _cells(found):
        drawn.add_row(*(escape(cell) for cell in row))
    console.print(drawn)
    console.print()
    bill = Table("a month", "dollars", box=None, pad_edge=False)
    for name, dollars in _bill(found):
        bill.add_row(escape(name), escape(dollars))
    console.print(bill)
    for line in (*_reasons(found), *found.unseen):
        console.print(f"could not look: {escape(line)}", soft_wrap=True)
    return "\n".join(line.rstrip() for line in written.getvalue().splitlines()) + "\n"


_WIDTH = 180
"""Of the table: its last columns are sentences."""


def markdown(found: Examined) -> str:
    """Return what was found as a page."""
    parts = [
        f"# Capacity of {found.stack}",
        _head(found),
        tables.table(_headings(found), _cells(found)),
        tables.table(("a month", "dollars"), _bill(found)),
        *(f"Could not look: {line}" for line in (*_reasons(found), *found.unseen)),
    ]
    return "\n\n".join(parts) + "\n"


def _head(found: Examined) -> str:
    asked = found.load
    parts = (
        f"{asked.requests:,.4g} requests/s",
        f"{asked.connections:,.0f} connections",
        f"{asked.handshakes:,.4g} new by TLS/s",
        f"{asked.megabits:,.4g} Mbit/s",
    )
    nodes = "one node gone" if found.node_gone else "all nodes there"
    return f"{found.stack}: {', '.join(parts)} ({found.origin}), times {load.RESERVE:g}; {nodes}."


def _headings(found: Examined) -> tuple[str, ...]:
    now = ("now",) if found.is_live else ()
    return ("what", "", "used", "needed", *now, "holds", "raised by", "at the price of")


def _cells(found: Examined) -> Iterator[tuple[str, ...]]:
    for row in found.rows:
        now = (_number(row.today),) if found.is_live else ()
        yield (
            row.name,
            row.verdict,
            _percent(row.used),
            _number(row.needed),
            *now,
            f"{_number(row.holds)} {row.unit}",
            row.raised_by,
            row.price,
        )


def _bill(found: Examined) -> Iterator[tuple[str, str]]:
    for each in found.charges:
        dollars = each.priced(found.prices)
        most = each.fewest if each.most is None else each.most
        yield (
            each.name,
            "unknown" if dollars is None else _range(dollars * each.fewest, dollars * most),
        )
    at_least = "at least " if found.cost.unknown else ""
    yield "in all", at_least + _range(found.cost.lowest, found.cost.highest)


def _reasons(found: Examined) -> Iterator[str]:
    yield from (f"{row.name}: {row.reason}" for row in found.rows if row.reason)
    for name in found.cost.unknown:
        yield f"price of {name}: not in the table of {droplets.AS_OF}; --live asks the account"


def _range(lowest: float, highest: float) -> str:
    return f"{lowest:,.2f}" if lowest == highest else f"{lowest:,.2f} to {highest:,.2f}"


def _percent(share: float | None) -> str:
    if share is None:
        return "unknown"
    return "all, and more" if math.isinf(share) else f"{100 * share:.1f} %"


def _number(value: float | None) -> str:
    if value is None:
        return "unknown"
    return f"{value:,.0f}" if abs(value) >= 100 or value == round(value) else f"{value:,.2f}"
