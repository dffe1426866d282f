"""What becomes of volumes: of their claims in the cluster, and of themselves in the account."""

from network.config.observability.storage import Storage


def storage_class(storage: Storage) -> str:
    """Return the class that makes the volumes, and says whether they go with their claims."""
    default = "do-block-storage-retain" if storage.volumes == "retain" else "do-block-storage"
    return storage.storage_class or default


def claims(storage: Storage) -> dict[str, str]:
    """Return what happens to claims whose replica or StatefulSet goes."""
    policy = "Retain" if storage.volumes == "retain" else "Delete"
    return {"whenDeleted": policy, "whenScaled": policy}
