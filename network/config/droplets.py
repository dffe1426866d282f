"""Droplets as nodes: what a size has, and what it costs by the month.

The sizes of `network/config/offers.py` as a daily listing of `GET /v2/sizes` had them that somebody publishes
(docs/facts/digitalocean.md#prices). The table ages: `network capacity --live` reads the account's own prices.
"""

import re
from dataclasses import dataclass

AS_OF = "2026-11-30"
"""When the table was last compared with what could be read; no account was asked."""

DOLLARS = {
    f"{family}-{size}": float(dollars)
    for family, sizes in {
        "c": (
            "2 42 4 84 8 168 16 336 32 672 48 1008 "
            "4-intel 109 8-intel 218 16-intel 437 32-intel 874 48-intel 1310"
        ),
        "c2": (
            "2vcpu-4gb 47 4vcpu-8gb 94 8vcpu-16gb 188 16vcpu-32gb 376 32vcpu-64gb 752 48vcpu-96gb 1128 "
            "4vcpu-8gb-intel 122 8vcpu-16gb-intel 244 16vcpu-32gb-intel 489 32vcpu-64gb-intel 978 "
            "48vcpu-96gb-intel 1466"
        ),
        "g": (
            "2vcpu-8gb 63 4vcpu-16gb 126 8vcpu-32gb 252 16vcpu-64gb 504 32vcpu-128gb 1008 "
            "40vcpu-160gb 1260 2vcpu-8gb-intel 76 4vcpu-16gb-intel 151 8vcpu-32gb-intel 302 "
            "16vcpu-64gb-intel 605 32vcpu-128gb-intel 1210 48vcpu-192gb-intel 1814"
        ),
        "gd": (
            "2vcpu-8gb 68 4vcpu-16gb 136 8vcpu-32gb 272 16vcpu-64gb 544 32vcpu-128gb 1088 "
            "40vcpu-160gb 1360 2vcpu-8gb-intel 79 4vcpu-16gb-intel 158 8vcpu-32gb-intel 317 "
            "16vcpu-64gb-intel 634 32vcpu-128gb-intel 1268 48vcpu-192gb-intel 1901"
        ),
        "m": (
            "2vcpu-16gb 84 4vcpu-32gb 168 8vcpu-64gb 336 16vcpu-128gb 672 24vcpu-192gb 1008 "
            "32vcpu-256gb 1344 2vcpu-16gb-intel 99 4vcpu-32gb-intel 198 8vcpu-64gb-intel 396 "
            "16vcpu-128gb-intel 792 24vcpu-192gb-intel 1188 32vcpu-256gb-intel 1584"
        ),
        "m3": (
            "2vcpu-16gb 104 4vcpu-32gb 208 8vcpu-64gb 416 16vcpu-128gb 832 24vcpu-192gb 1248 "
            "32vcpu-256gb 1664 2vcpu-16gb-intel 110 4vcpu-32gb-intel 220 8vcpu-64gb-intel 440 "
            "16vcpu-128gb-intel 880 24vcpu-192gb-intel 1320 32vcpu-256gb-intel 1760"
        ),
        "m6": (
            "2vcpu-16gb 131 4vcpu-32gb 262 8vcpu-64gb 524 16vcpu-128gb 1048 24vcpu-192gb 1572 "
            "32vcpu-256gb 2096"
        ),
        "s": (
            "1vcpu-512mb-10gb 4 1vcpu-1gb 6 1vcpu-2gb 12 2vcpu-2gb 18 2vcpu-4gb 24 4vcpu-8gb 48 "
            "8vcpu-16gb 96 1vcpu-1gb-amd 7 1vcpu-2gb-amd 14 2vcpu-2gb-amd 21 2vcpu-4gb-amd 28 "
            "2vcpu-8gb-amd 42 4vcpu-8gb-amd 56 4vcpu-16gb-amd 84 8vcpu-16gb-amd 112 8vcpu-32gb-amd 168 "
            "1vcpu-1gb-intel 7 1vcpu-2gb-intel 14 2vcpu-2gb-intel 21 2vcpu-4gb-intel 28 "
            "4vcpu-8gb-intel 56 8vcpu-16gb-intel 112 1vcpu-1gb-35gb-intel 8 1vcpu-2gb-70gb-intel 16 "
            "2vcpu-2gb-90gb-intel 24 2vcpu-4gb-120gb-intel 32 2vcpu-8gb-160gb-intel 48 "
            "4vcpu-8gb-240gb-intel 64 4vcpu-16gb-320gb-intel 96 8vcpu-16gb-480gb-intel 128 "
            "8vcpu-32gb-640gb-intel 192"
        ),
        "so": (
            "2vcpu-16gb 131 4vcpu-32gb 262 8vcpu-64gb 524 16vcpu-128gb 1048 24vcpu-192gb 1572 "
            "32vcpu-256gb 2096 2vcpu-16gb-intel 131 4vcpu-32gb-intel 262 8vcpu-64gb-intel 524 "
            "16vcpu-128gb-intel 1048 24vcpu-192gb-intel 1572 32vcpu-256gb-intel 2096"
        ),
        "so1_5": (
            "2vcpu-16gb 163 4vcpu-32gb 326 8vcpu-64gb 652 16vcpu-128gb 1304 24vcpu-192gb 1956 "
            "32vcpu-256gb 2608 2vcpu-16gb-intel 139 4vcpu-32gb-intel 278 8vcpu-64gb-intel 556 "
            "16vcpu-128gb-intel 1112 24vcpu-192gb-intel 1668 32vcpu-256gb-intel 2224"
        ),
    }.items()
    for size, dollars in zip(sizes.split()[::2], sizes.split()[1::2], strict=True)
}
"""Slug -> dollars a month, at most 672 hours of which are billed. Sizes that the listing lacks have none."""

_SLUG = re.compile(r"(?P<family>[a-z0-9_]+?)-(?P<cpus>\d+)vcpu-(?P<memory>\d+)gb(?P<rest>-.*)?")
_CPU_OPTIMIZED = re.compile(r"c-(?P<cpus>\d+)(?P<rest>-intel)?")
"""With 2 GiB of each core."""

_ALLOCATABLE = ((2, 1.0), (4, 2.5), (8, 6.0), (16, 13.0), (32, 28.0))
"""GiB of memory, and how much of it pods may have (docs/facts/digitalocean.md#nodes). Between two rows and
beyond the last the smaller share is taken."""
_KEPT_MILLICORES = 120
"""Of the CPU that pods may not have: of eight cores, where it was seen (docs/facts/digitalocean.md#nodes)."""

SLOW, FAST = 2_000.0, 10_000.0
"""Megabits a second: of premium sizes, CPU-optimized and general purpose, and of all others."""


@dataclass(frozen=True)
class Droplet:
    """A size as a node of DOKS."""

    cpus: int
    gibibytes: int
    megabits: float
    """A second, in each direction."""

    @property
    def millicores(self) -> int:
        """CPU that pods may request."""
        return self.cpus * 1000 - _KEPT_MILLICORES

    @property
    def mebibytes(self) -> int:
        """Memory that pods may request."""
        share = _ALLOCATABLE[0][1] / _ALLOCATABLE[0][0]
        for whole, allocatable in _ALLOCATABLE:
            if whole <= self.gibibytes:
                share = allocatable / whole
        return int(self.gibibytes * share * 1024)


def droplet(slug: str) -> Droplet | None:
    """Return what a size has; None where its slug does not tell."""
    if found := _CPU_OPTIMIZED.fullmatch(slug):
        cpus, memory, family = int(found["cpus"]), 2 * int(found["cpus"]), "c"
    elif found := _SLUG.fullmatch(slug):
        cpus, memory, family = int(found["cpus"]), int(found["memory"]), found["family"]
    else:
        return None
    is_premium = family in ("c", "c2", "g", "gd") and (found["rest"] or "").endswith("-intel")
    return Droplet(cpus, memory, FAST if is_premium else SLOW)
