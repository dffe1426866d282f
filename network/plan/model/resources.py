"""Requests and limits in the shape that a container has them."""

from network.config.quantities import Resources

EPHEMERAL_REQUEST = "64Mi"
"""Of the node's disk, what a container of the platform usually takes."""


def requirements(resources: Resources) -> dict[str, dict[str, str]]:
    """Return a container's `resources`. Without a CPU limit the container may use idle CPU."""
    limits = {"memory": resources.memory_limit, "ephemeral-storage": resources.ephemeral_storage_limit}
    if resources.cpu_limit is not None:
        limits["cpu"] = resources.cpu_limit
    return {
        "requests": {
            "cpu": resources.cpu_request,
            "memory": resources.memory_request,
            # Absent, it would be the limit.
            "ephemeral-storage": EPHEMERAL_REQUEST,
        },
        "limits": limits,
    }
