"""Whether a cluster can be upgraded now, without losing requests (ADM-7): pure, over what was read.

A row for each thing that blocks DigitalOcean's upgrade, stops it halfway, or fails requests. What could not
be read is a row as well.
"""

from collections.abc import Iterator, Sequence

from network.live.cluster import Object
from network.live.finding import Finding
from network.plan import Plan
from network.preflight import apis, draining, linter, room, versions
from network.preflight.reading import Reading
from network.verification import cluster
from network.verification.row import Check, table

CHECKS: tuple[Check, ...] = (
    cluster.CLUSTER,
    cluster.REACHED,
    *versions.CHECKS,
    *room.CHECKS,
    *apis.CHECKS,
    *linter.CHECKS,
    *draining.CHECKS,
)
"""Every kind of row, in the order of the rows (docs/tasks/upgrade.md)."""


def table_of_codes() -> str:
    """Return every kind of row as a table in Markdown."""
    return table(CHECKS, "fit")


def preflight(
    plan: Plan, reading: Reading, wanted: str = "", manifests: Sequence[Object] = ()
) -> tuple[Finding, ...]:
    """Return a row for each thing that an upgrade needs.

    `wanted`: a version slug, or a minor version such as `1.37`; the newest that is offered where it is empty.
    `manifests`: objects beside the plan's, such as rendered charts.
    """
    return tuple(_findings(plan, reading, wanted, manifests))


def _findings(plan: Plan, reading: Reading, wanted: str, manifests: Sequence[Object]) -> Iterator[Finding]:
    it = cluster.own(plan, reading)
    target = versions.target(reading.upgrades, wanted)
    yield cluster.runs(it, reading)
    yield cluster.reached(it, reading)
    yield from versions.findings(it, reading.upgrades, target, wanted)
    yield from room.findings(it, reading)
    yield from apis.findings(plan, reading, it, target, manifests)
    yield from linter.findings(reading, it)
    yield from draining.findings(plan, reading, it)
