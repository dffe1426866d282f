"""Which environment this is."""

from typing import Annotated, Literal

from network.config.model import Model
from network.config.names import Name, Region
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


class Environment(Model):
    """Identity of the environment."""

    name: EnvironmentName
    """Short name; part of the names of the VPC and the cluster."""
    tier: Literal["development", "production"]
    """`production` protects VPC, cluster and zone from `destroy` and refuses what is for debugging only."""
    region: Region
    """DigitalOcean region slug, for example `ams3`. Changing it replaces everything."""
    account: Name | None = None
    """Any name for the DigitalOcean account, where the stacks of this project have several: stacks that give
    the same one, or none, are compared by `network check`. It changes nothing that is made."""
