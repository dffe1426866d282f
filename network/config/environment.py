"""Which environment this is."""

from typing import Literal

from pydantic import Field

from network.config.model import Model


class Environment(Model):
    """Identity of the environment."""

    name: str = Field(pattern=r"^[a-z][a-z0-9-]{0,20}$")
    """Short name; part of the names of the VPC and the cluster."""
    tier: Literal["development", "production"]
    """`production` protects VPC, cluster and zone from `destroy` and refuses what is for debugging only."""
    region: str = Field(pattern=r"^[a-z]{3}[0-9]$")
    """DigitalOcean region slug, for example `ams3`. Changing it replaces everything."""
