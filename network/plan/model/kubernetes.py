"""Kubernetes objects and Helm releases as plain data."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from network.config.charts import Chart

Manifest = dict[str, Any]
"""A Kubernetes object as its API reads it: camelCase keys, JSON values only."""


def manifest(
    api_version: str,
    kind: str,
    name: str,
    *,
    namespace: str | None = None,
    labels: Mapping[str, str] | None = None,
    annotations: Mapping[str, str] | None = None,
    **body: Any,
) -> Manifest:
    """Return an object; `body` holds `spec`, `data`, `rules` and the like."""
    metadata: dict[str, Any] = {"name": name}
    if namespace is not None:
        metadata["namespace"] = namespace
    if labels:
        metadata["labels"] = dict(labels)
    if annotations:
        metadata["annotations"] = dict(annotations)
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata, **body}


@dataclass(frozen=True)
class SecretPlan:
    """A Secret whose data come from secret config; the plan holds no value, only where each comes from."""

    name: str
    namespace: str
    type: str
    data: Mapping[str, str]
    """Key in the Secret -> key of the secret config: `dnsToken`, `redisPassword`, `basicAuthUsers.<name>`,
    `clientCAs.<application>.<name>` or `certificates.bought.<name>`."""
    plain: Mapping[str, str] = field(default_factory=dict[str, str])
    """Values that are no secrets but belong beside them, such as a user's name."""


UNFINISHED = ("pending-upgrade", "pending-rollback")
"""Helm's words for a revision of an installed release that is under way. Of a first install that was cut off
the state knows nothing."""


@dataclass(frozen=True)
class ReleasePlan:
    """A Helm release."""

    name: str
    namespace: str
    chart_name: str
    chart: Chart
    values: Mapping[str, Any] = field(default_factory=dict)
    adopted: bool = False
    """It is in the cluster, and taken over instead of being installed: `destroy` leaves it."""

    @property
    def id(self) -> str:
        """What Pulumi calls it: `namespace/name`."""
        return f"{self.namespace}/{self.name}"
