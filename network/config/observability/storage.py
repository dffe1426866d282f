"""Volumes of what keeps metrics and logs."""

from typing import Annotated, Literal

from network.config.model import Model
from network.config.names import Name
from network.config.text import Form

VolumeSize = Annotated[
    str,
    Form(
        pattern=r"[1-9][0-9]{0,3}Gi|1[0-5][0-9]{3}Gi|16[0-2][0-9]{2}Gi|163[0-7][0-9]Gi|1638[0-4]Gi",
        rule="DigitalOcean's volumes have 1 to 16384 GiB",
        fix="write it like `20Gi`",
        longest=7,
    ),
]
"""Size of a volume; it can grow later, never shrink."""


class Storage(Model):
    """A volume."""

    size: VolumeSize = "20Gi"
    """The oldest data are deleted before it is full."""
    storage_class: Name | None = None
    """`do-block-storage`, or `do-block-storage-retain` with `volumes: retain`, when absent. Any other class
    has a reclaim policy of its own (docs/facts/observability.md#nodes-of-doks)."""
    volumes: Literal["delete", "retain"] = "delete"
    """What happens to the volume when what it is for goes: deleted, or kept in the account, where it costs on
    until somebody deletes it. Of a replica that goes alone it is kept until then, since a program that is
    scaled to nothing must find its data again."""

    @property
    def gibibytes(self) -> int:
        """Size in GiB."""
        return int(self.size.removesuffix("Gi"))
