"""What the simulated DigitalOcean offers: the program's own table, and where its default VPCs lie."""

from network.config.offers import REGIONS as _REGIONS
from network.config.offers import SIZES, VERSIONS, version_key

__all__ = ["DEFAULT_VPC_RANGES", "KUBERNETES_VERSIONS", "REGIONS", "SIZES", "resolve_version", "version_key"]

DEFAULT_VPC_RANGES = {
    "ams3": "10.133.0.0/20",
    "atl1": "10.138.0.0/20",
    "blr1": "10.139.0.0/20",
    "fra1": "10.135.0.0/20",
    "lon1": "10.131.0.0/20",
    "nyc1": "10.136.0.0/20",
    "nyc2": "10.128.0.0/20",
    "nyc3": "10.132.0.0/20",
    "sfo2": "10.129.0.0/20",
    "sfo3": "10.134.0.0/20",
    "sgp1": "10.130.0.0/20",
    "syd1": "10.126.0.0/20",
    "tor1": "10.137.0.0/20",
}
"""Region -> range of its default VPC. A /20 in 10.0.0.0/8, as DigitalOcean assigns them."""

REGIONS = frozenset(_REGIONS)

KUBERNETES_VERSIONS = VERSIONS


def resolve_version(asked: str) -> str | None:
    """The version a new cluster gets for `asked`: a slug, a prefix of one ("1.36"), or "latest"."""
    if asked in KUBERNETES_VERSIONS:
        return asked
    if asked == "latest":
        return KUBERNETES_VERSIONS[0]
    return next((slug for slug in KUBERNETES_VERSIONS if slug.startswith((f"{asked}.", f"{asked}-"))), None)
