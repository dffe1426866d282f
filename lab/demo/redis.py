"""The Redis that replicas of Traefik share their rate limits by, where a stack names a workload for it."""

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from lab.demo.container import bounds
from lab.parts import images
from network.config.applications import Workload
from network.config.traffic.redis import Redis as Declared
from network.plan.model.kubernetes import Manifest, manifest

SECRET = "lab-redis"
"""Secret in the workload's namespace with the server's password."""


@dataclass(frozen=True)
class Redis:
    """The workload that is a Redis."""

    application: str
    workload: str
    port: str | int
    """Name or number of one of the workload's ports."""
    username: str
    password: str

    def is_(self, application: str, workload: str) -> bool:
        """Whether that workload is it."""
        return (self.application, self.workload) == (application, workload)


def named(declared: Declared | None, password: Callable[[], str]) -> Redis | None:
    """The Redis that a stack's traffic names, if it is a workload."""
    if declared is None or declared.application is None or declared.workload is None:
        return None
    return Redis(declared.application, declared.workload, declared.port, declared.username, password())


def secret(redis: Redis, namespace: str) -> Manifest:
    """Return the Secret with the password."""
    password = base64.b64encode(redis.password.encode()).decode()
    return manifest("v1", "Secret", SECRET, namespace=namespace, type="Opaque", data={"password": password})


def server(redis: Redis, workload: Workload) -> Mapping[str, Any]:
    """Return the container of a Redis that keeps nothing on disk."""
    port = next(port.port for name, port in workload.ports.items() if redis.port in (name, port.port))
    login = ["--requirepass", "$(REDIS_PASSWORD)"]
    if redis.username != "default":
        login += ["--user", redis.username, "on", ">$(REDIS_PASSWORD)", "~*", "&*", "+@all"]
    reference = {"name": SECRET, "key": "password"}
    return {
        "name": redis.workload,
        "image": images.REDIS.name,
        "imagePullPolicy": "IfNotPresent",
        "args": ["--port", str(port), "--save", "", "--appendonly", "no", *login],
        "ports": [
            {"name": name, "containerPort": each.port, "protocol": each.protocol}
            for name, each in workload.ports.items()
        ],
        "env": [{"name": "REDIS_PASSWORD", "valueFrom": {"secretKeyRef": reference}}],
        "readinessProbe": {"tcpSocket": {"port": port}, "periodSeconds": 2},
        "livenessProbe": {"tcpSocket": {"port": port}, "periodSeconds": 10},
        **bounds("128Mi"),
    }
