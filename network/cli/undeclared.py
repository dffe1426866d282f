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


def pod_names(listed: str) -> dict[str, str]:
    """Return what the pods' addresses and names belong to, from `kubectl get pods --all-namespaces
    --output=json`: namespace and owner, for a pod's own name says less. Raises ValueError for another text.
    """
    try:
        document: Any = json.loads(listed)
    except RecursionError as error:
        raise ValueError("not a list of pods: it is nested too deep") from error
    if not isinstance(document, dict) or not isinstance(document.get("items"), list):
        raise ValueError("not a list of pods: give what `kubectl get pods -A -o json` prints")
    found: dict[str, str] = {}
    for pod in document["items"]:
        try:
            metadata, status = pod["metadata"], pod.get("status") or {}
            owner = f"{metadata['namespace']}/{_owner(metadata)}"
            own = f"{metadata['namespace']}/{metadata['name']}"
            host_network = pod.get("spec", {}).get("hostNetwork")
            addresses = [status.get("podIP"), *(each.get("ip") for each in status.get("podIPs") or ())]
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"not a list of pods: {error} is missing in one of them") from error
        found[own] = owner
        if not host_network:
            found |= {each: owner for each in addresses if isinstance(each, str) and each}
    return found


def pods_by_owner(listed: str) -> dict[str, Pod]:
    """Return the pods that `pod_names` names, by those names: one of each owner stands for all. Labels that
    only tell its versions apart are left out. Raises ValueError for another text."""
    pod_names(listed)
    found: dict[str, Pod] = {}
    for pod in json.loads(listed)["items"]:
        metadata = pod["metadata"]
        labels = {key: value for key, value in metadata.get("labels", {}).items() if key not in _OF_VERSIONS}
        found.setdefault(f"{metadata['namespace']}/{_owner(metadata)}", Pod(metadata["namespace"], labels))
    return found


def _owner(metadata: Mapping[str, Any]) -> str:
    for owner in metadata.get("ownerReferences", ()):
        digest = metadata.get("labels", {}).get("pod-template-hash")
        return owner["name"].removesuffix(f"-{digest}") if digest else owner["name"]
    return metadata["name"]
