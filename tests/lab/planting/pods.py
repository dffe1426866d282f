"""Pods that fail, hang, are refused or are gone for a while, and how long to wait until that is so."""

import base64
import json
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any

from tests.lab.faults import hanging, stopped
from tests.lab.patience import until
from tests.lab.planting.objects import Plant, patched, shown
from tests.lab.traffic_lab import TrafficLab

Pods = list[dict[str, Any]]


def rolled(deployment: str, namespace: str, change: Any, *words: str) -> Plant:
    """A Deployment is rolled to pods that never come up: beside those that it has, one tells any of
    `words`."""

    @contextmanager
    def planted(traffic: TrafficLab) -> Generator[None]:
        with patched("deployment", deployment, namespace, change, as_json=True)(traffic):
            until(lambda: any(word in _told(traffic, namespace) for word in words), f"a pod tells {words}")
            yield

    return planted


def container(key: str, value: Any) -> list[dict[str, Any]]:
    """The change of a Deployment whose first container has another value of a key."""
    return [{"op": "add", "path": f"/spec/template/spec/containers/0/{key}", "value": value}]


def of_pod(key: str, value: Any) -> list[dict[str, Any]]:
    """The change of a Deployment whose pods have another value of a key."""
    return [{"op": "add", "path": f"/spec/template/spec/{key}", "value": value}]


def _told(traffic: TrafficLab, namespace: str) -> str:
    """What the pods of a namespace tell of themselves."""
    found = json.loads(traffic.kubectl("get", "pods", f"--namespace={namespace}", "--output=json"))["items"]
    return json.dumps([pod["status"] for pod in found if "deletionTimestamp" not in pod["metadata"]])


def scaled_to_0(deployment: str, namespace: str) -> Plant:
    """A Deployment has no pod any more."""

    @contextmanager
    def planted(traffic: TrafficLab) -> Generator[None]:
        where = (f"deployment/{deployment}", f"--namespace={namespace}")
        before = shown(traffic, where)
        traffic.kubectl("scale", *where, "--replicas=0")
        try:
            labels = before["spec"]["selector"]["matchLabels"]
            until(lambda: not _alive(traffic, namespace, labels), f"{deployment} has no pod")
            yield
        finally:
            traffic.kubectl("scale", *where, f"--replicas={before['spec']['replicas']}")

    return planted


def _alive(traffic: TrafficLab, namespace: str, labels: dict[str, str]) -> Pods:
    """The pods with some labels that are not ending."""
    selector = ",".join(f"{key}={value}" for key, value in labels.items())
    where = ("pods", f"--namespace={namespace}", f"--selector={selector}")
    found: Pods = json.loads(traffic.kubectl("get", *where, "--output=json"))["items"]
    return [pod for pod in found if "deletionTimestamp" not in pod["metadata"]]


def _is_ready(pod: dict[str, Any]) -> bool:
    return any(
        each["type"] == "Ready" and each["status"] == "True" for each in pod["status"].get("conditions", ())
    )


def behaving(workload: str, **settings: object) -> Plant:
    """The pods of a workload behave otherwise: `status=503`, `reset=1`, `delay="20s"`."""

    @contextmanager
    def planted(traffic: TrafficLab) -> Generator[None]:
        with traffic.mode(workload, **settings):
            yield

    return planted


@contextmanager
def nobody_is_ready(traffic: TrafficLab) -> Generator[None]:
    """The pods of site/pages run, and none passes its readiness probe."""
    with traffic.mode("site/pages", ready="false"):
        until(lambda: not any(map(_is_ready, traffic.pods("site/pages").values())), "none is Ready")
        yield


@contextmanager
def a_full_quota(traffic: TrafficLab) -> Generator[None]:
    """The namespace of site/pages may have no further pod, and its pods are gone."""
    full = {"spec": {"hard": {"pods": "0"}}}
    labels = {"app.kubernetes.io/name": "site-pages"}
    with patched("resourcequota", "quota", "site", full)(traffic):
        where = ("--namespace=site", "--selector=app.kubernetes.io/name=site-pages")
        traffic.kubectl("delete", "pods", *where, "--grace-period=0", "--force")
        deployment = ("get", "deployment", "pages", "--namespace=site", "--output=json")
        until(lambda: not _alive(traffic, "site", labels), "they are gone")
        until(lambda: "exceeded quota" in traffic.kubectl(*deployment), "the Deployment tells why")
        yield


@contextmanager
def no_room_for_traefik(traffic: TrafficLab) -> Generator[None]:
    """No node takes pods, and one of Traefik's is gone."""
    nodes = traffic.kubectl("get", "nodes", "--output=name").split()
    traffic.kubectl("cordon", *nodes)
    try:
        pod = next(iter(traffic.pods("traefik/traefik")))
        traffic.kubectl("delete", "pod", pod, "--namespace=traefik", "--grace-period=0", "--force")
        until(lambda: "Unschedulable" in _told(traffic, "traefik"), "no node takes the next one")
        yield
    finally:
        traffic.kubectl("uncordon", *nodes)


@contextmanager
def a_replica_of_traefik_hangs(traffic: TrafficLab) -> Generator[None]:
    """One of Traefik's processes does nothing any more, and the kubelet has found that out."""
    pod = next(iter(traffic.pods("traefik/traefik").values()))
    name = pod["metadata"]["name"]
    with hanging(pod, "traefik"):
        until(lambda: not _is_ready(traffic.pods("traefik/traefik")[name]), "it is not Ready any more")
        yield


@contextmanager
def a_container_out_of_memory(traffic: TrafficLab) -> Generator[None]:
    """The Redis of `limited` is killed for memory, and starts again; afterwards it is another pod."""
    (pod,) = traffic.pods("limited/redis")
    namespace = "--namespace=limited"
    secret = shown(traffic, ("secret", "lab-redis", namespace))
    password = base64.b64decode(secret["data"]["password"]).decode()
    filled = ("redis-cli", "-a", password, "SETRANGE", "filled", "400000000", "x")
    traffic.kubectl("exec", pod, namespace, "--", *filled, status=None)
    try:
        until(lambda: _was_killed(traffic.pods("limited/redis")[pod]), "it is killed, and starts again")
        yield
    finally:
        traffic.kubectl("delete", "pod", pod, namespace, "--wait=false")


def _was_killed(pod: dict[str, Any]) -> bool:
    return any(
        (each["lastState"].get("terminated") or {}).get("reason") == "OOMKilled"
        for each in pod["status"]["containerStatuses"]
    )


def controllers_hang(then: Callable[[TrafficLab], None]) -> Plant:
    """Kubernetes' own controllers do nothing, and something happens that they would have to follow."""

    @contextmanager
    def planted(traffic: TrafficLab) -> Generator[None]:
        with stopped(traffic.platform.processes("kube-controller-manager")):
            then(traffic)
            yield

    return planted


def without_endpoints(traffic: TrafficLab) -> None:
    """Somebody deletes the EndpointSlices of site/pages."""
    where = ("--namespace=site", "--selector=kubernetes.io/service-name=pages")
    traffic.kubectl("delete", "endpointslices", *where)


@contextmanager
def a_strange_believer(traffic: TrafficLab) -> Generator[None]:
    """Traefik believes PROXY headers of another range than the load balancer's; all of its pods are new."""
    deployment = shown(traffic, ("deployment", "traefik", "--namespace=traefik"))
    (container_,) = deployment["spec"]["template"]["spec"]["containers"]
    args = [
        f"{option}=192.0.2.0/24" if option.lower().endswith("proxyprotocol.trustedips") else each
        for each in container_["args"]
        for option in [each.partition("=")[0]]
    ]
    assert args != container_["args"]
    rollout = ("rollout", "status", "deployment/traefik", "--namespace=traefik", "--timeout=300s")
    with patched("deployment", "traefik", "traefik", container("args", args), as_json=True)(traffic):
        traffic.kubectl(*rollout)
        yield
    traffic.kubectl(*rollout)
