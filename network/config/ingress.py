"""Traefik and the load balancer in front of it (EXT-1, ING-1, ING-4 to ING-6)."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Literal

from pydantic import Field
from typing_extensions import override

from network.config import entry_points
from network.config.entry_points import Balancer, EntryPoint
from network.config.expected_load import ExpectedLoad
from network.config.gateway_api import GatewayApi
from network.config.model import Finding, Model
from network.config.names import CloudName, Name, PortName
from network.config.quantities import Resources
from network.config.ranges import AllowedRange
from network.config.tls import Tls


class HealthCheck(Model):
    """The load balancer's check of the nodes; bounds are DigitalOcean's."""

    interval_seconds: int = Field(default=5, ge=3, le=300)
    """Between two checks of a node."""
    response_timeout_seconds: int = Field(default=3, ge=3, le=300)
    """After which a check has failed."""
    unhealthy_threshold: int = Field(default=3, ge=2, le=10)
    """Failures in a row after which a node gets no new connections."""
    healthy_threshold: int = Field(default=2, ge=2, le=10)
    """Answers in a row after which a node gets connections again."""

    @property
    def detection_seconds(self) -> int:
        """Longest time until a node that says it is draining gets no new connections."""
        return self.interval_seconds * self.unhealthy_threshold + self.response_timeout_seconds

    @property
    def loss_seconds(self) -> int:
        """Longest time until a node that says nothing any more gets no new connections.

        Each check then takes its whole time, and the interval may begin at its end: DigitalOcean does not
        say which.
        """
        return (self.interval_seconds + self.response_timeout_seconds) * self.unhealthy_threshold

    @property
    def recovery_seconds(self) -> int:
        """Longest time until a node that answers again gets connections."""
        return self.interval_seconds * self.healthy_threshold + self.response_timeout_seconds


class LoadBalancer(Model):
    """The one public entry."""

    name: CloudName
    """Name in the DigitalOcean account; unique there."""
    type: Literal["REGIONAL", "REGIONAL_NETWORK"] = "REGIONAL"
    """REGIONAL is a proxy and speaks PROXY protocol; REGIONAL_NETWORK passes packets through."""
    size_unit: int = Field(default=1, ge=1, le=100)
    """Nodes of a load balancer of type REGIONAL: each 10 000 requests per second and 10 000 connections."""
    proxy_protocol: bool = True
    """Send the client's address in a PROXY header; needs type REGIONAL."""
    source_ranges: tuple[AllowedRange, ...] = ()
    """Ranges that may connect; empty means everybody."""
    ipv6: bool = False
    """Answer IPv6 too: AAAA records, and limits that count a /64 as one client. Needs type REGIONAL. Without
    it the load balancer is IPv4 only, since an address that no record names would be a way around nothing
    that anybody watches. To be chosen at the start: DigitalOcean is not known to change it later."""
    health_check: HealthCheck = Field(default_factory=HealthCheck)
    """What is asked is no option: DigitalOcean asks kube-proxy whether the node has a ready pod of Traefik,
    or, with externalTrafficPolicy Cluster, whether kube-proxy is well. Any other target ends draining."""
    http_idle_timeout_seconds: int = Field(default=60, ge=30, le=600)
    """How long a connection may be idle at a load balancer of type REGIONAL; bounds and default are
    DigitalOcean's. There is no option for its algorithm: the API ignores it."""

    @override
    def findings(self) -> Iterator[Finding]:
        if self.proxy_protocol and self.type != "REGIONAL":
            yield Finding(
                ("type",),
                "PROXY protocol works on load balancers of type REGIONAL only",
                "set `type: REGIONAL`, or `proxyProtocol: false`",
            )
        if self.ipv6 and self.type != "REGIONAL":
            yield Finding(
                ("ipv6",),
                "only type REGIONAL has IPv6: the other passes packets on, and DOKS' nodes have none",
                "set `type: REGIONAL`, or remove ipv6",
            )
        if self.ipv6 and self.source_ranges:
            yield Finding(
                ("ipv6",),
                "sourceRanges are IPv4 only, so nobody would get in by IPv6",
                "remove ipv6, or sourceRanges",
            )
        if self.type == "REGIONAL_NETWORK":
            for key, value in (
                ("sizeUnit", self.size_unit != 1),
                ("httpIdleTimeoutSeconds", self.http_idle_timeout_seconds != 60),
            ):
                if value:
                    yield Finding((key,), "only a load balancer of type REGIONAL has it", f"remove {key}")
        if not self.proxy_protocol and self.type == "REGIONAL":
            yield Finding(
                ("proxyProtocol",),
                "type REGIONAL is a proxy: without PROXY protocol every client has its address",
                "set `proxyProtocol: true`, or `type: REGIONAL_NETWORK`",
            )


class InternalLoadBalancer(Model):
    """A second way in, with an address of the VPC: for Droplets, and for whoever comes into the VPC by a VPN.

    Of type REGIONAL, with PROXY protocol, IPv4 alone, and the health check of the public one. Costs by the
    month like that one. Never switched to a public one, nor back: DigitalOcean makes another.
    """

    name: CloudName
    """Name in the DigitalOcean account; unique there."""
    size_unit: int = Field(default=1, ge=1, le=100)
    """Its nodes: each 10 000 requests per second and 10 000 connections."""
    source_ranges: tuple[AllowedRange, ...] = ()
    """Ranges within the VPC that may connect; empty means all of it."""


class Scale(Model):
    """Horizontal scale of Traefik."""

    min_replicas: int = Field(default=2, ge=1, le=100)
    """Fewest replicas of Traefik; two outlive the loss of a node."""
    max_replicas: int = Field(default=5, ge=1, le=100)
    """Most replicas of Traefik."""
    target_cpu_percent: int = Field(default=70, ge=10, le=95)
    """Average use of the requested CPU above which the autoscaler adds replicas."""

    @override
    def findings(self) -> Iterator[Finding]:
        if self.min_replicas > self.max_replicas:
            yield Finding(
                ("minReplicas",),
                f"minReplicas must not be above maxReplicas ({self.max_replicas})",
                "lower minReplicas or raise maxReplicas",
            )


class Timeouts(Model):
    """Responding timeouts of the public entrypoints, in seconds; 0 is none."""

    read_seconds: int = Field(default=60, ge=0, le=3600)
    """For a whole request with its body; 0 is no limit."""
    write_seconds: int = Field(default=0, ge=0, le=3600)
    """For a whole answer; 0 is no limit."""
    idle_seconds: int = Field(default=180, ge=1, le=3600)
    """For which a kept connection may be without a request."""


class Shutdown(Model):
    """How a Traefik replica ends: keep accepting until the load balancer has noticed, then drain."""

    request_accept_grace_seconds: int = Field(default=20, ge=0, le=600)
    """Longer than the load balancer needs to see the node as unhealthy."""
    grace_seconds: int = Field(default=30, ge=0, le=600)
    """For which requests under way may go on after Traefik has stopped to accept new ones."""
    termination_grace_seconds: int = Field(default=60, ge=1, le=1200)
    """After which the kubelet kills a replica that has not ended."""

    @override
    def findings(self) -> Iterator[Finding]:
        needed = self.request_accept_grace_seconds + self.grace_seconds
        if needed >= self.termination_grace_seconds:
            yield Finding(
                ("terminationGraceSeconds",),
                f"Kubernetes kills the replica before it has drained: it needs {needed} s",
                f"set more than {needed}, or lower the other two",
            )


class IngressClass(Model):
    """The class by which Ingresses ask for Traefik, the solvers of HTTP-01 among them."""

    name: Name = "traefik"
    """Of the IngressClass."""
    is_default_class: bool = False
    """Ingresses that name no class are Traefik's."""

    @override
    def findings(self) -> Iterator[Finding]:
        others = {"nginx": "ingress-nginx'", "cilium": "that of DOKS' Cilium"}
        if self.name in others:
            yield Finding(
                ("name",),
                f"the class {self.name} is {others[self.name]}: of two controllers that serve one class each "
                "answers, and overwrites what the other tells of an Ingress",
                "choose another name; Ingresses that move get it then",
            )


class EncodedCharacters(Model):
    """Encodings in paths that the entrypoints let in, in Traefik's words. Matchers of routes see them
    encoded, a backend may not: `/public/..%2Fadmin` is below `/public/` for one, `/admin` for the other."""

    allow_encoded_slash: bool = False
    """%2F: names of projects and packages in paths, as GitLab, npm and OCI registries have them."""
    allow_encoded_percent: bool = False
    """%25: a percent sign, and with it whatever is encoded twice."""
    allow_encoded_semicolon: bool = False
    """%3B"""
    allow_encoded_question_mark: bool = False
    """%3F"""
    allow_encoded_hash: bool = False
    """%23"""
    allow_encoded_back_slash: bool = False
    """Refused."""
    allow_encoded_null_character: bool = False
    """Refused."""

    @override
    def findings(self) -> Iterator[Finding]:
        for key, given, why in (
            ("allowEncodedBackSlash", self.allow_encoded_back_slash, "servers on Windows read it as a slash"),
            ("allowEncodedNullCharacter", self.allow_encoded_null_character, "it ends texts in C"),
        ):
            if given:
                yield Finding((key,), f"{why}, and no client needs it in a path", f"remove {key}")

    @property
    def allowed(self) -> dict[str, bool]:
        """Every option by Traefik's word for it."""
        return self.model_dump(by_alias=True)


class Ingress(Model):
    """Traefik."""

    load_balancer: LoadBalancer
    internal_load_balancer: InternalLoadBalancer | None = None
    """Leads to routes, and entrypoints, with `loadBalancer: internal`."""
    entry_points: dict[PortName, EntryPoint] = Field(default_factory=dict)
    """Ports of the load balancers beside 80 and 443, by what Traefik calls them; `tcpRoutes` and `udpRoutes`
    of applications use them."""
    gateway_api: GatewayApi | None = None
    """Read Gateway API too; not on DOKS."""
    external_traffic_policy: Literal["Local", "Cluster"] = "Local"
    """Local keeps the client's address and lets nodes drain; Cluster adds a hop whose peer is a node."""
    scale: Scale = Field(default_factory=Scale)
    resources: Resources = Field(
        default_factory=lambda: Resources(cpu_request="250m", memory_request="256Mi", memory_limit="512Mi")
    )
    user_namespace: bool = False
    """Give Traefik's pods user ids that are nobody's on the node. Off, since nobody has shown that DOKS'
    nodes can: where they cannot, no pod starts, and the release is rolled back."""
    tls: Tls = Field(default_factory=Tls)
    tls_options: dict[Name, Tls] = Field(default_factory=dict)
    """Other TLS options, by name, which routes refer to: `VersionTLS13` alone for one host."""
    encoded_characters: EncodedCharacters = Field(default_factory=EncodedCharacters)
    ingress_class: IngressClass = Field(default_factory=IngressClass)
    http2_max_concurrent_streams: int = Field(default=250, ge=1, le=10000)
    """Requests at one time on one HTTP/2 connection of a client."""
    http3: bool = False
    """Refused while the load balancer passes TCP only: one port cannot carry TCP and UDP on DigitalOcean."""
    timeouts: Timeouts = Field(default_factory=Timeouts)
    shutdown: Shutdown = Field(default_factory=Shutdown)
    cdn_ranges: tuple[AllowedRange, ...] = ()
    """Ranges whose X-Forwarded-* headers are believed; only where a CDN stands in front."""
    log_level: Literal["DEBUG", "INFO", "WARN", "ERROR"] = "INFO"
    """Of Traefik's own log, not of the access log."""
    access_log: bool = True
    """JSON access log with credentials dropped."""
    expected_load: ExpectedLoad | None = None
    """The load that the stack is built for; `network capacity` asks for it where it is absent."""

    @override
    def findings(self) -> Iterator[Finding]:
        if "default" in self.tls_options:
            yield Finding(
                ("tlsOptions", "default"), "it is the name of ingress.tls in the cluster", "name it otherwise"
            )
        if self.http3:
            yield Finding(
                ("http3",),
                "HTTP/3 cannot pass: DigitalOcean's load balancers carry no UDP on a port that "
                "carries TCP, and Traefik ends TLS itself",
                "remove http3; HTTP/2 stays",
            )
        for found in entry_points.findings(self.entry_points):
            yield replace(found, location=("entryPoints", *found.location))
        balancer = self.load_balancer
        yield from self._internal_findings()
        if not balancer.proxy_protocol and self.external_traffic_policy == "Cluster":
            yield Finding(
                ("externalTrafficPolicy",),
                "Cluster puts a node's address in place of the client's, and without PROXY "
                "protocol nothing else carries it",
                "set `externalTrafficPolicy: Local`",
            )
        detection = balancer.health_check.detection_seconds
        if self.shutdown.request_accept_grace_seconds < detection:
            yield Finding(
                ("shutdown", "requestAcceptGraceSeconds"),
                f"the load balancer needs up to {detection} s to notice that a node is draining "
                "(interval x unhealthy threshold + response timeout)",
                f"set {detection} or more, or check more often",
            )

    @property
    def balancers(self) -> tuple[Balancer, ...]:
        """Which load balancers the stack has."""
        return ("public",) if self.internal_load_balancer is None else ("public", "internal")

    def _internal_findings(self) -> Iterator[Finding]:
        internal = self.internal_load_balancer
        if internal is not None and internal.name == self.load_balancer.name:
            yield Finding(
                ("internalLoadBalancer", "name"),
                "the public one has this name, and DigitalOcean's controller takes load balancers over by "
                "name: both Services would get one",
                "give it another name",
            )
        for name, entry_point in self.entry_points.items():
            if internal is None and entry_point.load_balancer == "internal":
                yield Finding(
                    ("entryPoints", name, "loadBalancer"),
                    "there is no internal load balancer",
                    "declare `ingress.internalLoadBalancer`, or remove loadBalancer",
                )
