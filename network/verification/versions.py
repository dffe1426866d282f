"""Versions: of the cluster, of its nodes, of the charts that are installed."""

import re
from collections.abc import Iterator

from network.config import StackConfig
from network.live.cluster import Object
from network.live.finding import CannotLookError, Finding
from network.plan import Plan
from network.plan.cluster.version import numbers
from network.plan.model.kubernetes import ReleasePlan
from network.plan.model.parts import found
from network.verification.cluster import Own
from network.verification.nodes import named
from network.verification.reading import CLUSTERS, NODES, WORKLOADS, Objects, Reading
from network.verification.row import Behind, Check, Judged, Look, both, derived, listed

KUBERNETES = Check(
    "kubernetes-version",
    "the cluster has the planned version, or with autoUpgrade a later one",
    CLUSTERS,
    "older: `pulumi up` raises it. Newer: write the version that it has, no cluster goes back",
)
OF_NODES = Check(
    "node-versions",
    "each Node has the cluster's version",
    NODES,
    "an upgrade is under way, or was left half done: `doctl kubernetes cluster get <cluster>`",
)
CHART = Check(
    "chart-version",
    "what each chart runs is of the planned version",
    WORKLOADS,
    "`pulumi up`; a release that failed and was rolled back shows in `helm history`",
)
CHECKS = (KUBERNETES, OF_NODES, CHART)

VERSION_LABEL = "doks.digitalocean.com/version"
"""Of every Node: the version that its image was made for."""


def findings(config: StackConfig, plan: Plan, reading: Reading, it: Own) -> Iterator[Finding]:
    """Yield the rows of versions."""
    wanted, by_itself = config.cluster.version, config.cluster.auto_upgrade
    yield KUBERNETES.row(
        f"cluster {it.name}", f"{wanted} or later" if by_itself else wanted, "cluster.version"
    ).judge(it.cluster, lambda seen: _version(seen["version"], wanted, by_itself))
    yield from _of_nodes(it.cluster, it.inside(reading.nodes))
    workloads = it.inside(reading.workloads)
    for release in found(plan.layers, ReleasePlan):
        yield CHART.row(
            f"release {release.namespace}/{release.name}",
            f"{release.chart_name} {_plain(release.chart.version)}",
            f"charts.{_key(config, release)}",
        ).judge(workloads, lambda seen, release=release: _chart(seen, release))


def _version(found: str, wanted: str, by_itself: bool) -> Judged:
    return Judged(found, numbers(found) >= numbers(wanted) if by_itself else found == wanted)


def _of_nodes(cluster: Look[Object], nodes: Look[Objects]) -> Iterator[Finding]:
    version = derived(cluster, lambda seen: str(seen["version"]))
    look = both(version, named(nodes))
    if isinstance(look, CannotLookError | Behind):
        yield OF_NODES.row("Nodes", "the cluster's version").unseen(look)
        return
    wanted, by_name = look
    for name, node in by_name.items():
        row = OF_NODES.row(f"node {name}", wanted, "cluster.version")
        yield row.judge(node, lambda seen: _node(seen, wanted))


def _node(node: Object, version: str) -> Judged:
    """Return a Node's version: of its image by its label, of its kubelet by what that says of itself."""
    kubelet = node["status"]["nodeInfo"]["kubeletVersion"]
    label = (node["metadata"].get("labels") or {}).get(VERSION_LABEL)
    minor = _numbers(kubelet)[:2] == numbers(version)[:2]
    if label is None:
        return Judged(f"kubelet {kubelet}", _numbers(kubelet) == numbers(version)[:3])
    return Judged(f"{label}, kubelet {kubelet}", label == version and minor)


def _numbers(kubelet: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"[0-9]+", kubelet)[:3])


def _key(config: StackConfig, release: ReleasePlan) -> str:
    """Return the key of a chart in the stack file."""
    fields = type(config.charts).model_fields
    names = [name for name in fields if getattr(config.charts, name) == release.chart]
    return fields[names[0]].alias or names[0] if names else ""


def _chart(workloads: Objects, release: ReleasePlan) -> Judged:
    found = sorted({version for each in workloads if (version := _version_of(each, release)) is not None})
    told = listed((f"{release.chart_name} {each}" for each in found), "nothing of this chart runs")
    return Judged(told, found == [_plain(release.chart.version)])


def _version_of(workload: Object, release: ReleasePlan) -> str | None:
    """Return of which version of the release's chart a workload is; None for what is not of it."""
    meta = workload["metadata"]
    labels = meta.get("labels") or {}
    owner = (meta.get("annotations") or {}).get("meta.helm.sh/release-name", release.name)
    if meta["namespace"] != release.namespace or owner != release.name:
        return None
    for key in ("helm.sh/chart", "chart"):
        name, _, version = labels.get(key, "").partition(f"{release.chart_name}-")
        if not name and version:
            return _plain(version.replace("_", "+"))
    return None


def _plain(version: str) -> str:
    return version.removeprefix("v")
