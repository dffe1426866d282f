"""`network undeclared`: what enforcing would cut, from Cilium's verdicts where policies only report.

There no policy isolates a pod, so Cilium lets everything through, and its verdict tells by what: a declared
flow (`match L3-L4` and the like), or the absence of isolation (`match all`). Where Cilium itself only audits,
the verdict of what it would cut is AUDITED.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from network.cli.verdicts import Undeclared, Verdict, of_line

_OF_VERSIONS = (
    "pod-template-hash",
    "controller-revision-hash",
    "pod-template-generation",
    "statefulset.kubernetes.io/pod-name",
    "apps.kubernetes.io/pod-index",
)
"""Labels that Kubernetes gives single pods or versions of them."""

_SAMPLE = (
    "`cilium-dbg monitor --type policy-verdict` or `hubble observe --type policy-verdict` with -o compact "
    "or -o jsonpb"
)


@dataclass(frozen=True)
class Pod:
    """Pods of one owner, by what selects them."""

    namespace: str
    labels: Mapping[str, str]


@dataclass
class Verdicts:
    """What was read."""

    undeclared: Counter[Undeclared] = field(default_factory=Counter[Undeclared])
    """What enforcing would cut, and how often it was seen."""
    denied: Counter[Undeclared] = field(default_factory=Counter[Undeclared])
    """What is cut already, since no flow declares it."""
    read: int = 0
    """Verdicts, whatever they tell."""
    cut: int = 0
    """Of these, those of connections that are cut already."""
    others: int = 0
    """Lines that are no verdicts."""


def read(lines: Iterable[str], pods: Mapping[str, str]) -> Verdicts:
    """Return what the lines tell of.

    `pods` has names of pods by address and by their own name; other ends stay as they are. Raises ValueError
    if there is no verdict at all: that would look as if nothing were to be cut.
    """
    found = Verdicts()
    given = 0
    for line in lines:
        if not line.strip():
            continue
        given += 1
        verdict = of_line(line)
        if verdict is None:
            found.others += 1
            continue
        found.read += 1
        _count(found, verdict, pods)
    if not found.read:
        what = f"none of the {given} lines is a verdict" if given else "there is no line to read"
        raise ValueError(f"{what}: give what {_SAMPLE} prints")
    return found


def _count(found: Verdicts, verdict: Verdict, pods: Mapping[str, str]) -> None:
    if verdict.outcome == "cut":
        found.cut += 1
    connection = verdict.connection
    if verdict.outcome != "declared" and connection is not None:
        named = Undeclared(
            connection.direction,
            pods.get(connection.source, connection.source),
            pods.get(connection.destination, connection.destination),
            connection.port,
            connection.protocol,
        )
        (found.denied if verdict.outcome == "cut" else found.undeclared)[named] += 1


@dataclass(frozen=True)
class ListedPod:
    """One pod, as the API server lists it."""

    namespace: str
    name: str
    owner: str
    """What makes it, by whose name it is called; its own where nothing does."""
    labels: Mapping[str, str]
    addresses: tuple[str, ...]
    """Its own; none of one in its node's network."""
    phase: str

    @property
    def called(self) -> str:
        """Namespace and owner, for a pod's own name says less."""
        return f"{self.namespace}/{self.owner}"


def listed_pods(listed: str) -> list[ListedPod]:
    """Return the pods that `kubectl get pods --all-namespaces --output=json` printed. Raises ValueError for
    another text."""
    try:
        document: Any = json.loads(listed)
    except RecursionError as error:
        raise ValueError("not a list of pods: it is nested too deep") from error
    except ValueError:
        document = None
    if not isinstance(document, dict) or not isinstance(document.get("items"), list):
        raise ValueError("not a list of pods: give what `kubectl get pods -A -o json` prints")
    try:
        return [_listed_pod(pod) for pod in document["items"]]
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"not a list of pods: one of its items is none ({error})") from error


def pod_names(listed: str) -> dict[str, str]:
    """Return what the pods' addresses and names belong to, from `kubectl get pods --all-namespaces
    --output=json`. Raises ValueError for another text."""
    return {
        each: pod.called
        for pod in listed_pods(listed)
        for each in (f"{pod.namespace}/{pod.name}", *pod.addresses)
    }


def pods_by_owner(listed: str) -> dict[str, Pod]:
    """Return the pods that `pod_names` names, by those names: one of each owner stands for all. Labels that
    only tell its versions apart are left out. Raises ValueError for another text."""
    found: dict[str, Pod] = {}
    for pod in listed_pods(listed):
        labels = {key: value for key, value in pod.labels.items() if key not in _OF_VERSIONS}
        found.setdefault(pod.called, Pod(pod.namespace, labels))
    return found


def _listed_pod(pod: Any) -> ListedPod:
    metadata, spec, status = pod["metadata"], pod.get("spec") or {}, pod.get("status") or {}
    labels = metadata.get("labels") or {}
    namespace, name = metadata["namespace"], metadata["name"]
    owner = _owner(name, labels, metadata.get("ownerReferences") or ())
    if not all(isinstance(each, str) for each in (namespace, name, owner, *labels, *labels.values())):
        raise TypeError("a name or label is no text")
    addresses = (status.get("podIP"), *(each.get("ip") for each in status.get("podIPs") or ()))
    own = tuple(each for each in addresses if each and isinstance(each, str))
    return ListedPod(
        namespace,
        name,
        owner,
        labels,
        () if spec.get("hostNetwork") else own,
        str(status.get("phase")),
    )


def _owner(name: str, labels: Mapping[str, str], owners: Iterable[Mapping[str, Any]]) -> Any:
    for owner in owners:
        digest = labels.get("pod-template-hash")
        return owner["name"].removesuffix(f"-{digest}") if digest else owner["name"]
    return name
