"""Pods: whether enough of a workload run and none fails, and if not, why not."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from network.diagnosis.facts import Facts, Object
from network.diagnosis.walk import Link, Outcome

MAKERS = ("Deployment", "StatefulSet", "DaemonSet")
_STARTING = ("ContainerCreating", "PodInitializing")
"""Reasons to wait that pass by themselves."""
_RECENT = timedelta(hours=1)


def running(
    code: str, subject: str, namespace: str, labels: Mapping[str, str], declared: str, least: int = 1
) -> Link:
    """Return the link of a workload's pods: so many at least are Ready, and none fails."""

    def judge(facts: Facts) -> Outcome:
        pods = facts.objects.pods(namespace, labels)
        selector = ",".join(f"{key}={value}" for key, value in sorted(labels.items()))
        source = f"kubectl get pods -n {namespace} -l {selector}"
        ready = [pod for pod in pods if is_ready(pod)]
        for pod in pods:
            if trouble := failing(pod):
                name = pod["metadata"]["name"]
                log = trouble.split(" ")[0] == "CrashLoopBackOff"
                command = (
                    f"kubectl logs -n {namespace} {name} --previous" if log else describe(namespace, name)
                )
                return Outcome(f"{name}: {trouble}", source, command)
        if len(ready) >= least:
            return Outcome(f"{len(ready)} of {len(pods)} Ready", source)
        reasons = [*_of_makers(facts, namespace, labels), *map(_not_ready, pods)]
        why = f": {'; '.join(dict.fromkeys(reasons))}" if reasons else ", and nothing makes any"
        found = "there is no pod" if not pods else f"{len(ready)} of {len(pods)} Ready"
        command = (
            describe(namespace, pods[0]["metadata"]["name"])
            if pods
            else f"kubectl get deployments,statefulsets,replicasets,resourcequotas -n {namespace}"
        )
        return Outcome(found + why, source, command)

    planned = "a pod is Ready, and none fails" if least == 1 else f"{least} pods are Ready, and none fails"
    return Link(code, subject, planned, judge, declared)


def unkilled(subject: str, namespace: str, labels: Mapping[str, str], declared: str) -> Link:
    """Return the link of a workload's memory."""

    def judge(facts: Facts) -> Outcome:
        source = f"kubectl get pods -n {namespace} -o json"
        for pod in facts.objects.pods(namespace, labels):
            for container in pod.get("status", {}).get("containerStatuses", ()):
                ended = (container.get("lastState") or {}).get("terminated") or {}
                if ended.get("reason") == "OOMKilled" and _is_recent(ended.get("finishedAt"), facts.now):
                    name = pod["metadata"]["name"]
                    return Outcome(
                        f"{container['name']} of {name} was killed at {ended['finishedAt']}",
                        source,
                        f"kubectl top pods -n {namespace} --containers",
                    )
        return Outcome("none was", source)

    return Link("pod-memory", subject, "no container is killed for memory", judge, declared)


def _is_recent(at: str | None, now: datetime) -> bool:
    return at is not None and now - datetime.fromisoformat(at.replace("Z", "+00:00")) < _RECENT


def describe(namespace: str, pod: str) -> str:
    """Return the command that tells a pod's events."""
    return f"kubectl describe pod -n {namespace} {pod}"


def is_ready(pod: Object) -> bool:
    """Whether a pod is Ready."""
    conditions = pod.get("status", {}).get("conditions", ())
    return any(each["type"] == "Ready" and each["status"] == "True" for each in conditions)


def failing(pod: Object) -> str | None:
    """Return why a pod does not come up by itself, None if it may."""
    status = pod.get("status", {})
    for each in status.get("conditions", ()):
        if (
            each["type"] == "PodScheduled"
            and each["status"] == "False"
            and each.get("reason") == "Unschedulable"
        ):
            return f"Unschedulable ({each.get('message', '')})"
    for container in (*status.get("initContainerStatuses", ()), *status.get("containerStatuses", ())):
        waiting = (container.get("state") or {}).get("waiting") or {}
        if waiting.get("reason") and waiting["reason"] not in _STARTING:
            ended = (container.get("lastState") or {}).get("terminated") or {}
            last = f", last ended by {ended.get('reason')} {ended.get('exitCode')}" if ended else ""
            return f"{waiting['reason']} (container {container['name']}{last})"
    return None


def _not_ready(pod: Object) -> str:
    status = pod.get("status", {})
    for each in status.get("conditions", ()):
        if each["type"] == "Ready" and each["status"] != "True":
            return f"{pod['metadata']['name']} is not Ready ({each.get('reason') or status.get('phase')})"
    return f"{pod['metadata']['name']} is {status.get('phase', 'not begun')}"


def _of_makers(facts: Facts, namespace: str, labels: Mapping[str, str]) -> Iterator[str]:
    """Yield what those that make such pods tell."""
    for kind in MAKERS:
        for maker in facts.objects.list(kind, namespace):
            template = maker["spec"].get("template", {}).get("metadata", {}).get("labels", {})
            if not labels.items() <= template.items():
                continue
            name = f"{kind} {maker['metadata']['name']}"
            if maker["spec"].get("replicas", 1) == 0:
                yield f"{name} is scaled to 0"
            for each in maker.get("status", {}).get("conditions", ()):
                if each["type"] == "ReplicaFailure" and each["status"] == "True":
                    yield f"{name}: {each.get('message', each.get('reason', ''))}"
