"""Volumes that claims make in the account: what they cost, and what becomes of both."""

from dataclasses import dataclass

from network.config.observability.storage import Storage

DOLLARS_PER_GIBIBYTE = 0.10
"""A month, of every class (docs/facts/digitalocean.md#volumes)."""


@dataclass(frozen=True)
class VolumePlan:
    """Volumes of one program's replicas."""

    name: str
    """Of the program; unique in the stack."""
    count: int
    gibibytes: int
    """Of each."""
    kept: bool
    """Whether it stays in the account when what it is for goes. Of a program with fewer replicas it stays in
    any case."""


def volumes_of(name: str, storage: Storage, *, count: int = 1, gibibytes: int | None = None) -> VolumePlan:
    """Return the volumes of a program's replicas, of another size than the storage's where one is given."""
    return VolumePlan(name, count, gibibytes or storage.gibibytes, storage.volumes == "retain")


def storage_class(storage: Storage) -> str:
    """Return the class that makes the volumes, and says whether they go with their claims."""
    default = "do-block-storage-retain" if storage.volumes == "retain" else "do-block-storage"
    return storage.storage_class or default


def claims(storage: Storage) -> dict[str, str]:
    """Return what happens to claims whose StatefulSet goes, or a replica of it: who stops a program by
    scaling it to nothing finds its data again."""
    return {"whenDeleted": "Retain" if storage.volumes == "retain" else "Delete", "whenScaled": "Retain"}
