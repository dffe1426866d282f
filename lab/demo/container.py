"""What every container of the lab's workloads is held to."""

from collections.abc import Mapping
from typing import Any


def bounds(memory: str) -> Mapping[str, Any]:
    """Return what a container may use, and that it may do nothing else."""
    return {
        "resources": {
            "requests": {"cpu": "10m", "memory": "16Mi"},
            # Without one of its own, the namespace's default would slow it down under load.
            "limits": {"cpu": "2", "memory": memory},
        },
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"]},
            "readOnlyRootFilesystem": True,
        },
    }
