"""What somebody does in a cluster beside Pulumi, and what undoes it."""

import json
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from typing import Any

from network.config.platform import MONITORING
from tests.lab.running_lab import RunningLab


@contextmanager
def made(lab: RunningLab, *objects: Mapping[str, Any]) -> Generator[None]:
    """Objects are there within the block."""
    document = json.dumps({"apiVersion": "v1", "kind": "List", "items": objects})
    lab.kubectl("apply", "--server-side", "--filename=-", text=document)
    try:
        yield
    finally:
        lab.kubectl("delete", "--filename=-", "--wait=false", text=document)


@contextmanager
def deleted(lab: RunningLab, kind: str, name: str, namespace: str) -> Generator[None]:
    """An object is gone within the block."""
    there = json.loads(lab.kubectl("get", kind, name, f"--namespace={namespace}", "--output=json"))
    lab.kubectl("delete", kind, name, f"--namespace={namespace}")
    metadata = {key: there["metadata"].get(key, {}) for key in ("name", "namespace", "labels", "annotations")}
    try:
        yield
    finally:
        again = {**{key: there[key] for key in ("apiVersion", "kind", "spec")}, "metadata": metadata}
        lab.kubectl("apply", "--server-side", "--filename=-", text=json.dumps(again))


@contextmanager
def scaled_to_nothing(lab: RunningLab, namespace: str, deployment: str) -> Generator[None]:
    """A Deployment has no replicas within the block."""
    named = (f"deployment/{deployment}", f"--namespace={namespace}")
    replicas = lab.kubectl("get", *named, "--output=jsonpath={.spec.replicas}")
    lab.kubectl("scale", *named, "--replicas=0")
    try:
        yield
    finally:
        lab.kubectl("scale", *named, f"--replicas={replicas}")


def have_files_read(lab: RunningLab) -> None:
    """Have the watchers' mounted Secrets and ConfigMaps looked at now: a kubelet does so once a minute, and
    whenever their pod changes."""
    lab.kubectl(
        *("annotate", "pods", "--overwrite", f"--namespace={MONITORING}"),
        *("--selector=app.kubernetes.io/managed-by=prometheus-operator", f"looked-at={time.monotonic():.0f}"),
    )
