"""What a cluster shall be: plain data, the same for the simulated cloud and for the machine."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path


class MachineError(RuntimeError):
    """The machine cannot do what was asked; the message says what, which rule and how to go on."""


@dataclass(frozen=True)
class NodeSpec:
    """One node.

    `address` lies in the VPC. `labels` and `taints` (`key=value:Effect` or `key:Effect`) are given
    when the Node registers.
    """

    name: str
    address: IPv4Address
    labels: Mapping[str, str]
    taints: Sequence[str]

    @property
    def provider_id(self) -> str:
        """The Node's `spec.providerID`: stable per name, numeric as a Droplet's id is."""
        digest = hashlib.sha256(self.name.encode()).digest()
        return f"digitalocean://{int.from_bytes(digest[:4], 'big')}"


@dataclass(frozen=True)
class ClusterSpec:
    """One cluster.

    `router` is the VPC's first address, `control_plane` the API server's; `dns` answers what the
    cluster's own DNS does not know. `pods` and `services` must not overlap the VPC or each other.
    """

    id: str
    name: str
    version: str
    vpc: IPv4Network
    pods: IPv4Network
    services: IPv4Network
    router: IPv4Address
    control_plane: IPv4Address
    nodes: tuple[NodeSpec, ...]
    dns: IPv4Address
    authenticator: str = ""
    """URL that the API server asks about tokens that are not its own; empty: nobody."""
    trust: Path | None = None
    """File (PEM) of the authorities that its pods trust; None: those in their images."""

    @property
    def short(self) -> str:
        """Eight characters for names of interfaces and namespaces (the kernel allows 15)."""
        return self.id[:8]

    @property
    def resolver(self) -> IPv4Address:
        """The VPC's own DNS resolver (docs/facts/digitalocean.md#ranges-of-a-vpc)."""
        return self.vpc[-2]

    @property
    def hostname(self) -> str:
        """The API server's public name, as DOKS gives it."""
        return f"{self.id}.k8s.ondigitalocean.com"

    @property
    def api_service(self) -> IPv4Address:
        """The Service `default/kubernetes`: the first address of the Service range."""
        return self.services[1]

    @property
    def dns_service(self) -> IPv4Address:
        """The Service `kube-system/kube-dns`: the tenth address of the Service range."""
        return self.services[10]
