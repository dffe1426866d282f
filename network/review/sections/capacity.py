"""Nodes, pods, replicas and quotas."""

from collections.abc import Iterator, Sequence
from typing import Any

from network.config.quantities import mebibytes, millicores
from network.review import kinds
from network.review.kinds import Finding
from network.review.markdown import change, code, counted, table
from network.review.sections import Section
from network.review.side import Side

QUOTA = {"pods": int, "requests.cpu": millicores, "requests.memory": mebibytes}
"""What a ResourceQuota bounds, and how its values are measured."""


def compare(base: Side, head: Side) -> Section:
    """Return what there is more or less of."""
    findings: list[Finding] = []
    rows: list[Sequence[str]] = []
    for what, before, after in (*_nodes(base, head), *_replicas(base, head)):
        if before != after:
            lower = after < before
            findings.append(
                Finding(
                    kinds.CAPACITY_LOWERED if lower else kinds.CAPACITY_RAISED,
                    f"{what}: {change(before, after)}.",
                )
            )
            rows.append((what, code(before), code(after)))
    for namespace, what, before, after in _quotas(base, head):
        measure = QUOTA[what]
        kind = kinds.CAPACITY_LOWERED if measure(after) < measure(before) else kinds.CAPACITY_RAISED
        findings.append(Finding(kind, f"Quota of {code(namespace)}, {what}: {change(before, after)}."))
        rows.append((f"quota of {code(namespace)}, {what}", code(before), code(after)))
    findings += _too_small(base, head)
    return Section("Capacity", tuple(findings), table(("what", "before", "after"), rows))


def _nodes(base: Side, head: Side) -> Iterator[tuple[str, int, int]]:
    old, new = base.document.get("addresses", {}), head.document.get("addresses", {})
    for key, title in (
        ("fewestNodes", "Nodes, at least"),
        ("mostNodes", "Nodes, at most"),
        ("nodesByVpc", "Nodes that the VPC has addresses for"),
        ("nodesByPods", "Nodes that the pod range serves"),
        ("serviceAddresses", "Services that the range has addresses for"),
    ):
        if key in old and key in new:
            yield title, old[key], new[key]


def _replicas(base: Side, head: Side) -> Iterator[tuple[str, int, int]]:
    for name in base.releases.keys() & head.releases.keys():
        old = dict(_counts(base.releases[name]["values"]))
        new = dict(_counts(head.releases[name]["values"]))
        for key in sorted(old.keys() & new.keys()):
            yield f"{key} of {name}", old[key], new[key]


def _counts(values: Any, here: str = "") -> Iterator[tuple[str, int]]:
    """Yield every number of replicas in a chart's values."""
    for key, value in values.items() if isinstance(values, dict) else ():
        path = f"{here}.{key}".removeprefix(".")
        if isinstance(value, int) and not isinstance(value, bool) and "replica" in key.lower():
            yield path, value
        else:
            yield from _counts(value, path)


def _quotas(base: Side, head: Side) -> Iterator[tuple[str, str, str, str]]:
    old, new = base.of_kind("ResourceQuota"), head.of_kind("ResourceQuota")
    for key in sorted(old.keys() & new.keys()):
        before, after = old[key]["spec"]["hard"], new[key]["spec"]["hard"]
        for what in QUOTA:
            if what in before and what in after and before[what] != after[what]:
                yield key[0], what, before[what], after[what]


def _too_small(base: Side, head: Side) -> Iterator[Finding]:
    """Yield quotas that became too small for one pod of each declared workload."""
    for (namespace, name), quota in head.of_kind("ResourceQuota").items():
        needed = _needed(head, namespace)
        held = base.of_kind("ResourceQuota").get((namespace, name))
        was = held["spec"]["hard"] if held else {}
        for what, amount in needed.items():
            hard = quota["spec"]["hard"].get(what)
            if hard is None or (hard == was.get(what) and needed == _needed(base, namespace)):
                continue
            if QUOTA[what](hard) < amount[0]:
                yield Finding(
                    kinds.QUOTA_TOO_SMALL,
                    f"Quota of {code(namespace)}, {what} {code(hard)}, is below {amount[1]}: pods that stop "
                    "are not started again.",
                )


def _needed(side: Side, namespace: str) -> dict[str, tuple[float, str]]:
    """Return what one pod of each workload takes, with the requests a container gets by default."""
    workloads = {
        (each["namespace"], each["name"])
        for each in side.document.get("podLabels", [])
        if each["namespace"] == namespace
    }
    for application, settings in side.config.get("applications", {}).items():
        if (settings.get("namespace") or application) == namespace:
            workloads |= {
                (namespace, f"{application}-{workload}") for workload in settings.get("workloads", {})
            }
    count = len(workloads)
    if not count:
        return {}
    one_each = (
        f"one pod of each of its {counted(count, 'workload')}" if count > 1 else "one pod of its workload"
    )
    needed: dict[str, tuple[float, str]] = {"pods": (count, one_each)}
    limits = side.of_kind("LimitRange").get((namespace, "defaults"))
    if limits is not None:
        request = limits["spec"]["limits"][0]["defaultRequest"]
        for what, measure in (("cpu", millicores), ("memory", mebibytes)):
            needed[f"requests.{what}"] = (count * measure(request[what]), f"{one_each} with {request[what]}")
    return needed
