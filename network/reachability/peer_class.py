"""A class of peers, and by whose rules it is made."""

from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Literal

from network.reachability.addresses import AddressSet
from network.reachability.model import Workload

Semantics = Literal["vanilla", "cilium"]
"""`vanilla` is what Kubernetes' API says; `cilium` what Cilium does, where an address block means neither
pods nor nodes, and where CiliumNetworkPolicies count."""

Kind = Literal[
    "pods", "host-network", "other-pods", "own-node", "other-nodes", "kube-apiserver", "host", "addresses"
]


@dataclass(frozen=True, slots=True)
class PeerClass:
    """Peers that no policy tells apart."""

    kind: Kind
    """`pods`; `host-network` pods, which policies take for nodes; `other-pods`, unlabelled ones of namespaces
    that nobody described; `own-node`, the node that the pod at the other end runs on, and `other-nodes`;
    `kube-apiserver`; `host`, a host name outside; `addresses` outside."""
    namespace: str = ""
    workloads: tuple[Workload, ...] = ()
    """Of pods: each workload that has pods in this class."""
    addresses: AddressSet = field(default=AddressSet())
    host: str = ""
    """Name, or pattern with `*`."""

    def __str__(self) -> str:
        match self.kind:
            case "pods" | "host-network":
                return ", ".join(sorted({str(workload) for workload in self.workloads}))
            case "addresses":
                return str(self.addresses)
            case "host":
                return self.host
            case "other-pods":
                return "pods of other namespaces"
            case "own-node":
                return "the pod's own node"
            case "other-nodes":
                return "other nodes"
            case "kube-apiserver":
                return "kube-apiserver"


def covers(pattern: str, name: str) -> bool:
    """Say whether a name or a pattern of Cilium's covers a name, or every name of another pattern.

    `*` stays within one label; `**.` in front is one label or more.
    """
    if pattern == name:
        return True
    if pattern.startswith("**."):
        return fnmatchcase(name.removeprefix("**."), pattern[3:]) or name.endswith(pattern[2:])
    if "*" not in pattern or name.startswith("**."):
        return pattern == "*"
    wanted, given = pattern.split("."), name.split(".")
    return pattern == "*" or (
        len(wanted) == len(given)
        and all(fnmatchcase(label, part) for label, part in zip(given, wanted, strict=True))
    )
