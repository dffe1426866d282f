"""Which pods are whose: what one Deployment makes counts once, as what really runs."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace

from network.reachability.model import PodPeer, Policy, Workload
from network.reachability.read import foreign
from network.reachability.read.workloads import (
    INDEX_OF_POD,
    NAME_OF_POD,
    NAMES_OF_JOB,
    UNKNOWN_LABELS,
    Owner,
    numbered,
)
from network.reachability.selectors import Requirement, Selector

Key = tuple[str, str, str]
"""Kind, namespace and name."""

PART = "#"
"""Stands in a key after the name of an object that has several templates, and before the number of one; no
name has it."""

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
            # Which of several templates a pod was made from, its labels tell.
            here = pods[key[0], key[1], key[2].partition(PART)[0]] if PART in key[2] else pods[key]
            if PART in key[2]:
                if not any(_is_of(pod, roots[key]) for pod in here):
                    templates.append(roots[key])
                continue
            here += [each for each in made[key] if not any(_is_of(pod, each) for pod in here)]
            if key in roots and not any(_is_of(pod, roots[key]) for pod in here):
                templates.append(roots[key])
            found += here
        return _labelled([*templates, *self._generated], found, list(policies))

    def makers(self) -> set[Key]:
        """Return whatever makes the pods and workloads that are known."""
        running = {self._root((pod.kind, pod.namespace, pod.name)) for pod in self._pods.values()}
        return running | {self._root(key) for key in self.workloads}

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


@dataclass(frozen=True, slots=True)
class _Question:
    """What a policy asks of a label."""

    policy: Policy
    namespace: str | None
    """The only one that it is about, None for any."""
    selector: Selector
    requirement: Requirement

    def depends_on(self, workload: Workload, unknown: Collection[str]) -> bool:
        """Say whether labels that are not known decide whether the workload is meant."""
        return self.namespace in (None, workload.namespace) and all(
            requirement.holds(workload.labels)
            for requirement in self.selector.requirements
            if requirement.key not in unknown
        )


def _labelled(
    templates: list[Workload], running: list[Workload], policies: list[Policy]
) -> tuple[tuple[Workload, ...], list[str]]:
    """Return workloads with the labels that controllers add, as far as policies ask for them."""
    asked: defaultdict[str, list[_Question]] = defaultdict(list)
    for question in _questions(policies):
        asked[question.requirement.key].append(question)
    names = {
        value
        for key in (NAME_OF_POD, INDEX_OF_POD)
        for each in asked[key]
        for value in each.requirement.values
    }
    by_group: dict[str, list[str]] = {}
    found: list[Workload] = []
    problems: dict[str, None] = {}
    for workload in templates:
        group = workload.controller
        if group:
            if group not in by_group:
                by_group[group] = [key for key in asked if foreign.may_add(group, key)]
            unknown = [key for key in by_group[group] if key not in workload.labels]
        else:
            added = UNKNOWN_LABELS.get(workload.kind, ())
            unknown = [key for key in added if key in asked and key not in workload.labels]
        each_pod = _is_numbered(workload) and (asked[NAME_OF_POD] or asked[INDEX_OF_POD])
        if each_pod:
            unknown = [key for key in unknown if key not in (NAME_OF_POD, INDEX_OF_POD)]
        for key in unknown:
            problems |= dict.fromkeys(_unanswerable(workload, unknown, asked[key]))
        if unknown and not group:
            # That the label is there is known.
            workload = replace(workload, labels={**dict.fromkeys(unknown, ""), **workload.labels})
        found += numbered(workload, names) if each_pod else [workload]
    return (*found, *running), list(problems)


def _is_numbered(workload: Workload) -> bool:
    return workload.kind == "StatefulSet" and workload.controller in ("", "apps.kruise.io")


def _questions(policies: list[Policy]) -> Iterator[_Question]:
    for policy in policies:
        selectors: list[tuple[str | None, Selector]] = [(policy.namespace, policy.pods)]
        for rule in (*policy.ingress, *policy.egress):
            for peer in rule.peers or ():
                if isinstance(peer, PodPeer):
                    selectors.append((policy.namespace if peer.namespaces is None else None, peer.pods))
        for namespace, selector in selectors:
            for requirement in selector.requirements:
                yield _Question(policy, namespace, selector, requirement)


def _unanswerable(workload: Workload, unknown: list[str], questions: list[_Question]) -> Iterator[str]:
    for each in questions:
        certain = each.requirement.operator in ("Exists", "DoesNotExist") and not workload.controller
        if not certain and each.depends_on(workload, unknown):
            how = "may set" if workload.controller else "sets"
            yield (
                f"{each.policy}: `{each.requirement}` asks for a label that the controller of "
                f"{workload.kind} {workload} {how}, and its value is in no template: give the running pods "
                "as well"
            )
