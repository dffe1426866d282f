"""What DigitalOcean offers: a table, for a preview calls no API and an unknown slug would fail only in `up`.

The table ages. What it lacks, a stack file names in `environment.alsoOffered`. The lab's account offers what
it has.
"""

import difflib
from collections.abc import Iterable

AS_OF = "2026-11-24"
"""When the table was last compared with what could be read; no account was asked."""

REGIONS = (
    "ams3", "atl1", "blr1", "fra1", "lon1", "nyc1", "nyc2", "nyc3", "sfo2", "sfo3", "sgp1", "syd1", "tor1",
)  # fmt: skip
"""Regions that run DOKS (DigitalOcean's regional availability matrix)."""

SPACES_REGIONS = (
    "ams3", "atl1", "blr1", "fra1", "lon1", "nyc3", "sfo2", "sfo3", "sgp1", "syd1", "tor1",
)  # fmt: skip
"""Regions with buckets of Spaces, and so with its CDN (Spaces' page of availability, of 2026-03-23)."""

VERSIONS = (
    "1.36.4-do.0",
    "1.36.1-do.0",
    "1.36.0-do.0",
    "1.35.4-do.0",
    "1.35.1-do.0",
    "1.34.5-do.0",
    "1.33.9-do.0",
)
"""Kubernetes versions, newest first. DOKS keeps four minor versions; which patches it has is read with
`doctl kubernetes options versions` only, so a patch up to the newest of its minor is believed."""

_SIZES = {
    "c": "16 16-intel 2 32 32-intel 4 4-intel 48 48-intel 60-intel 8 8-intel",
    "c2": (
        "16vcpu-32gb 16vcpu-32gb-intel 2vcpu-4gb 32vcpu-64gb 32vcpu-64gb-intel 48vcpu-96gb "
        "48vcpu-96gb-intel 4vcpu-8gb 4vcpu-8gb-intel 60vcpu-120gb-intel 8vcpu-16gb 8vcpu-16gb-intel"
    ),
    "g": (
        "16vcpu-64gb 16vcpu-64gb-intel 2vcpu-8gb 2vcpu-8gb-intel 32vcpu-128gb 32vcpu-128gb-intel "
        "40vcpu-160gb 48vcpu-192gb-intel 4vcpu-16gb 4vcpu-16gb-intel 60vcpu-240gb-intel 8vcpu-32gb "
        "8vcpu-32gb-intel"
    ),
    "gd": (
        "16vcpu-64gb 16vcpu-64gb-intel 2vcpu-8gb 2vcpu-8gb-intel 32vcpu-128gb 32vcpu-128gb-intel "
        "40vcpu-160gb 48vcpu-192gb-intel 4vcpu-16gb 4vcpu-16gb-intel 60vcpu-240gb-intel 8vcpu-32gb "
        "8vcpu-32gb-intel"
    ),
    "gpu": "h100x1-80gb h100x1-80gb-200 h100x8-640gb h100x8-640gb-200",
    "m": (
        "16vcpu-128gb 16vcpu-128gb-intel 24vcpu-192gb 24vcpu-192gb-intel 2vcpu-16gb 2vcpu-16gb-intel "
        "32vcpu-256gb 32vcpu-256gb-intel 48vcpu-384gb-intel 4vcpu-32gb 4vcpu-32gb-intel 8vcpu-64gb "
        "8vcpu-64gb-intel"
    ),
    "m3": (
        "16vcpu-128gb 16vcpu-128gb-intel 24vcpu-192gb 24vcpu-192gb-intel 2vcpu-16gb 2vcpu-16gb-intel "
        "32vcpu-256gb 32vcpu-256gb-intel 48vcpu-384gb-intel 4vcpu-32gb 4vcpu-32gb-intel 8vcpu-64gb "
        "8vcpu-64gb-intel"
    ),
    "m6": "16vcpu-128gb 24vcpu-192gb 2vcpu-16gb 32vcpu-256gb 4vcpu-32gb 8vcpu-64gb",
    "s": (
        "12vcpu-48gb 16vcpu-64gb 1vcpu-1gb 1vcpu-1gb-35gb-intel 1vcpu-1gb-amd 1vcpu-1gb-intel "
        "1vcpu-2gb 1vcpu-2gb-70gb-intel 1vcpu-2gb-amd 1vcpu-2gb-intel 1vcpu-3gb 1vcpu-512mb-10gb "
        "20vcpu-96gb 24vcpu-128gb 2vcpu-2gb 2vcpu-2gb-90gb-intel 2vcpu-2gb-amd 2vcpu-2gb-intel "
        "2vcpu-4gb 2vcpu-4gb-120gb-intel 2vcpu-4gb-amd 2vcpu-4gb-intel 2vcpu-8gb-160gb-intel "
        "2vcpu-8gb-amd 32vcpu-192gb 3vcpu-1gb 4vcpu-16gb-320gb-intel 4vcpu-16gb-amd 4vcpu-8gb "
        "4vcpu-8gb-240gb-intel 4vcpu-8gb-amd 4vcpu-8gb-intel 6vcpu-16gb 8vcpu-16gb "
        "8vcpu-16gb-480gb-intel 8vcpu-16gb-amd 8vcpu-16gb-intel 8vcpu-32gb "
        "8vcpu-32gb-640gb-intel 8vcpu-32gb-amd"
    ),
    "so": (
        "16vcpu-128gb 16vcpu-128gb-intel 24vcpu-192gb 24vcpu-192gb-intel 2vcpu-16gb 2vcpu-16gb-intel "
        "32vcpu-256gb 32vcpu-256gb-intel 48vcpu-384gb-intel 4vcpu-32gb 4vcpu-32gb-intel 8vcpu-64gb "
        "8vcpu-64gb-intel"
    ),
    "so1_5": (
        "16vcpu-128gb 16vcpu-128gb-intel 24vcpu-192gb 24vcpu-192gb-intel 2vcpu-16gb 2vcpu-16gb-intel "
        "32vcpu-256gb 32vcpu-256gb-intel 4vcpu-32gb 4vcpu-32gb-intel 8vcpu-64gb 8vcpu-64gb-intel"
    ),
}
"""Family -> sizes of Droplets: those that pulumi-digitalocean 4.84.1 lists (`DropletSlug`), without the
retired ones whose slug is a memory size alone."""

SIZES = frozenset(f"{family}-{size}" for family, sizes in _SIZES.items() for size in sizes.split())


def knows_version(slug: str) -> bool:
    """Whether the table has a version's minor, and one of it that is at least as new."""
    minor, *_ = version_key(slug)
    keys = [version_key(known) for known in VERSIONS]
    return any(known[0] == minor and version_key(slug) <= known for known in keys)


def version_key(slug: str) -> tuple[tuple[int, int], int, int]:
    """A key that orders version slugs by age: minor version, patch, and DigitalOcean's own number."""
    major, minor, patch, own = (int(part) for part in slug.replace("-do.", ".").split("."))
    return (major, minor), patch, own


def nearest(slug: str, known: Iterable[str]) -> str | None:
    """The known slug that was most likely meant."""
    found = difflib.get_close_matches(slug, sorted(known), n=1, cutoff=0.6)
    return found[0] if found else None
