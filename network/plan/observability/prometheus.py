"""Prometheus itself: how long it remembers, on which volume, and what it may read (OBS-1, OBS-8)."""

from collections.abc import Iterable
from typing import Any

from network.config import StackConfig
from network.config.observability.objectives import Objective
from network.config.observability.prometheus import Install
from network.config.observability.storage import Storage
from network.plan.model.resources import requirements
from network.plan.model.volumes import claims, storage_class

INTERVAL = "30s"
"""Between two scrapes of a target, and two evaluations of a rule."""

SHORTEST_RETENTION_DAYS = 15
"""Where no objective asks for more: Prometheus' own default."""

FULL_PERCENT = 85
"""Of a volume that samples may fill; the rest is for what is not compacted yet, and for the file system."""

FEATURES = ("created-timestamp-zero-ingestion",)
"""What Prometheus is told to switch on: the 0 that a counter began with. Else the first answer of a kind,
which makes its series, is no increase (docs/facts/observability.md#first-sample-of-a-counter)."""

CLUSTER = "cluster"
"""Scrape class of what asks who scrapes: shows Prometheus' own token, and trusts the cluster's authority."""

_ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount"

OWN_OBJECTS = ("serviceMonitor", "podMonitor", "probe", "rule", "scrapeConfig")


def spec(config: StackConfig, install: Install, replicas: int) -> dict[str, Any]:
    """Return the chart's values of Prometheus."""
    storage = install.storage
    return {
        "replicas": replicas,
        "enableFeatures": list(FEATURES),
        "resources": requirements(install.resources),
        "scrapeInterval": INTERVAL,
        "evaluationInterval": INTERVAL,
        # Alerts say which environment they come from.
        "externalLabels": {"environment": config.environment.name},
        "retention": f"{retention_of(config)}d",
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


def retention_of(config: StackConfig) -> int:
    """Return how many days a stack's samples are kept."""
    return retention_days(() if config.observability is None else config.observability.objectives.values())


def retention_days(objectives: Iterable[Objective]) -> int:
    """Return how long samples are kept: the longest window, and the day that is under way."""
    windows = [int(objective.window.removesuffix("d")) + 1 for objective in objectives]
    return max([*windows, SHORTEST_RETENTION_DAYS])


def volume(storage: Storage, size: str) -> dict[str, Any]:
    """Return a StatefulSet's template of claims, as the operator reads it."""
    return {
        "volumeClaimTemplate": {
            "spec": {
                "storageClassName": storage_class(storage),
                "accessModes": ["ReadWriteOnce"],
                "resources": {"requests": {"storage": size}},
            }
        }
    }
