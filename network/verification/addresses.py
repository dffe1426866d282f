"""The address plan inside the cluster: ranges of nodes, pods in them, Services, DNS, the API server."""

from collections.abc import Iterator, Mapping
from ipaddress import IPv4Address, IPv4Network, ip_address

from network.config import StackConfig
from network.config.cluster import DEFAULT_CNI
from network.config.ranges import POD_PREFIX_PER_NODE
from network.live.cluster import Object
from network.live.finding import CannotLookError, Finding
from network.plan import Plan
from network.plan.model.peers import API_SERVER_PORTS
from network.verification.cluster import Own
from network.verification.nodes import internal_addresses, named
from network.verification.reading import (
    API_ENDPOINTS,
    CILIUM_CONFIG,
    CILIUM_NODES,
    NODES,
    PODS,
    SERVICE_RANGES,
    SERVICES,
    Objects,
    Reading,
)
from network.verification.row import Behind, Check, Judged, Look, both, derived, listed

NODE_RANGE = Check(
    "node-pod-range",
    "each Node has one range of pod addresses, of the planned size and within the planned range, and Cilium "
    "gives pods addresses out of the same",
    f"{NODES}; {CILIUM_NODES}",
    "capacity and policies rest on it: compare with `network addresses`, and write the range that is there",
)
CILIUM_KNOWS = Check(
    "cilium-nodes",
    "Cilium knows every Node, and no other",
    CILIUM_NODES,
    "DigitalOcean keeps Cilium: replace the node, `doctl kubernetes cluster node-pool replace-node`",
)
CILIUM_RANGES = Check(
    "cilium-ranges",
    "Cilium's own configuration holds the planned range of pods",
    CILIUM_CONFIG,
    "DigitalOcean keeps it: the cluster is not VPC-native with this range; ask DigitalOcean",
)
POD_ADDRESSES = Check(
    "pods-in-range",
    "every pod has an address out of its Node's range",
    PODS,
    "delete the pods that are named: their owners make them anew",
)
SERVICE_RANGE = Check(
    "service-range",
    "the API server gives Services addresses out of the planned range and no other",
    SERVICE_RANGES,
    "somebody made a ServiceCIDR: `kubectl delete servicecidr <name>`, or plan its range",
)
SERVICE_ADDRESSES = Check(
    "services-in-range",
    "every Service's address is within the planned range",
    SERVICES,
    "make the Services that are named anew",
)
DNS = Check(
    "cluster-dns",
    "the cluster's DNS answers at the planned address, which kubelets tell every pod",
    SERVICES,
    "DigitalOcean keeps this Service: ask there; pods that use another address look up nothing",
)
API_SERVICE = Check(
    "api-service",
    "the API server's Service has the first address of the range",
    SERVICES,
    "the Service range is another: see service-range",
)
API_ENDPOINT = Check(
    "api-endpoint",
    "the API server listens in the VPC, at no Node's address, on a port that policies let pods reach",
    API_ENDPOINTS,
    "policies let pods reach it by identity on the planned ports: add the port, or `cluster.apiServerRanges` "
    "for cni: generic",
)
CHECKS = (
    NODE_RANGE,
    CILIUM_KNOWS,
    CILIUM_RANGES,
    POD_ADDRESSES,
    SERVICE_RANGE,
    SERVICE_ADDRESSES,
    DNS,
    API_SERVICE,
    API_ENDPOINT,
)

Ranges = Mapping[str, list[IPv4Network]]
"""Ranges of pods by Node."""


def findings(config: StackConfig, plan: Plan, reading: Reading, it: Own) -> Iterator[Finding]:
    """Yield the rows of addresses inside the cluster."""
    nodes = it.inside(reading.nodes)
    cilium = config.cluster.cni == DEFAULT_CNI
    agents: Look[Objects] = it.inside(reading.cilium_nodes) if cilium else []
    ranges = _ranges(nodes, agents)
    yield from _node_ranges(plan.addresses.pods, nodes, agents)
    if cilium:
        yield CILIUM_KNOWS.row("CiliumNodes", "one for each Node").judge(both(nodes, agents), _known)
        yield CILIUM_RANGES.row("cilium-config", _planned_in_cilium(plan), "cluster.podRange").judge(
            it.inside(reading.cilium_config), lambda found: _in_cilium(plan.addresses.pods, found)
        )
    yield from _pods(ranges, it.inside(reading.pods))
    yield from _services(plan, it.inside(reading.service_ranges), it.inside(reading.services))
    yield from _api(config, plan, nodes, it.inside(reading.api_endpoints))


def _ranges(nodes: Look[Objects], agents: Look[Objects]) -> Look[Ranges]:
    """Return each Node's ranges: Cilium's where it keeps them, else Kubernetes'."""
    kept = derived(agents, lambda seen: dict(map(_of_agent, seen)))
    known = {} if isinstance(kept, CannotLookError | Behind) else kept
    return derived(
        nodes, lambda seen: {name: known.get(name) or ranges for name, ranges in map(_of_node, seen)}
    )


def _of_node(node: Object) -> tuple[str, list[IPv4Network]]:
    spec = node["spec"]
    given = spec.get("podCIDRs") or ([spec["podCIDR"]] if spec.get("podCIDR") else [])
    return node["metadata"]["name"], _ipv4(given)


def _of_agent(agent: Object) -> tuple[str, list[IPv4Network]]:
    return agent["metadata"]["name"], _ipv4((agent["spec"].get("ipam") or {}).get("podCIDRs") or [])


def _ipv4(ranges: list[str]) -> list[IPv4Network]:
    return [IPv4Network(each) for each in ranges if ":" not in each]


def _node_ranges(pods: IPv4Network, nodes: Look[Objects], agents: Look[Objects]) -> Iterator[Finding]:
    planned, declared = f"one /{POD_PREFIX_PER_NODE} in {pods}", "cluster.podRange"
    by_name = named(nodes)
    if isinstance(by_name, CannotLookError | Behind):
        yield NODE_RANGE.row("Nodes", planned, declared).unseen(by_name)
        return
    for name, node in by_name.items():
        yield NODE_RANGE.row(f"node {name}", planned, declared).judge(
            agents, lambda seen, node=node: _node_range(pods, node, seen)
        )


def _node_range(pods: IPv4Network, node: Object, agents: Objects) -> Judged:
    name, own = _of_node(node)
    kept = dict(map(_of_agent, agents)).get(name) or []
    if own and kept and own != kept:
        return Judged(f"{listed(own)} by Kubernetes, {listed(kept)} by Cilium", False)
    found = kept or own
    right = len(found) == 1 and found[0].subnet_of(pods) and found[0].prefixlen == POD_PREFIX_PER_NODE
    return Judged(listed(found), right)


def _known(pair: tuple[Objects, Objects]) -> Judged:
    nodes, agents = ({each["metadata"]["name"] for each in objects} for objects in pair)
    missing, more = sorted(nodes - agents), sorted(agents - nodes)
    told = [
        *([f"none for {listed(missing)}"] if missing else []),
        *([f"one for {listed(more)}, which is no Node"] if more else []),
    ]
    return Judged(listed(told, f"{len(nodes)}, one for each Node"), not told)


def _planned_in_cilium(plan: Plan) -> str:
    return f"{plan.addresses.pods} given to Nodes, and routed without another address in its place"


def _in_cilium(pods: IPv4Network, found: Object | None) -> Judged:
    """Return what Cilium says of ranges; what it keeps itself counts where it keeps them itself."""
    if found is None:
        raise ValueError("there is no ConfigMap cilium-config")
    data = found["data"]
    ipam, native = data["ipam"], data.get("ipv4-native-routing-cidr", "")
    pool = data.get("cluster-pool-ipv4-cidr", "") if ipam.startswith("cluster-pool") else ""
    told = [
        f"ipam {ipam}",
        *([f"gives out {pool}"] if pool else []),
        *([f"routes {native}"] if native else []),
    ]
    right = all(pods == IPv4Network(each) for each in pool.split()) and (
        not native or pods.subnet_of(IPv4Network(native))
    )
    return Judged(listed(told), right)


def _pods(ranges: Look[Ranges], pods: Look[Objects]) -> Iterator[Finding]:
    if isinstance(ranges, CannotLookError | Behind):
        yield POD_ADDRESSES.row("pods", "in their Node's range").unseen(ranges)
        return
    for node, own in ranges.items():
        yield POD_ADDRESSES.row(f"pods on {node}", f"in {listed(own, 'its range')}").judge(
            pods, lambda seen, node=node, own=own: _pods_of(node, own, seen)
        )


def _pods_of(node: str, ranges: list[IPv4Network], pods: Objects) -> Judged:
    here = [pod for pod in pods if pod["spec"].get("nodeName") == node and _has_own_address(pod)]
    astray = [
        f"{pod['metadata']['namespace']}/{pod['metadata']['name']} ({address})"
        for pod in here
        if (address := pod["status"]["podIP"]) and not any(ip_address(address) in each for each in ranges)
    ]
    return Judged(listed(astray, f"all {len(here)}"), not astray)


def _has_own_address(pod: Object) -> bool:
    """Whether an address is this pod's alone: not the Node's, and not one that a pod which ended had."""
    status = pod["status"]
    ended = status.get("phase") in ("Succeeded", "Failed")
    return bool(status.get("podIP")) and not pod["spec"].get("hostNetwork") and not ended


def _services(plan: Plan, ranges: Look[Objects], services: Look[Objects]) -> Iterator[Finding]:
    planned, declared = plan.addresses.services, "cluster.serviceRange"
    yield SERVICE_RANGE.row("ServiceCIDRs", planned, declared).equal(
        ranges, lambda seen: listed(sorted(cidr for each in seen for cidr in each["spec"]["cidrs"]))
    )
    yield SERVICE_ADDRESSES.row("Services", f"in {planned}", declared).judge(
        services, lambda seen: _in_range(planned, seen)
    )
    for check, namespace, name, address in (
        (DNS, "kube-system", "kube-dns", plan.addresses.cluster_dns),
        (API_SERVICE, "default", "kubernetes", plan.addresses.kubernetes_service),
    ):
        yield check.row(f"Service {namespace}/{name}", address, declared).equal(
            services, lambda seen, name=name, namespace=namespace: _address_of(seen, namespace, name)
        )


def _in_range(planned: IPv4Network, services: Objects) -> Judged:
    given = [
        (f"{each['metadata']['namespace']}/{each['metadata']['name']}", address)
        for each in services
        for address in each["spec"].get("clusterIPs") or [each["spec"].get("clusterIP")]
        if address and address != "None"
    ]
    astray = [f"{name} ({address})" for name, address in given if ip_address(address) not in planned]
    return Judged(listed(astray, f"all {len(given)}"), not astray)


def _address_of(services: Objects, namespace: str, name: str) -> str:
    found = [
        each["spec"]["clusterIP"]
        for each in services
        if (each["metadata"]["namespace"], each["metadata"]["name"]) == (namespace, name)
    ]
    return listed(found, "no such Service")


def _api(config: StackConfig, plan: Plan, nodes: Look[Objects], slices: Look[Objects]) -> Iterator[Finding]:
    allowed = config.cluster.api_server_ranges or (plan.addresses.vpc,)
    ports = [int(port.port) for port in API_SERVER_PORTS]
    row = API_ENDPOINT.row(
        "API server",
        f"in {listed(allowed)}, at no Node, on one of the ports {listed(ports)}",
        "cluster.apiServerRanges" if config.cluster.api_server_ranges else "external.vpc.ipRange",
    )
    yield row.judge(both(nodes, slices), lambda pair: _endpoint(allowed, ports, *pair))


def _endpoint(allowed: tuple[IPv4Network, ...], ports: list[int], nodes: Objects, slices: Objects) -> Judged:
    addresses = [
        IPv4Address(address)
        for each in slices
        if each.get("addressType", "IPv4") == "IPv4"
        for endpoint in each["endpoints"]
        for address in endpoint["addresses"]
    ]
    found = [port["port"] for each in slices for port in each["ports"]]
    taken = {address for node in nodes for address in internal_addresses(node)}
    right = (
        bool(addresses)
        and all(any(each in network for network in allowed) for each in addresses)
        and not taken & set(addresses)
        and bool(found)
        and set(found) <= set(ports)
    )
    at_node = ", a Node's address" if taken & set(addresses) else ""
    return Judged(f"{listed(addresses, 'nowhere')}{at_node}, port {listed(sorted(set(found)))}", right)
