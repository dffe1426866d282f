"""What keeps a node from being emptied, and what is away while it is."""

from collections.abc import Iterator, Sequence

from network.live.cluster import Object
from network.live.finding import Finding
from network.plan import Plan
from network.plan.model.flows import Pods
from network.plan.model.peers import TRAEFIK
from network.preflight.reading import BUDGETS, PODS, Objects, Reading
from network.preflight.selection import selects
from network.verification.cluster import Own
from network.verification.row import Check, both

BUDGET = Check(
    "budget-blocks",
    "each PodDisruptionBudget lets a pod go: DigitalOcean waits 15 minutes for it, and then deletes the pod",
    BUDGETS,
    "mend pods that are not ready, add a replica, or let the budget allow one: `kubectl describe pdb <name>`",
)
OVERLAP = Check(
    "budget-overlap",
    "no pod is of two PodDisruptionBudgets: the API server evicts none of those",
    BUDGETS,
    "delete one of the two: `kubectl get pdb --all-namespaces -o wide` shows their selectors",
)
BARE = Check(
    "bare-pods",
    "each pod has a controller, which makes it anew elsewhere",
    PODS,
    "have a Deployment or a Job make it, or delete it: with its node it is gone for good",
)
ONE_NODE = Check(
    "one-node",
    "what Traefik leads requests to, and Traefik itself, is ready on two nodes at least",
    PODS,
    "two replicas or more, spread over nodes (topologySpreadConstraints); while the one node is emptied its "
    "requests fail",
)
CHECKS = (BUDGET, OVERLAP, BARE, ONE_NODE)

_MIRROR = "kubernetes.io/config.mirror"
"""Annotation of pods that a kubelet runs by itself."""


def findings(plan: Plan, reading: Reading, it: Own) -> Iterator[Finding]:
    """Yield the rows of budgets and pods."""
    budgets, pods = it.inside(reading.budgets), it.inside(reading.pods)
    yield BUDGET.row("PodDisruptionBudgets", "none that lets no pod go").none(budgets, _blocking)
    yield OVERLAP.row("pods", "none of two").none(both(budgets, pods), lambda pair: _of_two(*pair))
    yield BARE.row("pods", "none without").none(pods, _bare)
    served = _served(plan)
    yield ONE_NODE.row("pods behind routes", "none on one alone").none(
        pods, lambda seen: _on_one(served, seen)
    )


def _served(plan: Plan) -> Sequence[Pods]:
    """Return Traefik's pods and those that it asks, each once."""
    asked = [
        flow.destination
        for layer in plan.layers
        for flow in layer.flows
        if flow.source == TRAEFIK and isinstance(flow.destination, Pods)
    ]
    by_name = {(each.namespace, each.name): each for each in (TRAEFIK, *asked)}
    return tuple(each for each in by_name.values() if each.labels and each.namespace != "kube-system")


def _blocking(budgets: Objects) -> Iterator[str]:
    for each in budgets:
        status = each.get("status") or {}
        if status.get("expectedPods", 0) > 0 and status.get("disruptionsAllowed", 0) == 0:
            told = f"{status.get('currentHealthy', 0)} ready, {status.get('desiredHealthy', 0)} needed"
            yield f"{_name(each)} ({told})"


def _of_two(budgets: Objects, pods: Objects) -> Iterator[str]:
    for pod in pods:
        meta = pod["metadata"]
        over = [
            each["metadata"]["name"]
            for each in budgets
            # A budget without a selector is over no pod, one with an empty selector over all.
            if each["metadata"]["namespace"] == meta["namespace"]
            and each["spec"].get("selector") is not None
            and selects(each["spec"]["selector"], meta.get("labels"))
        ]
        if len(over) > 1:
            yield f"{_name(pod)} of {' and '.join(over)}"


def _bare(pods: Objects) -> Iterator[str]:
    for pod in pods:
        meta = pod["metadata"]
        owned = any(each.get("controller") for each in meta.get("ownerReferences") or ())
        mirrors = _MIRROR in (meta.get("annotations") or {})
        if not (owned or mirrors or pod["status"]["phase"] in ("Succeeded", "Failed")):
            yield _name(pod)


def _on_one(served: Sequence[Pods], pods: Objects) -> Iterator[str]:
    for each in served:
        ready = [pod for pod in pods if _is_of(pod, each) and _is_ready(pod)]
        nodes = {pod["spec"]["nodeName"] for pod in ready}
        if len(nodes) < 2:
            yield f"{each.namespace}/{each.name} ({len(ready)} ready on {len(nodes)})"


def _is_of(pod: Object, peer: Pods) -> bool:
    meta = pod["metadata"]
    return meta["namespace"] == peer.namespace and peer.labels.items() <= (meta.get("labels") or {}).items()


def _is_ready(pod: Object) -> bool:
    if "deletionTimestamp" in pod["metadata"]:
        return False
    conditions = pod["status"].get("conditions") or ()
    return any((each["type"], each["status"]) == ("Ready", "True") for each in conditions)


def _name(each: Object) -> str:
    return f"{each['metadata']['namespace']}/{each['metadata']['name']}"
