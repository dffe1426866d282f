"""Address ranges that must stay apart, and how much must fit in them (NET-2)."""

from collections.abc import Iterator
from ipaddress import AddressValueError, IPv4Address, IPv4Network

from network.config.applications import Application
from network.config.certificates import Certificates
from network.config.cluster import Cluster
from network.config.environment import Environment
from network.config.external import External
from network.config.ingress import Ingress
from network.config.model import Finding, Location
from network.config.port_ranges import meet, span
from network.config.ranges import (
    OVERLAY_DEFAULTS,
    POD_PREFIX_PER_NODE,
    RESERVED_FOR_VPCS,
    RESERVED_IN_REGION,
    nodes_by_pod_range,
    nodes_by_vpc,
    overlapping,
)

WORKING_PODS = "192.168.0.0/20, 172.16.64.0/20 or a /19 inside 10.0.0.0/8"
"""Pod ranges in DigitalOcean's own tests and reference architectures."""
WORKING_SERVICES = "192.168.16.0/22, 192.168.12.0/24 or a /22 inside 10.0.0.0/8"
"""Service ranges from the same places; none is larger than a /22."""
LARGEST_WORKING_SERVICES = 22
DEFAULT_VPCS = IPv4Network("10.96.0.0/12")
"""Where accounts were seen to have default VPCs (10.110.0.0/20 and the like)."""

NODE_PORTS = (9100, 10250, 10255, 10256)
"""Of node-exporter, kubelets (10255 is the old one, without authentication) and kube-proxy."""
FIRST_NODE_PORT = 30000
"""Kubernetes' node ports are 30000 to 32767."""
METADATA = IPv4Network("169.254.169.254/32")
"""Where Droplets, and their pods, are told what they were made with, by plain HTTP
(docs/facts/digitalocean.md#metadata)."""
LOOPBACK = IPv4Network("127.0.0.0/8")


def own_ranges(external: External, cluster: Cluster) -> dict[Location, IPv4Network]:
    """Return this environment's three ranges by where they stand in the file."""
    return {
        ("external", "vpc", "ipRange"): external.vpc.ip_range,
        ("cluster", "podRange"): cluster.pod_range,
        ("cluster", "serviceRange"): cluster.service_range,
    }


def own_ranges_are_apart(external: External, cluster: Cluster) -> Iterator[Finding]:
    """VPC, pods and Services share no address: DigitalOcean checks this only at creation."""
    own = list(own_ranges(external, cluster).items())
    for index, (location, network) in enumerate(own):
        for other_location, other in own[:index]:
            if network.overlaps(other):
                yield Finding(
                    location,
                    f"{network} overlaps {'.'.join(map(str, other_location))} {other}",
                    "choose a range that shares no address with it",
                )


def other_ranges_are_apart(external: External, cluster: Cluster) -> Iterator[Finding]:
    """No own range may be one that a peer, another VPC or a VPN uses: routes would be ambiguous."""
    for location, network in own_ranges(external, cluster).items():
        for name, other in external.vpc.other_ranges.items():
            if network.overlaps(other):
                yield Finding(
                    ("external", "vpc", "otherRanges", name),
                    f"{other} overlaps {'.'.join(map(str, location))} {network}",
                    f"move {location[-1]}, or correct this range",
                )


def vpc_is_not_reserved_in_its_region(environment: Environment, external: External) -> Iterator[Finding]:
    """Some ranges are reserved for DigitalOcean in one region only."""
    reserved = overlapping(external.vpc.ip_range, RESERVED_IN_REGION.get(environment.region, ()))
    if reserved:
        yield Finding(
            ("external", "vpc", "ipRange"),
            f"DigitalOcean reserves {reserved} in {environment.region}",
            "choose a range outside it",
        )


def nodes_fit_the_vpc(external: External, cluster: Cluster) -> Iterator[Finding]:
    """Each node has one address of the VPC, which cannot be resized."""
    room = nodes_by_vpc(external.vpc.ip_range)
    if cluster.most_nodes > room:
        yield Finding(
            ("external", "vpc", "ipRange"),
            f"{external.vpc.ip_range} has room for {room} nodes; the pools may grow to {cluster.most_nodes}",
            "choose a larger range (a VPC cannot be resized), or lower the pools' maxima",
        )


def nodes_fit_the_pod_range(cluster: Cluster) -> Iterator[Finding]:
    """Each node takes a /25 of the pod range, which cannot be changed later."""
    room = nodes_by_pod_range(cluster.pod_range)
    if cluster.most_nodes > room:
        yield Finding(
            ("cluster", "podRange"),
            f"{cluster.pod_range} serves {room} nodes (a /{POD_PREFIX_PER_NODE} each); "
            f"the pools may grow to {cluster.most_nodes}",
            "choose a larger range, or lower the pools' maxima",
        )


def connections_leave_the_cluster(
    cluster: Cluster, applications: dict[str, Application]
) -> Iterator[Finding]:
    """Cilium matches pods by identity: a range that holds them would match nothing. The VPC's own
    range is another matter: databases and Droplets have addresses there."""
    inner = (cluster.pod_range, cluster.service_range)
    api_server = IPv4Network(cluster.service_range.network_address + 1)
    for location, key, given in _ranges(applications):
        if given == api_server and key == "talksTo":
            yield Finding(
                location,
                "the address is the API server's Service, which policies do not reach by address",
                "write `entity: kube-apiserver`, in place of range and port",
            )
        elif any(given.subnet_of(network) for network in inner):
            yield Finding(
                location,
                "the range is this cluster's own; policies reach pods by workload only",
                "name the workload, or `pods` that others run, in place of range",
            )
        elif given.subnet_of(LOOPBACK):
            yield Finding(
                location,
                "it is the pod itself: policies are not about connections within a pod",
                "remove the connection",
            )


def nodes_are_reached_as_nodes(
    external: External, cluster: Cluster, applications: dict[str, Application]
) -> Iterator[Finding]:
    """Warn of a range of the VPC by which nodes seem to be meant: Cilium gives them an identity."""
    vpc = external.vpc.ip_range
    for name, application in applications.items():
        for workload, talks in application.talks_to.items():
            for index, talk in enumerate(talks):
                port = next((port for _, port in talk.located_ports() if _is_of_nodes(port)), None)
                if cluster.cni == "cilium" and port and talk.range and talk.range.overlaps(vpc):
                    yield Finding(
                        ("applications", name, "talksTo", workload, index, "range"),
                        f"port {port} is one of nodes, and under Cilium a range reaches no node",
                        "write `entity: nodes` in place of range, unless Droplets or databases are meant",
                    )


def metadata_stays_out_of_reach(applications: dict[str, Application]) -> Iterator[Finding]:
    """Warn of a range so wide that it holds the metadata service, as "the whole internet" does."""
    for location, key, given in _ranges(applications):
        _, name, _, workload, index, _ = location
        if key != "talksTo" or not given.overlaps(METADATA):
            continue
        talk = applications[str(name)].talks_to[str(workload)][int(index)]
        spans = (span(port) for _, port in talk.located_ports())
        if talk.protocol == "TCP" and any(each and meet(each, (80, 80)) for each in spans):
            yield Finding(
                location,
                f"it holds {METADATA.network_address}, where a node's own metadata are told to whoever asks: "
                "what it was made with, credentials among it",
                "name hosts, or ranges beside it",
            )


def _is_of_nodes(port: int | str) -> bool:
    return isinstance(port, int) and (port in NODE_PORTS or port >= FIRST_NODE_PORT)


def _ranges(applications: dict[str, Application]) -> Iterator[tuple[Location, str, IPv4Network]]:
    """Yield each range of a connection: where it stands, whether in talksTo or acceptsFrom, and itself."""
    for name, application in applications.items():
        for key, connections in (
            ("talksTo", application.talks_to),
            ("acceptsFrom", application.accepts_from),
        ):
            for workload, each in connections.items():
                for index, connection in enumerate(each):
                    if connection.range is not None:
                        location = ("applications", name, key, workload, index, "range")
                        yield location, key, connection.range


def name_server_is_outside(cluster: Cluster, certificates: Certificates) -> Iterator[Finding]:
    """cert-manager reaches the primary name server by address; pods and Services have other policies."""
    host = certificates.dns01.nameserver.rpartition(":")[0]
    try:
        address = IPv4Address(host)
    except AddressValueError:
        return
    for name, network in (("podRange", cluster.pod_range), ("serviceRange", cluster.service_range)):
        if address in network:
            yield Finding(
                ("certificates", "dns01", "nameserver"),
                f"{address} lies in cluster.{name} {network}, which no policy reaches by address",
                "give the name server an address outside the cluster",
            )


def cdn_is_outside(external: External, cluster: Cluster, ingress: Ingress) -> Iterator[Finding]:
    """Headers of a CDN are believed; from inside, anybody could forge a client's address."""
    for index, network in enumerate(ingress.cdn_ranges):
        if overlapping(network, own_ranges(external, cluster).values()):
            yield Finding(
                ("ingress", "cdnRanges", index),
                "the range holds this cluster's own addresses, whose X-Forwarded-* headers "
                "must not be believed",
                "name the CDN's public ranges only",
            )


def cdn_may_connect(ingress: Ingress) -> Iterator[Finding]:
    """A load balancer that shuts its CDN out serves nobody."""
    sources = ingress.load_balancer.source_ranges
    for index, network in enumerate(ingress.cdn_ranges):
        if sources and not any(network.subnet_of(source) for source in sources):
            yield Finding(
                ("ingress", "cdnRanges", index),
                "the load balancer's sourceRanges do not let it in",
                "add it to ingress.loadBalancer.sourceRanges",
            )


def cdn_can_be_bypassed(ingress: Ingress) -> Iterator[Finding]:
    """Warn where clients reach the load balancer beside the CDN that should protect it."""
    if ingress.cdn_ranges and not ingress.load_balancer.source_ranges:
        yield Finding(
            ("ingress", "loadBalancer", "sourceRanges"),
            "everybody may go around the CDN, whose limits and filters then do not count",
            "list cdnRanges here as well",
        )


def pod_range_is_unproven(cluster: Cluster) -> Iterator[Finding]:
    """Warn of a pod range that DigitalOcean reserves for itself elsewhere."""
    overlay = overlapping(cluster.pod_range, OVERLAY_DEFAULTS)
    reserved = overlapping(cluster.pod_range, RESERVED_FOR_VPCS)
    if overlay:
        yield Finding(
            ("cluster", "podRange"),
            f"unverified on DOKS: {overlay} is reserved from VPCs, and the default of clusters that are not "
            "VPC-native. The VPC and its peers cannot reach such a cluster's pods and see their node's "
            "address instead, and it has no Gateway API",
            f"ranges known to work: {WORKING_PODS}",
        )
    elif reserved:
        yield Finding(
            ("cluster", "podRange"),
            f"unverified on DOKS: DigitalOcean reserves {reserved} from VPCs",
            f"ranges known to work: {WORKING_PODS}",
        )


def overlay_service_range(cluster: Cluster) -> Iterator[Finding]:
    """Warn of a Service range by which the cluster may not become VPC-native."""
    overlay = overlapping(cluster.service_range, OVERLAY_DEFAULTS)
    if overlay:
        yield Finding(
            ("cluster", "serviceRange"),
            f"unverified on DOKS: {overlay} is a default of clusters that are not VPC-native",
            f"ranges known to work: {WORKING_SERVICES}",
        )


def reserved_ranges_are_free(environment: Environment, cluster: Cluster) -> Iterator[Finding]:
    """Warn of pods and Services where DigitalOcean's own services of the region have their addresses."""
    for key, network in (("podRange", cluster.pod_range), ("serviceRange", cluster.service_range)):
        reserved = overlapping(network, RESERVED_IN_REGION.get(environment.region, ()))
        if reserved:
            yield Finding(
                ("cluster", key),
                f"unverified on DOKS: DigitalOcean reserves {reserved} in {environment.region} from VPCs",
                "choose a range outside it; it cannot be changed later",
            )


def service_range_is_unproven(cluster: Cluster) -> Iterator[Finding]:
    """Warn of a Service range larger than any that is known to work."""
    if cluster.service_range.prefixlen < LARGEST_WORKING_SERVICES:
        yield Finding(
            ("cluster", "serviceRange"),
            f"unverified on DOKS: no range above /{LARGEST_WORKING_SERVICES} is known to work",
            f"ranges known to work: {WORKING_SERVICES}",
        )


def default_vpcs_may_collide(external: External, cluster: Cluster) -> Iterator[Finding]:
    """Warn of ranges where accounts tend to have default VPCs."""
    for location, network in own_ranges(external, cluster).items():
        if network.overlaps(DEFAULT_VPCS):
            yield Finding(
                location,
                f"default VPCs of an account often lie in {DEFAULT_VPCS}, such as 10.110.0.0/20",
                "compare with `doctl vpcs list`, or choose a range outside it",
            )
