"""What the pods of an application may use (SVC-4)."""

from collections.abc import Iterator

from pydantic import Field
from typing_extensions import override

from network.config.model import Finding, Model
from network.config.quantities import Cpu, Memory, mebibytes, millicores, over_limit


class Quota(Model):
    """ResourceQuota and LimitRange of the namespace; the owner's defaults."""

    pods: int = Field(default=50, ge=1)
    """How many pods may be there."""
    cpu_requests: Cpu = "4"
    """CPU that all pods together may request."""
    memory_requests: Memory = "8Gi"
    """Memory that all pods together may request."""
    default_cpu_request: Cpu = "100m"
    """CPU request of a container that names none."""
    default_memory_request: Memory = "256Mi"
    """Memory request of a container that names none."""
    default_cpu_limit: Cpu = "500m"
    """CPU limit of a container that names none."""
    default_memory_limit: Memory = "512Mi"
    """Memory limit of a container that names none."""

    @override
    def findings(self) -> Iterator[Finding]:
        if millicores(self.default_cpu_request) > millicores(self.default_cpu_limit):
            yield over_limit(
                "defaultCpuRequest",
                self.default_cpu_request,
                "defaultCpuLimit",
                self.default_cpu_limit,
            )
        if mebibytes(self.default_memory_request) > mebibytes(self.default_memory_limit):
            yield over_limit(
                "defaultMemoryRequest",
                self.default_memory_request,
                "defaultMemoryLimit",
                self.default_memory_limit,
            )
        if millicores(self.default_cpu_request) > millicores(self.cpu_requests):
            yield _no_pod_fits("cpuRequests", "defaultCpuRequest")
        if mebibytes(self.default_memory_request) > mebibytes(self.memory_requests):
            yield _no_pod_fits("memoryRequests", "defaultMemoryRequest")


def _no_pod_fits(total: str, each: str) -> Finding:
    return Finding(
        (total,),
        f"not even one pod with {each} fits in it",
        f"raise {total} or lower {each}",
    )
