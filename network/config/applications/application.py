"""One application: namespace, workloads, routes and whom they talk to (SVC-3)."""

from collections import defaultdict
from collections.abc import Iterator
from itertools import islice
from typing import Literal

from pydantic import Field
from typing_extensions import override

from network.config.applications import layer_four
from network.config.applications.backends import Backend
from network.config.applications.balancing import Service
from network.config.applications.client_certificates import ClientCA
from network.config.applications.external_services import ExternalService
from network.config.applications.layer_four import TcpRoute, UdpRoute
from network.config.applications.quota import Quota
from network.config.applications.routes import Route
from network.config.applications.talks import Accept, Talk
from network.config.applications.transports import OF_APPLICATION, ForwardingTimeouts, Transport
from network.config.applications.workloads import Workload
from network.config.model import Finding, Location, Model, repeated
from network.config.names import Name
from network.config.nearest import unknown
from network.config.traffic.limits import Buffering


class Application(Model):
    """One application."""

    namespace: Name | None = None
    """Namespace; the application's name when absent."""
    former_name: Name | None = None
    """Name that it had in the stack file before: its objects are kept under the new one. It keeps its
    namespace too, which has to be named. To be taken out after the next `up` of every stack."""
    create_namespace: bool = True
    """False adopts a namespace that exists: it is labelled and gets policies, and outlives `destroy`.
    Either may become the other: the namespace and what is in it stay."""
    team: Name | None = None
    """Who is told of its alerts: receivers choose by it."""
    pod_security: Literal["restricted", "baseline"] = "restricted"
    """What Pod Security Admission holds its pods to; `baseline` still warns of what `restricted` would
    refuse."""
    workloads: dict[Name, Workload] = Field(default_factory=dict)
    """Its pods, told apart by labels, by name."""
    services: dict[Name, Service] = Field(default_factory=dict)
    """Services over several backends, which routes and other services refer to."""
    external_services: dict[Name, ExternalService] = Field(default_factory=dict)
    """Hosts outside the cluster, which routes and services refer to."""
    client_cas: dict[Name, ClientCA] = Field(default_factory=dict, alias="clientCAs")
    """Authorities of clients' certificates, which routes refer to."""
    transports: dict[Name, Transport] = Field(default_factory=dict)
    """Ways in which Traefik connects to pods, which workloads refer to."""
    buffering: Buffering | None = None
    """Limits of bodies on every route of the application, behind the route's chain."""
    timeouts: ForwardingTimeouts | None = None
    """How long Traefik waits for its workloads and external services; a transport's own come before."""
    routes: dict[Name, Route] = Field(default_factory=dict)
    """How requests find its workloads, by name."""
    tcp_routes: dict[Name, TcpRoute] = Field(default_factory=dict)
    """How connections of other protocols find its workloads, by name."""
    udp_routes: dict[Name, UdpRoute] = Field(default_factory=dict)
    """How packets find its workloads, by name."""
    talks_to: dict[Name, tuple[Talk, ...]] = Field(default_factory=dict)
    """Connections by the workload that opens them."""
    accepts_from: dict[Name, tuple[Accept, ...]] = Field(default_factory=dict)
    """Connections from outside the applications, by the workload that accepts them."""
    policies: Literal["enforce", "report"] = "enforce"
    """`report` isolates nothing and lets Cilium's verdicts tell what `enforce` would cut: for bringing in a
    namespace whose pods already run."""
    quota: Quota = Field(default_factory=Quota)

    @override
    def findings(self) -> Iterator[Finding]:
        if self.former_name is not None and self.namespace is None:
            yield Finding(
                ("formerName",),
                "without `namespace` it has another namespace than before, and everything in it is made anew",
                f"add the namespace that it had, such as `namespace: {self.former_name}`",
            )
        yield from self.selector_findings()
        for here, backend in self._backends():
            yield from self._backend_findings(here, backend)
        yield from self._circle_findings()
        yield from self._transport_findings()
        if self.timeouts is not None and OF_APPLICATION in self.transports:
            yield Finding(
                ("transports", OF_APPLICATION),
                "it is the name of the transport that timeouts make for all workloads without one",
                "name it otherwise",
            )
        yield from self._cookie_findings()
        yield from self._name_findings()
        yield from self._service_type_findings()
        yield from layer_four.findings(self.tcp_routes, self.udp_routes, self.workloads)
        for name, route in self.routes.items():
            if route.client_ca is not None and route.client_ca not in self.client_cas:
                yield unknown(("routes", name, "clientCA"), "client CA", route.client_ca, self.client_cas)
        for name, talks in self.talks_to.items():
            if name not in self.workloads:
                yield unknown(("talksTo", name), "workload", name, self.workloads)
            for found in repeated(name, talks):
                yield Finding(
                    ("talksTo", *found.location),
                    "the connection is declared twice",
                    found.fix,
                )
        for name, accepts in self.accepts_from.items():
            yield from self._accept_findings(("acceptsFrom", name), name, accepts)

    def _accept_findings(self, here: Location, name: str, accepts: tuple[Accept, ...]) -> Iterator[Finding]:
        workload = self.workloads.get(name)
        if workload is None:
            yield unknown(here, "workload", name, self.workloads)
            return
        for index, accept in enumerate(accepts):
            for location, port in accept.located_ports():
                if port not in workload.ports:
                    yield unknown((*here, index, *location), "port of the workload", port, workload.ports)
                elif accept.entity == "kube-apiserver" and workload.ports[port].protocol != "TCP":
                    yield Finding((*here, index, *location), "the API server speaks TCP", "name a TCP port")

    def selector_findings(self) -> Iterator[Finding]:
        """Yield workloads that select the pods of another, each with the first of those."""
        having: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
        for name, workload in self.workloads.items():
            for label in workload.labels.items():
                having[label].append(name)
        for name, workload in self.workloads.items():
            labels = workload.labels.items()
            # Only those that have its rarest label can have them all.
            rarest = min((having[label] for label in labels), key=len)
            selected = (o for o in rarest if o != name and labels <= self.workloads[o].labels.items())
            # Of many workloads alike there are as many pairs as would take minutes to tell.
            for other in islice(selected, 1):
                yield Finding(
                    ("workloads", name, "labels"),
                    f"they select the pods of {other} too",
                    "add a label that only this workload's pods have",
                )

    def _backends(self) -> Iterator[tuple[Location, Backend]]:
        for name, route in self.routes.items():
            yield ("routes", name), route
        for name, service in self.services.items():
            for location, backend in service.backends():
                yield ("services", name, *location), backend

    def _backend_findings(self, here: Location, backend: Backend) -> Iterator[Finding]:
        if backend.service is not None:
            known = {**self.services, **self.external_services}
            if backend.service not in known:
                yield unknown((*here, "service"), "service", backend.service, known)
            return
        workload, port = backend.workload, backend.port
        if workload is None or port is None:
            return  # its own finding
        if workload not in self.workloads:
            yield unknown((*here, "workload"), "workload", workload, self.workloads)
            return
        ports = self.workloads[workload].ports
        if port not in ports:
            yield unknown((*here, "port"), "port of the workload", port, ports)
        elif ports[port].protocol != "TCP":
            yield Finding((*here, "port"), "routes carry HTTP, which needs TCP", "name a TCP port")
        elif ports[port].end_port is not None:
            yield Finding(
                (*here, "port"), "it is a range, of which no Service has a port", "name a single port"
            )
        elif ports[port].is_https(port) and not self._knows_the_name(self.workloads[workload]):
            yield Finding(
                (*here, "port"),
                "Traefik speaks TLS to it, by the pod's address, which its certificate does not name",
                "let workload.balancing.transport name a transport with serverName, or set `scheme: http`",
            )

    def _knows_the_name(self, workload: Workload) -> bool:
        transport = self.transports.get(workload.balancing.transport or "")
        return transport is not None and transport.server_name is not None

    def _transport_findings(self) -> Iterator[Finding]:
        named: dict[Location, str | None] = {
            **{
                ("workloads", name, "balancing", "transport"): workload.balancing.transport
                for name, workload in self.workloads.items()
            },
            **{
                ("externalServices", name, "transport"): external.transport
                for name, external in self.external_services.items()
            },
        }
        for here, transport in named.items():
            if transport is not None and transport not in self.transports:
                yield unknown(here, "transport", transport, self.transports)

    def _name_findings(self) -> Iterator[Finding]:
        """Yield each external service with the name of another Service."""
        for name in self.external_services:
            for key, others in (("workload", self.workloads), ("service", self.services)):
                if name in others:
                    yield Finding(
                        ("externalServices", name),
                        f"a {key} has this name; both would be one Service",
                        "rename one of them",
                    )

    def _service_type_findings(self) -> Iterator[Finding]:
        """Yield each Service that is open to connections from outside which the policies refuse."""
        for name, workload in self.workloads.items():
            if workload.service.type in ("NodePort", "LoadBalancer") and not self.accepts_from.get(name):
                yield Finding(
                    ("workloads", name, "service", "type"),
                    f"{workload.service.type} is for connections from outside, and policies let none in",
                    f"declare them in acceptsFrom.{name}",
                )

    def _cookie_findings(self) -> Iterator[Finding]:
        """Yield each sticky cookie of a name that another has: one would overwrite the other."""
        sticky = {
            **{
                ("workloads", name, "balancing", "sticky"): workload.balancing.sticky
                for name, workload in self.workloads.items()
            },
            **{
                ("services", name, "weighted", "sticky"): service.weighted.sticky
                for name, service in self.services.items()
                if service.weighted is not None
            },
        }
        owners: dict[str, str] = {}
        for here, each in sticky.items():
            if each is None:
                continue
            owner = owners.setdefault(each.cookie.name, here[1])
            if owner != here[1]:
                yield Finding(
                    (*here, "cookie", "name"),
                    f"{owner} sets a cookie of this name; one would overwrite the other",
                    "name it otherwise",
                )

    def _circle_findings(self) -> Iterator[Finding]:
        """Yield each service that comes back to itself: Traefik would drop all that refer to it."""
        for name in self.services:
            if name in self._below(name):
                yield Finding(
                    ("services", name),
                    "its requests come back to it, through the services that it names",
                    "end the circle at a workload",
                )

    def _below(self, name: str) -> set[str]:
        """Return the services that a service refers to, however indirectly."""
        below: set[str] = set()
        pending = [name]
        while pending:
            service = self.services.get(pending.pop())
            for _, backend in service.backends() if service else ():
                if backend.service is not None and backend.service not in below:
                    below.add(backend.service)
                    pending.append(backend.service)
        return below
