"""A cluster from our own plan: what will run, as far as a stack file tells."""

from collections.abc import Iterator

from network.config import StackConfig
from network.plan import Plan
from network.plan.cluster_dns import CLUSTER_DNS
from network.plan.model.flows import Pods
from network.plan.model.layer import Door
from network.plan.model.names import application_namespace
from network.reachability.addresses import EVERY_IPV4, AddressSet
from network.reachability.model import Cluster, ContainerPort, Namespace, Service, ServicePort, Workload
from network.reachability.names import OTHERS
from network.reachability.read.manifests import Found, contents


def cluster(config: StackConfig, plan: Plan) -> Cluster:
    """Return the cluster that the plan makes, without what other people run in it.

    The API server's address is not known before a cluster exists, nor are those of pods and nodes
    but for their ranges.
    """
    read = contents(
        Found(manifest, "")
        for manifest in (
            *(namespace.namespace for namespace in plan.namespaces),
            *(manifest for policies in plan.policies for manifest in policies.manifests),
            *(service for application in plan.applications for service in application.services),
        )
    ).cluster()
    return Cluster(
        (*read.namespaces, Namespace(CLUSTER_DNS.namespace)),
        (*_declared(config), *_platform(config, plan), *_undeclared(plan)),
        (*read.services, *(_service(door) for layer in plan.layers for door in layer.doors)),
        read.policies,
        pod_addresses=AddressSet.of(str(config.cluster.pod_range)),
        service_addresses=AddressSet.of(str(config.cluster.service_range)),
        node_addresses=AddressSet.of(str(config.external.vpc.ip_range)),
        world=EVERY_IPV4,
    )


def _declared(config: StackConfig) -> Iterator[Workload]:
    for application, declared in config.applications.items():
        for name, workload in declared.workloads.items():
            yield Workload(
                application_namespace(config, application),
                name,
                workload.labels,
                tuple(ContainerPort(port.port, port.protocol, key) for key, port in workload.ports.items()),
                "Deployment",
            )


def _platform(config: StackConfig, plan: Plan) -> Iterator[Workload]:
    """Yield what the flows speak of beside the applications' workloads: the platform's own pods."""
    applications = {application_namespace(config, name) for name in config.applications}
    ports: dict[tuple[str, str], set[ContainerPort]] = {}
    pods: dict[tuple[str, str], Pods] = {}
    for flow in plan.flows:
        for peer in (flow.source, flow.destination):
            if isinstance(peer, Pods) and peer.labels and peer.namespace not in applications:
                pods.setdefault((peer.namespace, peer.name), peer)
                listening = ports.setdefault((peer.namespace, peer.name), set())
                if peer is flow.destination:
                    listening.update(
                        ContainerPort(port.port, port.protocol)
                        for port in flow.ports
                        if isinstance(port.port, int)
                    )
    running = {
        (known.pods.namespace, known.pods.name): known for layer in plan.layers for known in layer.pods
    }
    for key, peer in pods.items():
        known = running.get(key)
        yield Workload(
            peer.namespace,
            peer.name,
            peer.labels if known is None else known.labels,
            tuple(
                ContainerPort(number, known.port(name).protocol, name) for name, number in known.ports.items()
            )
            if known is not None
            else tuple(sorted(ports[key], key=lambda port: (port.number, port.protocol))),
            "Deployment",
        )


def _undeclared(plan: Plan) -> Iterator[Workload]:
    for namespace in plan.namespaces:
        yield Workload(namespace.name, OTHERS)


def _service(door: Door) -> Service:
    """Return the Service of a door, with the load balancer in front."""
    return Service(
        door.namespace,
        door.service,
        door.pods.labels,
        tuple(
            ServicePort(port, door.pods.ports[container], door.pods.port(container).protocol, container)
            for container, port in door.ports.items()
        ),
        "LoadBalancer",
    )
