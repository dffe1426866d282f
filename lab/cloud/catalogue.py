"""What the simulated DigitalOcean offers: regions, Kubernetes versions, node sizes."""

from pulumi_digitalocean import DropletSlug

DEFAULT_VPC_RANGES = {
    "ams3": "10.133.0.0/20",
    "blr1": "10.139.0.0/20",
    "fra1": "10.135.0.0/20",
    "lon1": "10.131.0.0/20",
    "nyc1": "10.136.0.0/20",
    "nyc3": "10.132.0.0/20",
    "sfo3": "10.134.0.0/20",
    "sgp1": "10.130.0.0/20",
    "syd1": "10.126.0.0/20",
    "tor1": "10.137.0.0/20",
}
"""Region -> range of its default VPC. A /20 in 10.0.0.0/8, as DigitalOcean assigns them."""

REGIONS = frozenset(DEFAULT_VPC_RANGES)

KUBERNETES_VERSIONS = (
    "1.36.4-do.0",
    "1.36.1-do.0",
    "1.36.0-do.0",
    "1.35.4-do.0",
    "1.35.1-do.0",
    "1.34.5-do.0",
    "1.33.9-do.0",
)
"""Version slugs, newest first. DOKS keeps four minor versions; the patch levels are the lab's choice."""

SIZES = frozenset(
    slug.value
    for slug in DropletSlug
    if slug.value.startswith(("s-", "c-", "c2-", "g-", "gd-", "m-", "m3-", "so-"))
)
"""Node sizes: the Droplet slugs that the SDK lists, without retired ones and those with GPUs."""


def resolve_version(asked: str) -> str | None:
    """The version a new cluster gets for `asked`: a slug, a prefix of one ("1.36"), or "latest"."""
    if asked in KUBERNETES_VERSIONS:
        return asked
    if asked == "latest":
        return KUBERNETES_VERSIONS[0]
    return next((slug for slug in KUBERNETES_VERSIONS if slug.startswith((f"{asked}.", f"{asked}-"))), None)


def version_key(slug: str) -> tuple[int, ...]:
    """A key that orders version slugs by age."""
    return tuple(int(part) for part in slug.replace("-do.", ".").split("."))
