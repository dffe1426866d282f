"""Prometheus itself: how long it remembers, on which volume, and what it may read (OBS-1, OBS-8)."""

from collections.abc import Iterable
from typing import Any

from network.config import StackConfig
from network.config.observability.objectives import Objective
from network.config.observability.prometheus import Install, Storage
from network.plan.model.resources import requirements

INTERVAL = "30s"
"""Between two scrapes of a target, and two evaluations of a rule."""

SHORTEST_RETENTION_DAYS = 15
"""Where no objective asks for more: Prometheus' own default."""

FULL_PERCENT = 85
"""Of a volume that samples may fill; the rest is for what is not compacted yet, and for the file system."""

CLUSTER = "cluster"
"""Scrape class of what asks who scrapes: shows Prometheus' own token, and trusts the cluster's authority."""

_ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount"

OWN_OBJECTS = ("serviceMonitor", "podMonitor", "probe", "rule", "scrapeConfig")


def spec(config: StackConfig, install: Install, replicas: int) -> dict[str, Any]:
    """Return the chart's values of Prometheus."""
    storage = install.storage
    return {
        "replicas": replicas,
        "resources": requirements(install.resources),
        "scrapeInterval": INTERVAL,
        "evaluationInterval": INTERVAL,
        # Alerts say which environment they come from.
        "externalLabels": {"environment": config.environment.name},
        "retention": f"{retention_days(_objectives(config))}d",
        "retentionSize": f"{storage.gibibytes * 1024 * FULL_PERCENT // 100}MiB",
        "storageSpec": volume(storage, storage.size),
        "persistentVolumeClaimRetentionPolicy": claims(storage),
        "serviceDiscoveryRole": "EndpointSlice",
        # Else it would take up those of its own release alone, and there are none.
        **{f"{kind}SelectorNilUsesHelmValues": False for kind in OWN_OBJECTS},
        "scrapeClasses": [
            {
                "name": CLUSTER,
                "authorization": {"credentialsFile": f"{_ACCOUNT}/token"},
                "tlsConfig": {"caFile": f"{_ACCOUNT}/ca.crt"},
            }
        ],
    }


def retention_days(objectives: Iterable[Objective]) -> int:
    """Return how long samples are kept: the longest window, and the day that is under way."""
    windows = [int(objective.window.removesuffix("d")) + 1 for objective in objectives]
    return max([*windows, SHORTEST_RETENTION_DAYS])


def volume(storage: Storage, size: str) -> dict[str, Any]:
    """Return a StatefulSet's template of claims, as the operator reads it."""
    default = "do-block-storage-retain" if storage.volumes == "retain" else "do-block-storage"
    return {
        "volumeClaimTemplate": {
            "spec": {
                "storageClassName": storage.storage_class or default,
                "accessModes": ["ReadWriteOnce"],
                "resources": {"requests": {"storage": size}},
            }
        }
    }


def claims(storage: Storage) -> dict[str, str]:
    """Return what happens to claims whose replica or StatefulSet goes."""
    policy = "Retain" if storage.volumes == "retain" else "Delete"
    return {"whenDeleted": policy, "whenScaled": policy}


def _objectives(config: StackConfig) -> Iterable[Objective]:
    return () if config.observability is None else config.observability.objectives.values()
