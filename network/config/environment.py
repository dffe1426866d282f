"""Which environment this is."""

from collections.abc import Iterable, Iterator
from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import override

from network.config import offers
from network.config.model import Finding, Model, repeated
from network.config.names import DropletSize, KubernetesVersion, Name, Region
from network.config.text import Form

EnvironmentName = Annotated[
    str,
    Form(
        pattern=r"[a-z][a-z0-9-]*[a-z0-9]",
        rule="an environment's name has 2 to 21 lowercase letters, digits and inner hyphens, "
        "a letter first: it is part of names that DigitalOcean and Kubernetes restrict",
        fix="write it like `dev`",
        longest=21,
    ),
]


class AlsoOffered(Model):
    """What DigitalOcean offers that the program's table lacks, because it is newer."""

    regions: tuple[Region, ...] = ()
    """As `doctl kubernetes options regions` lists them."""
    sizes: tuple[DropletSize, ...] = ()
    """As `doctl kubernetes options sizes` lists them."""
    versions: tuple[KubernetesVersion, ...] = ()
    """As `doctl kubernetes options versions` lists them."""

    @override
    def findings(self) -> Iterator[Finding]:
        yield from _in_the_table("regions", self.regions, (each in offers.REGIONS for each in self.regions))
        yield from _in_the_table("sizes", self.sizes, (each in offers.SIZES for each in self.sizes))
        yield from _in_the_table("versions", self.versions, map(offers.knows_version, self.versions))


def _in_the_table(key: str, slugs: tuple[str, ...], known: Iterable[bool]) -> Iterator[Finding]:
    yield from repeated(key, slugs)
    for index, (slug, is_known) in enumerate(zip(slugs, known, strict=True)):
        if is_known:
            yield Finding((key, index), f"the table of {offers.AS_OF} has {slug}", "remove it here")


class Environment(Model):
    """Identity of the environment."""

    name: EnvironmentName
    """Short name; part of the names of the VPC and the cluster."""
    tier: Literal["development", "production"]
    """`production` protects VPC, cluster and zone from `destroy` and refuses what is for debugging only."""
    region: Region
    """DigitalOcean region slug, for example `ams3`. Changing it replaces everything."""
    also_offered: AlsoOffered = Field(default_factory=AlsoOffered)
    """Regions, sizes and versions that are newer than the program's table (`network/config/offers.py`)."""
    account: Name | None = None
    """Any name for the DigitalOcean account, where the stacks of this project have several: stacks that give
    the same one, or none, are compared by `network check`. It changes nothing that is made."""

    @property
    def is_production(self) -> bool:
        """Whether what would be missed is protected, and what is for debugging refused."""
        return self.tier == "production"
