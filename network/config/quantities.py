"""Quantities in Kubernetes' notation and what containers may use of them."""

import re
from collections.abc import Iterator
from typing import Annotated

from pydantic import Field
from typing_extensions import override

from network.config.model import Finding, Model
from network.config.text import Form

Cpu = Annotated[
    str,
    Form(
        pattern=r"[1-9][0-9]{0,5}m|[1-9][0-9]{0,2}(\.[0-9]{1,3})?|0\.[0-9]{0,2}[1-9]",
        rule="CPU is a number of cores or of thousandths (m), more than 0",
        fix='write it like "100m" or "2", in quotes',
        longest=8,
    ),
]
"""CPU in cores or thousandths of a core."""

Memory = Annotated[
    str,
    Form(
        pattern=r"[1-9][0-9]{0,5}(Mi|Gi)",
        rule="memory is a whole number with the suffix Mi or Gi, more than 0",
        fix="write it like `256Mi` or `1Gi`",
        longest=8,
    ),
]
"""Memory with a binary suffix."""

Duration = Annotated[
    str,
    Form(
        pattern=r"[0-9]{1,6}(ms|s|m|h)",
        rule="a time span is a whole number with one unit: ms, s, m or h",
        fix="write it like `30s` or `5m`",
        longest=8,
    ),
]
"""A time span in Go's notation, one unit."""

_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}


def millicores(cpu: str) -> int:
    """Return thousandths of a core."""
    return int(cpu[:-1]) if cpu.endswith("m") else round(float(cpu) * 1000)


def mebibytes(memory: str) -> int:
    """Return MiB."""
    return int(memory[:-2]) * (1024 if memory.endswith("Gi") else 1)


def seconds(duration: str) -> float:
    """Return seconds."""
    number, unit = re.fullmatch(r"([0-9]+)([a-z]+)", duration).groups()  # pyright: ignore
    return int(number) * _UNITS[unit]


class Resources(Model):
    """Requests and limits of one container."""

    cpu_request: Cpu = "100m"
    """CPU that a node keeps free for the container."""
    memory_request: Memory = "128Mi"
    """Memory that a node keeps free for the container."""
    cpu_limit: Cpu | None = None
    """Without it the container may use idle CPU; a limit throttles."""
    memory_limit: Memory = "256Mi"
    """Memory above which the container is killed."""
    ephemeral_storage_limit: Memory = "1Gi"
    """Of the node's disk: logs, of which the kubelet keeps up to 50Mi, and files in emptyDir. A pod beyond it
    is evicted, before it fills the disk of all others."""

    @override
    def findings(self) -> Iterator[Finding]:
        if mebibytes(self.ephemeral_storage_limit) < 64:
            yield Finding(
                ("ephemeralStorageLimit",),
                "the container's own logs alone may come to 50Mi, and the pod would be evicted",
                "set 64Mi or more",
            )
        if self.cpu_limit and millicores(self.cpu_request) > millicores(self.cpu_limit):
            yield over_limit("cpuRequest", self.cpu_request, "cpuLimit", self.cpu_limit)
        if mebibytes(self.memory_request) > mebibytes(self.memory_limit):
            yield over_limit("memoryRequest", self.memory_request, "memoryLimit", self.memory_limit)


def over_limit(request_key: str, request: str, limit_key: str, limit: str) -> Finding:
    """Return the finding that a request is above its limit, at the request."""
    return Finding(
        (request_key,),
        f"a request must not be above its limit: {request} > {limit_key} {limit}",
        f"lower {request_key} or raise {limit_key}",
    )


class ComponentScale(Model):
    """Replicas and resources of one component."""

    replicas: int = Field(default=1, ge=1, le=50)
    """How many pods."""
    resources: Resources = Field(default_factory=Resources)
