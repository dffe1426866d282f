"""What must be looked at to answer a question."""

from dataclasses import dataclass, field

from network.config.platform import TRAEFIK

POLICIES = {"cilium": ("NetworkPolicy", "CiliumNetworkPolicy"), "generic": ("NetworkPolicy",)}
"""Kinds of policies that a cluster knows, by its pod network."""
DNS_KINDS = ("Pod", "Service")
"""Of what the cluster itself runs."""
KINDS = (*DNS_KINDS, "EndpointSlice", "Deployment", "StatefulSet", "DaemonSet")
"""Of every namespace that is looked at, beside its policies."""
ROUTING = ("IngressRoute", "Middleware", "TraefikService")
"""Of namespaces that routes lead to."""
ISSUING = ("Certificate", "CertificateRequest", "Order", "Challenge", "TLSStore", "HorizontalPodAutoscaler")
"""Of Traefik's namespace alone."""


@dataclass
class Wants:
    """What to look at; filled while a question becomes links."""

    kinds: dict[str | None, set[str]] = field(default_factory=dict[str | None, set[str]])
    """By namespace; None has those of the whole cluster."""
    zones: set[str] = field(default_factory=set[str])
    hosts: dict[str, set[str]] = field(default_factory=dict[str, set[str]])
    """Paths to ask for, by host."""
    zone_of: dict[str, str] = field(default_factory=dict[str, str])
    """Zone of the stack that a host is in, by host."""
    names: set[str] = field(default_factory=set[str])
    authorities: set[str] = field(default_factory=set[str])
    """Names of certificates."""
    balancers: bool = False
    routers: bool = False

    def namespace(self, name: str, *kinds: str) -> None:
        """Look at objects of a namespace."""
        self.kinds.setdefault(name, set()).update(kinds)

    def traefik(self, *policies: str) -> None:
        """Look at Traefik's own namespace."""
        self.namespace(TRAEFIK, *KINDS, *ROUTING, *ISSUING, *policies)
