"""DigitalOcean resources as plain data."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class CloudResource:
    """One resource: the arguments of its Pulumi class and what Pulumi must know beside them."""

    type: str
    """Class of the Python SDK, such as `Vpc`."""
    name: str
    """Name in the account, except that a further node pool's has its size too. Fixed, so that an object left
    by an interrupted run is met again as "name already exists" instead of being made twice. Of checks and
    alerts, which may share a name there, what tells them apart here."""
    arguments: Mapping[str, Any]
    """In the spelling of the Python SDK; ids of other resources are added at declaration."""
    protect: bool = False
    """Refuse `destroy` and replacement."""
    ignore_changes: tuple[str, ...] = ()
    """Arguments, in the engine's spelling, that something else changes as well."""
    replace_on_changes: tuple[str, ...] = ()
    """Arguments, in the engine's spelling, whose change is a replacement although the provider updates."""
    delete_before_replace: bool = False
    """A replacement cannot stand beside the original: the fixed name or the range is taken."""
    adopted: str | None = None
    """Id in the account of what is taken over instead of being made; it is protected, and `destroy` leaves
    it."""
    delete_timeout: str | None = None
    """How long a deletion may take, in Go's notation; None is the provider's default."""
