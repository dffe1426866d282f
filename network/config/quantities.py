"""Quantities in Kubernetes' notation and what containers may use of them."""

from typing import Annotated

from pydantic import Field

from network.config.model import Model

Cpu = Annotated[
    str, Field(pattern=r"^([0-9]+m|[0-9]+(\.[0-9]{1,3})?)$", examples=["100m", "2"])
]
"""CPU in cores or thousandths of a core."""

Memory = Annotated[
    str, Field(pattern=r"^[1-9][0-9]*(Mi|Gi)$", examples=["256Mi", "1Gi"])
]
"""Memory with a binary suffix."""

Duration = Annotated[
    str, Field(pattern=r"^[0-9]+(ms|s|m|h)$", examples=["0s", "30s", "5m"])
]
"""A time span in Go's notation, one unit."""


class Resources(Model):
    """Requests and limits of one container."""

    cpu_request: Cpu = "100m"
    memory_request: Memory = "128Mi"
    cpu_limit: Cpu | None = None
    """Without it the container may use idle CPU; a limit throttles."""
    memory_limit: Memory = "256Mi"


class ComponentScale(Model):
    """Replicas and resources of one component."""

    replicas: int = Field(default=1, ge=1, le=50)
    resources: Resources = Field(default_factory=Resources)
