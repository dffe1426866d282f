"""A connection between workloads, or from one to somebody outside."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from network.config.errors import path_of
from network.config.model import Location
from network.diagnosis.links import policies
from network.diagnosis.links.dependencies import cluster_dns
from network.diagnosis.paths import workloads
from network.diagnosis.paths.stack import Peer, Protocol, Stack
from network.diagnosis.walk import Link, Path
from network.diagnosis.wants import DNS_KINDS, KINDS
from network.plan.cluster_dns import CLUSTER_DNS
from network.plan.model.flows import Flow, Host, Port
from network.reachability import PortSet


@dataclass(frozen=True)
class Connection:
    """Who connects to whom, by the names of `network reachability`."""

    source: str
    destination: str
    ports: Mapping[int, Protocol]
    """Those that the destination is known to listen on if empty."""


def path(stack: Stack, asked: Connection) -> Path:
    """Return the links of a connection. Raises UnknownNameError."""
    source, destination = stack.peers.get(asked.source), stack.peers.get(asked.destination)
    ports = asked.ports or ({} if destination is None else destination.ports)
    wanted = PortSet.any_of(PortSet.of(protocol, number) for number, protocol in ports.items())
    told = ", ".join(f"{number}/{protocol}" for number, protocol in ports.items()) or "any port"
    every = PortSet.any_of((PortSet.of("TCP", 1, 65535), PortSet.of("UDP", 1, 65535)))
    verdict = stack.verdict(asked.source, asked.destination, wanted or every)
    namespaces = [each.pods.namespace for each in (source, destination) if each is not None]
    for namespace in namespaces:
        stack.wants.namespace(namespace, *KINDS, *stack.policy_kinds)
    return Path(
        [
            *(_source(stack, source) if source is not None else ()),
            *(_by_name(stack, destination, list(ports)) if destination is not None else ()),
            policies.between(
                asked.source,
                asked.destination,
                told,
                list(dict.fromkeys(namespaces)),
                stack.policies,
                lambda: verdict,
                path_of(_declared(stack, asked, source, destination)),
            ),
            *(_behind(stack, asked, destination)),
        ]
    )


def _source(stack: Stack, source: Peer) -> Iterator[Link]:
    yield workloads.pods(stack, source, "source-pod")
    stack.wants.namespace(CLUSTER_DNS.namespace, *DNS_KINDS)
    yield cluster_dns()


def _by_name(stack: Stack, destination: Peer, ports: list[int]) -> Iterator[Link]:
    yield from workloads.service(stack, destination)
    yield from workloads.ready_endpoints(stack, destination, ports)


def _behind(stack: Stack, asked: Connection, destination: Peer | None) -> Iterator[Link]:
    if destination is not None:
        yield workloads.pods(stack, destination)
        location: Location = ()
        if destination.application is not None:
            location = ("applications", destination.application, "talksTo", str(destination.workload))
        name = workloads.name(destination)
        yield stack.dependencies(name, stack.flows_of(destination.pods), location)
    elif _is_host(asked.destination):
        host = Host(asked.destination)
        flow = Flow(asked.destination, host, host, (Port(443),), "It is asked about.")
        yield stack.dependencies(asked.destination, [flow], ())


def _is_host(name: str) -> bool:
    return "/" not in name and "." in name and not name.replace(".", "").isdigit()


def _declared(stack: Stack, asked: Connection, source: Peer | None, destination: Peer | None) -> Location:
    """Return where the stack file declares the connection, or where it would."""
    if source is None or source.application is None or source.workload is None:
        return ()
    here: Location = ("applications", source.application, "talksTo", source.workload)
    for index, talk in enumerate(
        stack.config.applications[source.application].talks_to.get(source.workload, ())
    ):
        application = talk.application or source.application
        to_pods = destination is not None and (application, talk.workload) == (
            destination.application,
            destination.workload,
        )
        if to_pods or asked.destination in (talk.host, str(talk.range), talk.entity):
            return (*here, index)
    return here


def declared(stack: Stack) -> Iterator[Connection]:
    """Yield every connection between workloads that the stack file declares."""
    for name, application in stack.config.applications.items():
        for workload, talks in application.talks_to.items():
            for talk in talks:
                if talk.workload is not None:
                    namespace = stack.namespace_of(talk.application or name)
                    known = stack.config.applications[talk.application or name].workloads[talk.workload].ports
                    named = [known[str(port)] for _, port in talk.located_ports() if port in known]
                    yield Connection(
                        f"{stack.namespace_of(name)}/{workload}",
                        f"{namespace}/{talk.workload}",
                        {port.port: port.protocol for port in named},
                    )
