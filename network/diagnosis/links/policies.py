"""Policies: whether the live ones are those of the plan, and whether the plan lets a connection through."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from network.diagnosis.compared import difference
from network.diagnosis.facts import Facts, Object
from network.diagnosis.walk import Link, Outcome


@dataclass(frozen=True)
class Planned:
    """Policies of the plan."""

    kinds: Sequence[str]
    """That the cluster knows."""
    of: Mapping[str, Sequence[Object]]
    """By namespace."""


@dataclass(frozen=True)
class Verdict:
    """What the plan says of a connection."""

    allowed: bool
    reasons: tuple[str, ...] = ()


def in_force(code: str, namespace: str, planned: Planned) -> Link:
    """Return the link of a namespace's policies."""

    def judge(facts: Facts) -> Outcome:
        return _changed(facts, namespace, planned) or _unchanged(planned.of[namespace], namespace)

    told = f"the {len(planned.of[namespace])} policies of the plan, and no other"
    return Link(code, f"namespace {namespace}", told, judge)


def between(
    source: str,
    destination: str,
    ports: str,
    namespaces: Sequence[str],
    planned: Planned,
    verdict: Callable[[], Verdict],
    declared: str,
) -> Link:
    """Return the link of the policies between two peers; those of the named namespaces decide."""

    def judge(facts: Facts) -> Outcome:
        by_plan = verdict()
        question = f"network reachability --from {source} --to {destination}"
        if not by_plan.allowed:
            why = "; ".join(by_plan.reasons) or "no flow declares it"
            return Outcome(f"the plan cuts it: {why}", question, "network undeclared --live --stack <stack>")
        for namespace in namespaces:
            if changed := _changed(facts, namespace, planned):
                return changed
        return Outcome("allowed, and every policy is as planned", question)

    return Link("policy", f"{source} to {destination}", f"may connect on {ports}", judge, declared)


def _unchanged(planned: Sequence[Object], namespace: str) -> Outcome:
    return Outcome(f"{len(planned)} as planned", f"kubectl get netpol,cnp -n {namespace}")


def _changed(facts: Facts, namespace: str, planned: Planned) -> Outcome | None:
    """Return what of a namespace's policies is not as planned; nothing where the stack does not have it."""
    if namespace not in planned.of:
        return None
    wanted = planned.of[namespace]
    source, cure = f"kubectl get netpol,cnp -n {namespace}", "pulumi up --refresh"
    for policy in wanted:
        if wrong := difference(facts.objects, policy, exact=True):
            return Outcome(f"{wrong} (namespace {namespace})", source, cure)
    known = {(each["kind"], each["metadata"]["name"]) for each in wanted}
    for kind in planned.kinds:
        for live in facts.objects.list(kind, namespace):
            name = live["metadata"]["name"]
            if (kind, name) not in known:
                command = f"kubectl get {kind.lower()} -n {namespace} {name} -o yaml"
                return Outcome(f"{kind} {name} of namespace {namespace} is not the plan's", source, command)
    return None
