"""What an analysis reads: a cluster's namespaces, workloads, Services and policies as plain data."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from network.reachability.addresses import EVERY_ADDRESS, AddressSet
from network.reachability.ports import PortSet, Protocol
from network.reachability.selectors import Selector


@dataclass(frozen=True, slots=True)
class Namespace:
    """A namespace. The label `kubernetes.io/metadata.name` need not be given: it is implied."""

    name: str
    labels: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class ContainerPort:
    """A port that a container declares. Policies need only the named ones."""

    number: int
    protocol: Protocol = "TCP"
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Workload:
    """Pods with the same labels and ports: of one Deployment, say, or a single pod."""

    namespace: str
    name: str
    labels: Mapping[str, str] = field(default_factory=dict[str, str])
    ports: tuple[ContainerPort, ...] = ()
    kind: str = "Pod"
    """Kind of the object that makes the pods; with namespace and name it identifies the workload."""
    host_network: bool = False
    """The pods use their node's address, and policies take them for the node."""
    replicas: int = 1
    first: int = 0
    """Number of the first pod, where each has one."""
    addresses: tuple[str, ...] = ()
    """Addresses of the pods, as far as known; only an `ipBlock` looks at them."""
    service_account: str = "default"
    """Only Cilium's selectors can ask for it."""
    controller: str = ""
    """Group of what makes the pods, if it is none of Kubernetes' own: it may add labels to them."""

    def __str__(self) -> str:
        return f"{self.namespace}/{self.name}"


ServiceType = Literal["ClusterIP", "NodePort", "LoadBalancer", "ExternalName"]


@dataclass(frozen=True, slots=True)
class ServicePort:
    """A port of a Service and the port of the pods behind it."""

    number: int
    target: int | str
    """Number, or name of a container port."""
    protocol: Protocol = "TCP"
    name: str | None = None
    node_port: int | None = None
    """Port of every node that leads here, too."""


@dataclass(frozen=True, slots=True)
class Service:
    """A Service. Policies never see it: they act on the pods and ports behind."""

    namespace: str
    name: str
    selector: Mapping[str, str] | None
    """None if the Service selects no pods itself."""
    ports: tuple[ServicePort, ...] = ()
    type: ServiceType = "ClusterIP"
    addresses: tuple[str, ...] = ()
    """Its cluster addresses, as far as known."""


@dataclass(frozen=True, slots=True)
class PodPeer:
    """Pods by the labels of their namespace and their own."""

    namespaces: Selector | None
    """None means the policy's own namespace."""
    pods: Selector


@dataclass(frozen=True, slots=True)
class AddressPeer:
    """Addresses: an `ipBlock`, or Cilium's `toCIDR` and `toCIDRSet`."""

    addresses: AddressSet
    text: str


Entity = Literal["own-node", "other-nodes", "kube-apiserver", "world", "cluster", "all"]


@dataclass(frozen=True, slots=True)
class EntityPeer:
    """What Cilium knows by an identity of its own. `cluster` is everything in it; `all` everything."""

    entity: Entity


@dataclass(frozen=True, slots=True)
class HostPeer:
    """A host name outside the cluster, or a pattern of Cilium's with `*`."""

    pattern: str


Peer = PodPeer | AddressPeer | EntityPeer | HostPeer


@dataclass(frozen=True, slots=True)
class NamedPort:
    """A port by the name that the destination's container gives it."""

    name: str
    protocol: Protocol


@dataclass(frozen=True, slots=True)
class Rule:
    """Connections that a policy allows: from any of the peers (or to them), on any of the ports."""

    peers: tuple[Peer, ...] | None
    """None means anyone; empty means no one."""
    ports: PortSet
    """Those given by number; all of them if the rule names none at all."""
    named_ports: tuple[NamedPort, ...] = ()
    learns_names: bool = False
    """Cilium also learns from the answers which addresses host names have; its rules for these need that."""
    empty_peers: bool = False
    """A list of peers is written, and empty. In a NetworkPolicy it means anyone, as if it were not there; in
    Cilium's no one."""
    empty_ports: bool = False
    """Likewise a list of ports: it means every port, in both."""


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy of any kind, in the terms of the analysis."""

    kind: Literal["NetworkPolicy", "CiliumNetworkPolicy"]
    namespace: str
    name: str
    pods: Selector
    """The pods of the namespace that it is about."""
    isolates_ingress: bool
    """These pods accept only what some policy allows."""
    isolates_egress: bool
    ingress: tuple[Rule, ...] = ()
    egress: tuple[Rule, ...] = ()
    source: str = ""
    """Where it was read: a file, or nothing."""
    idle: tuple[Literal["ingress", "egress"], ...] = ()
    """Directions of which it has rules, or a list without any, that have no effect: its types lack them."""

    def __str__(self) -> str:
        return f"{self.kind} {self.namespace}/{self.name}"


@dataclass(frozen=True, slots=True)
class Cluster:
    """Everything that decides who reaches whom."""

    namespaces: tuple[Namespace, ...] = ()
    """Namespaces that workloads or policies name but that are not here count as unlabelled."""
    workloads: tuple[Workload, ...] = ()
    services: tuple[Service, ...] = ()
    policies: tuple[Policy, ...] = ()
    pod_addresses: AddressSet = AddressSet()  # noqa: RUF009  immutable
    """Where pods of unknown address are; empty if not known either."""
    service_addresses: AddressSet = AddressSet()  # noqa: RUF009
    node_addresses: AddressSet = AddressSet()  # noqa: RUF009
    """Where nodes are; other machines may be there too, such as load balancers."""
    nodes_are_listed: bool = False
    """Whether each of `node_addresses` is a node, and nothing else is there."""
    api_server_addresses: AddressSet = AddressSet()  # noqa: RUF009
    """Where the API server is; empty if not known."""
    world: AddressSet = EVERY_ADDRESS
    """Addresses that can occur at all: without IPv6, those of IPv4."""
