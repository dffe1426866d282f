"""Block storage: claims in the clusters become volumes of the account, as DOKS' CSI driver makes them.

A volume is a folder of the lab, which all its nodes see, and in the cluster a `local` volume: it moves
between nodes as block storage does. Nothing keeps a pod within its size.
"""

import math
import re
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

from typing_extensions import override

from lab.cloud.backend import Report
from lab.cloud.clients import Clients
from lab.cloud.cloud import Cloud
from lab.cloud.errors import ApiError, ConnectionDroppedError
from lab.cloud.rounds import Rounds
from lab.cloud.state import Json, Kind
from lab.machine.addons import RECLAIM_POLICIES, VOLUMES_DRIVER
from lab.toolbox.kubernetes_api import KubernetesApi, KubernetesError, Manifest

POLL = 1.0
"""Seconds between two looks at the claims."""

PATIENCE = 5.0
"""Seconds for a call: a server that does not answer is asked again at the next look."""

ASKED_OF = "volume.kubernetes.io/storage-provisioner"
"""Annotation by which Kubernetes asks a driver for a claim's volume."""

MADE_BY = "pv.kubernetes.io/provisioned-by"
"""Annotation by which Kubernetes leaves a volume's deletion to its driver."""

_PATH = "/v2/volumes"
_CLAIMS = "/api/v1/persistentvolumeclaims"
_VOLUMES = "/api/v1/persistentvolumes"

_UNITS = {"Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "Ti": 2**40, "": 1}


class Objects(Protocol):
    """The calls of a cluster's API that are needed, as `KubernetesApi` has them."""

    def get(self, path: str) -> dict[str, Any]:
        """The list at `path`."""
        ...

    def create(self, manifest: Manifest) -> dict[str, Any]:
        """Make an object."""
        ...

    def delete(self, path: str) -> None:
        """Delete the object at `path`."""
        ...

    def close(self) -> None:
        """Give the connections back."""
        ...


class Volumes(Rounds):
    """Watches the claims of every running cluster, in one thread; `folder` holds what is on the volumes."""

    def __init__(
        self,
        cloud: Cloud,
        folder: Path,
        report: Report,
        connect: Callable[[Mapping[str, Any]], Objects] = lambda config: KubernetesApi.of(config, PATIENCE),
    ) -> None:
        super().__init__("volumes", POLL, report)
        self._cloud = cloud
        self._folder = folder
        self._clients = Clients(cloud, connect)

    @override
    def look(self) -> None:
        """Look at every running cluster once."""
        for cluster in self._clients.clusters():
            try:
                self._attend(self._clients.of(cluster), cluster)
            except (ApiError, ConnectionDroppedError, KubernetesError) as error:
                self._tell(f"Volumes of {cluster['name']}: {error}")
        self._sweep()

    def _attend(self, client: Objects, cluster: Json) -> None:
        volumes = {each["metadata"]["name"]: each for each in client.get(_VOLUMES)["items"]}
        for claim in client.get(_CLAIMS)["items"]:
            name = f"pvc-{claim['metadata']['uid']}"
            if _asked(claim) and name not in volumes:
                self._make(client, cluster, claim, name)
        for name, volume in volumes.items():
            if _is_given_up(volume):
                self._remove(client, name)

    def _make(self, client: Objects, cluster: Json, claim: Json, name: str) -> None:
        spec = claim["spec"]
        size = spec["resources"]["requests"]["storage"]
        if self._find(name) is None:
            body = {
                "name": name,
                "region": cluster["region"],
                "size_gigabytes": gibibytes(size),
                "tags": [f"k8s:{cluster['id']}"],
            }
            self._cloud.call("POST", _PATH, body)
        path = self._folder / name
        path.mkdir(parents=True, exist_ok=True)
        client.create(_volume(claim, name, path))

    def _remove(self, client: Objects, name: str) -> None:
        """Forget a volume; the cluster's object goes last, so that an interrupted removal is repeated."""
        if volume := self._find(name):
            self._cloud.call("DELETE", f"{_PATH}/{volume['id']}")
        shutil.rmtree(self._folder / name, ignore_errors=True)
        client.delete(f"{_VOLUMES}/{name}")

    def _sweep(self) -> None:
        """Forget what was on volumes that the account has no more: some go with their cluster."""
        names = {volume["name"] for volume in self._cloud.store.account.all(Kind.VOLUME)}
        for folder in self._folder.iterdir() if self._folder.exists() else ():
            if folder.name not in names:
                shutil.rmtree(folder, ignore_errors=True)

    def _find(self, name: str) -> Json | None:
        """The account's volume of that name: the answer to its creation may have been lost."""
        found = (each for each in self._cloud.store.account.all(Kind.VOLUME) if each["name"] == name)
        return next(found, None)


def gibibytes(quantity: str) -> int:
    """A quantity of storage in GiB, rounded up, as DigitalOcean sells it. Raises ValueError for a unit that
    claims of the lab do not use."""
    match = re.fullmatch(r"(\d+)(Ki|Mi|Gi|Ti|)", quantity)
    if match is None:
        raise ValueError(f"{quantity}: the lab reads whole numbers of Ki, Mi, Gi and Ti")
    return math.ceil(int(match[1]) * _UNITS[match[2]] / 2**30)


def _asked(claim: Json) -> bool:
    """Whether a claim waits for a volume of ours."""
    annotations = claim["metadata"].get("annotations") or {}
    waits = "volumeName" not in claim["spec"] and "deletionTimestamp" not in claim["metadata"]
    return waits and annotations.get(ASKED_OF) == VOLUMES_DRIVER


def _is_given_up(volume: Json) -> bool:
    """Whether a volume of ours goes, for its claim has gone."""
    annotations = volume["metadata"].get("annotations") or {}
    released = volume.get("status", {}).get("phase") == "Released"
    deleted = volume["spec"]["persistentVolumeReclaimPolicy"] == "Delete"
    return released and deleted and annotations.get(MADE_BY) == VOLUMES_DRIVER


def _volume(claim: Json, name: str, path: Path) -> Manifest:
    meta, spec = claim["metadata"], claim["spec"]
    anywhere = {"key": "kubernetes.io/os", "operator": "Exists"}
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolume",
        "metadata": {"name": name, "annotations": {MADE_BY: VOLUMES_DRIVER}},
        "spec": {
            "capacity": {"storage": spec["resources"]["requests"]["storage"]},
            "accessModes": spec["accessModes"],
            "storageClassName": spec["storageClassName"],
            "persistentVolumeReclaimPolicy": RECLAIM_POLICIES[spec["storageClassName"]],
            "claimRef": {
                "apiVersion": "v1",
                "kind": "PersistentVolumeClaim",
                "namespace": meta["namespace"],
                "name": meta["name"],
                "uid": meta["uid"],
            },
            "local": {"path": str(path)},
            "nodeAffinity": {"required": {"nodeSelectorTerms": [{"matchExpressions": [anywhere]}]}},
        },
    }
