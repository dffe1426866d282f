"""`network undeclared`: what enforcing would cut, from Cilium's verdicts where policies only report.

There no policy isolates a pod, so Cilium lets everything through, and its verdict tells by what: a declared
flow (`match L3-L4` and the like), or the absence of isolation (`match all`).
"""

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast

_VERDICT = re.compile(
    r"Policy verdict log: .*, (?P<direction>egress|ingress), action allow, .*match all, "
    r"\[?(?P<source>[0-9a-f.:]+?)\]?:\d+ -> \[?(?P<destination>[0-9a-f.:]+?)\]?:(?P<port>\d+) "
    r"(?P<protocol>tcp|udp|sctp)\b"
)


@dataclass(frozen=True, order=True)
class Undeclared:
    """A kind of connection that no flow declares."""

    direction: Literal["egress", "ingress"]
    """Which end's policies would cut it: the source's, or the destination's."""
    source: str
    destination: str
    port: int
    protocol: str


def undeclared(verdicts: Iterable[str], pods: Mapping[str, str]) -> Counter[Undeclared]:
    """Return what `cilium-dbg monitor --type policy-verdict` tells of, and how often.

    `pods` has names of pods by address; other addresses stay addresses. Lines that are no such verdicts are
    passed over.
    """
    found: Counter[Undeclared] = Counter()
    for line in verdicts:
        match = _VERDICT.search(line)
        if match:
            source, destination = (pods.get(match[end], match[end]) for end in ("source", "destination"))
            direction = cast(Literal["egress", "ingress"], match["direction"])
            protocol = match["protocol"].upper()
            found[Undeclared(direction, source, destination, int(match["port"]), protocol)] += 1
    return found


def pod_names(listed: str) -> dict[str, str]:
    """Return what the pods' addresses belong to, from `kubectl get pods --all-namespaces --output=json`:
    namespace and owner, for a pod's own name says less. Raises ValueError for another text."""
    document: Any = json.loads(listed)
    if not isinstance(document, dict) or "items" not in document:
        raise ValueError("not a list of pods")
    return {
        address: f"{pod['metadata']['namespace']}/{_owner(pod['metadata'])}"
        for pod in document["items"]
        if (address := pod.get("status", {}).get("podIP")) and not pod["spec"].get("hostNetwork")
    }


def _owner(metadata: Mapping[str, Any]) -> str:
    for owner in metadata.get("ownerReferences", ()):
        digest = metadata.get("labels", {}).get("pod-template-hash")
        return owner["name"].removesuffix(f"-{digest}") if digest else owner["name"]
    return metadata["name"]
