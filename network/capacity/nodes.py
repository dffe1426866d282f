"""What the pods of all layers ask of the nodes that they may run on.

Nodes of pools with taints are left out: the platform's pods tolerate none, and whose pods do, no plan knows.
Pools have as many nodes as their autoscaler may make. That pods leave gaps which no other fits into is not
reckoned, but for the largest of them.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from network.config import StackConfig
from network.config.cluster import DEFAULT_POOL
from network.config.droplets import DOLLARS, Droplet
from network.config.ranges import PODS_PER_NODE
from network.plan import Plan
from network.plan.model.capacity import Limit, Need, Taken
from network.plan.model.nodes import each_open_node, open_nodes

VOLUMES_PER_NODE = 15
"""Of a node (docs/facts/digitalocean.md#nodes)."""

_BESIDE = (
    'kube_pod_info{created_by_kind!="DaemonSet"} '
    'unless on (node) kube_node_spec_taint{key!~"node.kubernetes.io/.*"} '
    'unless on (namespace, pod) (kube_pod_status_phase{phase!~"Pending|Running"} == 1)'
)
"""Pods that the limits are about: none that each node has, none on nodes with taints, none that has ended.
Kubernetes itself taints nodes that are ill or cordoned, whose pods count."""


def _requested(resource: str) -> str:
    requests = f'kube_pod_container_resource_requests{{resource="{resource}"}}'
    return f"sum({requests} * on (namespace, pod) group_left () group by (namespace, pod) ({_BESIDE}))"


@dataclass(frozen=True)
class _Resource:
    """Something that each node has, and each pod takes."""

    name: str
    unit: str
    of_node: Callable[[Droplet], float]
    of_pod: Callable[[Taken], float]
    today: str


_RESOURCES = (
    _Resource("pods", "pods", lambda _: PODS_PER_NODE, lambda _: 1, f"count({_BESIDE})"),
    _Resource(
        "CPU",
        "cores",
        lambda node: node.millicores / 1000,
        lambda each: each.millicores / 1000,
        _requested("cpu"),
    ),
    _Resource(
        "memory",
        "MiB",
        lambda node: node.mebibytes,
        lambda each: each.mebibytes,
        f"{_requested('memory')} / {2**20}",
    ),
)


def limits(config: StackConfig, plan: Plan) -> Iterator[Limit]:
    """Yield what nodes hold of pods, processors, memory and volumes."""
    taken = [each for layer in plan.layers for each in layer.taken]
    found = list(each_open_node(config, most=True))
    known = [node for node in found if node is not None]
    nodes = known if len(known) == len(found) else None
    raised_by, price = _raised_by(config), _price(config)
    for resource in _RESOURCES:
        yield _of_nodes(resource, nodes, taken, raised_by, price)
    beside = [each for each in taken if not each.on_each_node]
    largest = max((each.mebibytes for each in beside), default=0)
    yield Limit(
        "nodes: memory of the largest pod",
        "MiB",
        None if nodes is None else max(node.mebibytes for node in nodes) - _on_each(_RESOURCES[-1], taken),
        Need(fixed=largest),
        "cluster.nodePools (a size with more memory)",
        price,
    )
    fewest = open_nodes(config)
    yield Limit(
        "nodes: volumes",
        "volumes",
        fewest * VOLUMES_PER_NODE,
        Need(fixed=sum(volume.count for layer in plan.layers for volume in layer.volumes)),
        raised_by,
        price,
        (fewest - 1) * VOLUMES_PER_NODE,
        "count(kube_persistentvolume_info)",
    )


def _of_nodes(
    resource: _Resource,
    nodes: Sequence[Droplet] | None,
    taken: Sequence[Taken],
    raised_by: str,
    price: str,
) -> Limit:
    """Return the limit of a resource. What runs on each node is needed on as many as there are, and goes with
    the one that goes; the node that goes is the largest."""
    beside = [each for each in taken if not each.on_each_node]
    holds = without = None
    if nodes is not None:
        free = [resource.of_node(node) - _on_each(resource, taken) for node in nodes]
        holds, without = sum(free), sum(free) - max(free)
    return Limit(
        f"nodes: {resource.name}",
        resource.unit,
        holds,
        _need(resource, beside),
        raised_by,
        price,
        without,
        resource.today,
    )


def _need(resource: _Resource, beside: Sequence[Taken]) -> Need:
    def total(of: Callable[[Taken], float]) -> float:
        return sum(resource.of_pod(each) * of(each) for each in beside)

    return Need(
        fixed=total(lambda each: each.pods),
        request=total(lambda each: each.more.request),
        connection=total(lambda each: each.more.connection),
        handshake=total(lambda each: each.more.handshake),
        megabit=total(lambda each: each.more.megabit),
        at_most=total(lambda each: each.pods if each.most is None else each.most),
    )


def _on_each(resource: _Resource, taken: Sequence[Taken]) -> float:
    return sum(resource.of_pod(each) * each.pods for each in taken if each.on_each_node)


def _raised_by(config: StackConfig) -> str:
    pool = config.cluster.node_pools[DEFAULT_POOL]
    return f"cluster.nodePools.{DEFAULT_POOL}.{'count' if pool.auto_scale is None else 'autoScale.max'}"


def _price(config: StackConfig) -> str:
    dollars = DOLLARS.get(config.cluster.node_pools[DEFAULT_POOL].size)
    return "by the node" if dollars is None else f"{dollars:g} dollars a month for each node"
