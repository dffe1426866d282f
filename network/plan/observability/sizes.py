"""What Prometheus needs for the series of a stack, in memory and on its volume (OBS-1)."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil

from network.config import StackConfig
from network.config.model import Finding
from network.config.quantities import mebibytes, seconds
from network.plan.observability import series
from network.plan.observability.prometheus import FULL_PERCENT, INTERVAL, retention_of

EMPTY_MEBIBYTES = 90
KIBIBYTES_PER_SERIES = 6
"""Of Prometheus without a series, and more for each: a third more than was measured after a minute
(docs/facts/observability.md#memory-of-prometheus)."""

BYTES_PER_SAMPLE = 2
"""On the volume: one to two, as its documentation has it (docs/facts/observability.md#samples)."""

_DAY = 24 * 60 * 60


@dataclass(frozen=True)
class Needs:
    """Of each replica of Prometheus."""

    series: int
    """That it holds, with as many replicas of Traefik as there may be."""
    mebibytes: int
    """Of memory, for as many."""
    gibibytes: int
    """Of volume for the whole retention, with as many replicas of Traefik as there are at least."""


def needs(config: StackConfig) -> Needs:
    """Return what the series of a stack take."""
    usual, most = (each.total for each in series.fewest_and_most(config))
    samples = usual * retention_of(config) * _DAY / seconds(INTERVAL)
    return Needs(
        series=most,
        mebibytes=EMPTY_MEBIBYTES + ceil(most * KIBIBYTES_PER_SERIES / 1024),
        gibibytes=ceil(samples * BYTES_PER_SAMPLE * 100 / FULL_PERCENT / 2**30),
    )


def findings(config: StackConfig) -> Iterator[Finding]:
    """Yield what is too small for the series that are computed, where the platform runs Prometheus."""
    install = config.observability and config.observability.prometheus.install
    if not install:
        return
    where = ("observability", "prometheus", "install")
    need = needs(config)
    if mebibytes(install.resources.memory_limit) < need.mebibytes:
        yield Finding(
            (*where, "resources", "memoryLimit"),
            f"about {need.mebibytes} MiB are needed for the series of the stack, with "
            f"{config.ingress.scale.max_replicas} replicas of Traefik: Prometheus would be killed, and again "
            "at each start",
            f"set `memoryLimit: {need.mebibytes}Mi` or more, and memoryRequest to half of it",
        )
    if install.storage.gibibytes < need.gibibytes:
        days = retention_of(config)
        yield Finding(
            (*where, "storage", "size"),
            f"it holds about {days * install.storage.gibibytes // need.gibibytes} of the {days} days that "
            "objectives look back: the oldest are deleted, and budgets are computed of what is left",
            f"set `size: {need.gibibytes}Gi` or more",
        )
