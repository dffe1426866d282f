"""Which pods are whose: what one Deployment makes counts once, as what really runs."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from network.reachability.model import Policy, Workload
from network.reachability.read.workloads import (
    INDEX_OF_POD,
    NAME_OF_POD,
    NAMES_OF_JOB,
    UNKNOWN_LABELS,
    Owner,
    numbered,
)
from network.reachability.selectors import Requirement
from network.reachability.terms import requirements_of

Key = tuple[str, str, str]
"""Kind, namespace and name."""

_DEEPEST = 8
"""Owners above each other: a CronJob's Job's pods have two."""


@dataclass
class Owned:
    """Workloads from templates and from running pods, and who makes whom."""

    workloads: dict[Key, Workload] = field(default_factory=dict[Key, Workload])
    """Those that stand in a template or alone."""
    owners: dict[Key, Owner] = field(default_factory=dict[Key, Owner])
    """Controllers of these, as far as they have one."""
    _pods: dict[object, Workload] = field(default_factory=dict[object, Workload])
    """Running pods that have an owner: those of one owner that look alike are one workload."""
    _generated: list[Workload] = field(default_factory=list[Workload])

    def generated(self, workload: Workload) -> None:
        """Add a workload that has no name yet: there may be two that begin alike."""
        self._generated.append(workload)

    def add_pod(self, pod: Workload, owner: Owner) -> None:
        """Add a running pod."""
        kind, name = owner
        labels = frozenset(pod.labels.items())
        key = (kind, pod.namespace, name, labels, pod.ports, pod.host_network, pod.service_account)
        known = self._pods.get(key)
        self._pods[key] = replace(
            pod,
            name=name,
            kind=kind,
            replicas=known.replicas + 1 if known else 1,
            addresses=(*known.addresses, *pod.addresses) if known else pod.addresses,
        )

    def resolved(self, policies: Iterable[Policy]) -> tuple[tuple[Workload, ...], list[str]]:
        """Return each workload once, and what is wrong with what policies ask of them."""
        pods: defaultdict[Key, list[Workload]] = defaultdict(list)
        made: defaultdict[Key, list[Workload]] = defaultdict(list)
        roots: dict[Key, Workload] = {}
        for key, workload in self.workloads.items():
            root = self._root(key)
            if root == key:
                roots[key] = workload
            elif workload.replicas:
                # An old ReplicaSet that is scaled to nothing makes no pods any more.
                made[root].append(replace(workload, kind=root[0], name=root[2]))
        for pod in self._pods.values():
            root = self._root((pod.kind, pod.namespace, pod.name))
            same = (root[0], root[2]) == (pod.kind, pod.name)
            pods[root].append(pod if same else replace(pod, kind=root[0], name=root[2]))
        if not pods and not made:
            return _labelled([*roots.values(), *self._generated], [], list(policies))
        found: list[Workload] = []
        templates: list[Workload] = []
        for key in dict.fromkeys((*roots, *made, *pods)):
            # What runs tells more than the template that it was made from.
            here = pods[key]
            here += [each for each in made[key] if not any(_is_of(pod, each) for pod in here)]
            if key in roots and not any(_is_of(pod, roots[key]) for pod in here):
                templates.append(roots[key])
            found += here
        return _labelled([*templates, *self._generated], found, list(policies))

    def _root(self, key: Key) -> Key:
        for _ in range(_DEEPEST):
            owner = self.owners.get(key)
            if owner is None:
                break
            key = (owner[0], key[1], owner[1])
        return key


def _is_of(pod: Workload, template: Workload) -> bool:
    """Say whether a running pod is what a template makes now: controllers only add labels to it."""
    wanted = {item for item in template.labels.items() if item[0] not in NAMES_OF_JOB}
    return wanted <= pod.labels.items() and pod.host_network == template.host_network


def _labelled(
    templates: list[Workload], running: list[Workload], policies: list[Policy]
) -> tuple[tuple[Workload, ...], list[str]]:
    """Return workloads with the labels that controllers add, as far as policies ask for them."""
    asked = list(_asked(policies))
    if not asked:
        return (*templates, *running), []
    keys = {requirement.key for _, requirement in asked}
    found: list[Workload] = []
    problems: dict[str, None] = {}
    for workload in templates:
        added = [key for key in UNKNOWN_LABELS.get(workload.kind, ()) if key in keys]
        if unknown := [key for key in added if key not in workload.labels]:
            for key in unknown:
                problems |= dict.fromkeys(_unanswerable(workload, key, asked))
            # That the label is there is known.
            workload = replace(workload, labels={**dict.fromkeys(unknown, ""), **workload.labels})
        each_pod = workload.kind == "StatefulSet" and keys & {NAME_OF_POD, INDEX_OF_POD}
        found += numbered(workload) if each_pod else [workload]
    return (*found, *running), list(problems)


def _asked(policies: list[Policy]) -> Iterator[tuple[Policy, Requirement]]:
    """Yield what policies ask of labels that controllers add."""
    added = {key for keys in UNKNOWN_LABELS.values() for key in keys} | {NAME_OF_POD, INDEX_OF_POD}
    for policy in policies:
        for requirement in requirements_of(policy):
            if requirement.key in added:
                yield policy, requirement


def _unanswerable(workload: Workload, key: str, asked: list[tuple[Policy, Requirement]]) -> Iterator[str]:
    for policy, requirement in asked:
        if requirement.key == key and requirement.operator in ("In", "NotIn"):
            yield (
                f"{policy}: `{requirement}` asks for a label that the controller of {workload.kind} "
                f"{workload} sets, and its value is in no template: give the running pods as well"
            )
