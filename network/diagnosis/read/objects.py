"""The cluster's objects, by as few calls of kubectl as there are namespaces."""

from collections.abc import Callable, Mapping, Sequence, Set

from network.diagnosis.facts import Object, Objects
from network.diagnosis.read.together import together
from network.live.cluster import Cluster
from network.live.finding import CannotLookError
from network.live.parallel import Seen

RESOURCES = {
    "Pod": "pods",
    "Service": "services",
    "EndpointSlice": "endpointslices.discovery.k8s.io",
    "Deployment": "deployments.apps",
    "StatefulSet": "statefulsets.apps",
    "DaemonSet": "daemonsets.apps",
    "HorizontalPodAutoscaler": "horizontalpodautoscalers.autoscaling",
    "NetworkPolicy": "networkpolicies.networking.k8s.io",
    "CiliumNetworkPolicy": "ciliumnetworkpolicies.cilium.io",
    "IngressRoute": "ingressroutes.traefik.io",
    "Middleware": "middlewares.traefik.io",
    "TraefikService": "traefikservices.traefik.io",
    "TLSStore": "tlsstores.traefik.io",
    "Certificate": "certificates.cert-manager.io",
    "CertificateRequest": "certificaterequests.cert-manager.io",
    "Order": "orders.acme.cert-manager.io",
    "Challenge": "challenges.acme.cert-manager.io",
    "ClusterIssuer": "clusterissuers.cert-manager.io",
}
"""What kubectl calls each kind."""
_MANY = 5
"""Namespaces from which on one call for all of the cluster costs less than one for each."""

Kinds = Mapping[str | None, Set[str]]
Held = dict[tuple[str, str | None], Seen[Sequence[Object]]]


def read(cluster: Cluster, kinds: Kinds, seconds: float) -> Objects:
    """Return the objects of these kinds, by namespace; None has those of the whole cluster."""
    apart: dict[str | None, Set[str]] = {
        namespace: wanted for namespace, wanted in kinds.items() if namespace is not None
    }
    groups: list[Kinds] = []
    if None in kinds:
        groups.append({None: kinds[None]})
    if len(apart) >= _MANY:
        groups.append(apart)
    else:
        groups.extend({each: wanted} for each, wanted in apart.items())
    looks: dict[int, Callable[[], Held]] = {
        number: lambda group=group: _group(cluster, group, seconds) for number, group in enumerate(groups)
    }
    held: Held = {}
    for number, found in together(looks, seconds).items():
        if isinstance(found, CannotLookError):
            held |= {(kind, namespace): found for namespace, each in groups[number].items() for kind in each}
        else:
            held |= found
    return Objects(held)


def _group(cluster: Cluster, kinds: Kinds, seconds: float) -> Held:
    """Read one namespace, or what has none, or several namespaces at once."""
    if len(kinds) > 1:
        return _everywhere(cluster, kinds, seconds)
    ((namespace, wanted),) = kinds.items()
    return _together(cluster, namespace, wanted, seconds)


def _together(cluster: Cluster, namespace: str | None, wanted: Set[str], seconds: float) -> Held:
    """Read kinds by one call, or each alone where one of them is refused: kubectl then gives none."""
    try:
        found = cluster.list(_resources(wanted), namespace)
    except CannotLookError:
        looks: dict[str, Callable[[], Sequence[Object]]] = {
            kind: lambda kind=kind: cluster.list(RESOURCES[kind], namespace) for kind in sorted(wanted)
        }
        return {(kind, namespace): each for kind, each in together(looks, seconds).items()}
    return {(kind, namespace): [each for each in found if each["kind"] == kind] for kind in wanted}


def _everywhere(cluster: Cluster, kinds: Kinds, seconds: float) -> Held:
    wanted = frozenset[str]().union(*kinds.values())
    found = _together(cluster, None, wanted, seconds)
    held: Held = {}
    for namespace, of_it in kinds.items():
        for kind in of_it:
            each = found[kind, None]
            held[kind, namespace] = (
                each
                if isinstance(each, CannotLookError)
                else [one for one in each if one["metadata"].get("namespace") == namespace]
            )
    return held


def _resources(kinds: Set[str]) -> str:
    return ",".join(RESOURCES[kind] for kind in sorted(kinds))
