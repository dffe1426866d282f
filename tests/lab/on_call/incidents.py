"""What goes wrong for real, and which alerts follow from it."""

import json
import os
import signal
import threading
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from network.config.platform import CERT_MANAGER, METRICS_SERVER, MONITORING, TRAEFIK
from network.plan.model.monitoring import API_VERSION
from network.plan.observability.pods import PROMETHEUS_PORT
from tests.lab.on_call import certificates
from tests.lab.on_call.by_hand import deleted, have_files_read, made, scaled_to_nothing
from tests.lab.on_call.hurry import SCRAPES, seconds
from tests.lab.running_lab import RunningLab
from tests.lab.traffic_lab import ZONE

SHOP, ARCHIVE = f"https://shop.{ZONE}/", f"https://archive.{ZONE}/"
"""Both promise 99.9 %, one of answers, one of fast ones."""

HOURLY = 1800
"""Requests to each of them in an hour. As many come before their incidents, at once: a budget must then burn
for as long as after an hour of this traffic."""
PER_SECOND = HOURLY / 3600

Labels = Mapping[str, str]


@dataclass(frozen=True)
class Incident:
    """One thing that somebody or something does, and what whoever is on call hears of it."""

    cause: str
    """As the table has it."""
    alerts: Mapping[str, Labels]
    """By name, with labels that say what is hurt."""
    happens: Callable[[RunningLab], AbstractContextManager[None]]
    """Lasts as long as the block."""
    lag: float = 0
    """Seconds from the cause on until Kubernetes' own controllers have an effect to be measured."""
    held_back: Mapping[str, Labels] = field(default_factory=dict[str, Labels])
    """Alerts that follow too, and of which nobody is told."""
    target: float | None = None
    """Percentage that is promised, where a budget burns."""
    after: Callable[[RunningLab], AbstractContextManager[None]] = lambda _: nullcontext()
    """What goes on once it is over."""


# Requests


@contextmanager
def visitors(lab: RunningLab, url: str, least: int = 0) -> Generator[None]:
    """Many people ask for a page; the block begins when they have done so `least` times."""
    with ExitStack() as streams:
        found = [
            streams.enter_context(lab.outside.stream(url, rate=90, clients=2, source=f"203.0.113.{host}"))
            for host in range(201, 205)
        ]
        while sum(len(each.tries) for each in found) < least:
            time.sleep(0.2)
        yield


def refusals(lab: RunningLab) -> None:
    """Clients are refused in every way that panels tell apart, for long enough to have a rate."""
    asked = [f"{SHOP}?status={status}" for status in (401, 403, 404, 429)]
    with ExitStack() as streams:
        for url in (*asked, f"https://nobody.{ZONE}/"):
            streams.enter_context(lab.outside.stream(url, rate=2, clients=1, source="203.0.113.214"))
        time.sleep(4 * seconds(SCRAPES))


@contextmanager
def _failing(lab: RunningLab) -> Generator[None]:
    with (
        lab.mode("shop/web", status=500),
        lab.mode("shop/web-canary", status=500),
        lab.outside.stream(SHOP, rate=PER_SECOND, clients=1, source="203.0.113.211"),
    ):
        yield


@contextmanager
def _slow(lab: RunningLab) -> Generator[None]:
    with (
        lab.mode("archive/web", delay="1500ms"),
        lab.outside.stream(ARCHIVE, rate=PER_SECOND, clients=1, source="203.0.113.212"),
    ):
        yield


@contextmanager
def _failing_at_times(lab: RunningLab) -> Generator[None]:
    """Counted for no promise: that of the archive is of its speed."""
    url = f"{ARCHIVE}?status=500&delay=1ms"
    with lab.outside.stream(url, rate=2, clients=2, source="203.0.113.213"):
        yield


# Workloads


def _another(lab: RunningLab, name: str, container: Mapping[str, Any]) -> dict[str, Any]:
    """A Deployment beside the shop's, whose pods no Service leads to."""
    there = json.loads(lab.kubectl("get", "deployment/web", "--namespace=shop", "--output=json"))
    labels = {"app.kubernetes.io/name": name}
    template = there["spec"]["template"]
    (only,) = template["spec"]["containers"]
    pod = {
        key: template["spec"][key]
        for key in ("automountServiceAccountToken", "enableServiceLinks", "securityContext")
    }
    own = {key: only[key] for key in ("name", "image", "env", "resources", "securityContext")}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name, "namespace": "shop"},
        "spec": {
            "selector": {"matchLabels": labels},
            "template": {
                "metadata": {"labels": labels},
                "spec": {**pod, "terminationGracePeriodSeconds": 1, "containers": [{**own, **container}]},
            },
        },
    }


@contextmanager
def _crashing(lab: RunningLab) -> Generator[None]:
    with made(lab, _another(lab, "crashing", {"args": ["no-such-command"]})):
        yield


@contextmanager
def _greedy(lab: RunningLab) -> Generator[None]:
    """Asks for most of the quota, and fits no node. In the lab each node has the machine's memory."""
    bounds = {"cpu": "10m", "memory": "7600Mi"}
    deployment = _another(lab, "greedy", {"resources": {"requests": bounds, "limits": bounds}})
    deployment["spec"]["template"]["spec"]["nodeSelector"] = {"kubernetes.io/hostname": "larger"}
    with made(lab, deployment):
        yield


@contextmanager
def _crowded(lab: RunningLab) -> Generator[None]:
    autoscaler = {
        "apiVersion": "autoscaling/v2",
        "kind": "HorizontalPodAutoscaler",
        "metadata": {"name": "crowded", "namespace": "shop"},
        "spec": {
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "crowded"},
            "minReplicas": 1,
            "maxReplicas": 2,
            "metrics": [
                {
                    "type": "Resource",
                    "resource": {"name": "memory", "target": {"type": "AverageValue", "averageValue": "1Mi"}},
                }
            ],
        },
    }
    with made(lab, _another(lab, "crowded", {}), autoscaler):
        yield


# Connections


@contextmanager
def _undeclared(lab: RunningLab) -> Generator[None]:
    """A pod of the shop asks Prometheus again and again."""
    ended = threading.Event()
    url = f"http://{MONITORING}-prometheus.{MONITORING}:{PROMETHEUS_PORT}/"
    asked = ("exec", "deployment/web", "--namespace=shop", "--", "demo", "get", "-t", "4s", url)

    def ask() -> None:
        while not ended.is_set():
            lab.kubectl(*asked, status=None)

    asking = [threading.Thread(target=ask) for _ in range(2)]
    for each in asking:
        each.start()
    try:
        yield
    finally:
        ended.set()
        for each in asking:
            each.join()


@contextmanager
def _denied(lab: RunningLab, namespace: str, *sources: Mapping[str, Any]) -> Generator[None]:
    """Somebody's own policy denies what the platform's allow."""
    policy = {
        "apiVersion": "cilium.io/v2",
        "kind": "CiliumNetworkPolicy",
        "metadata": {"name": "somebody-s-own", "namespace": namespace},
        "spec": {"endpointSelector": {}, "ingressDeny": list(sources)},
    }
    with made(lab, policy):
        yield


_NAMESPACE = "k8s:io.kubernetes.pod.namespace"
_WATCHERS = {"fromEndpoints": [{"matchLabels": {_NAMESPACE: MONITORING}}]}
_EVERY_POD = {"fromEndpoints": [{"matchExpressions": [{"key": _NAMESPACE, "operator": "Exists"}]}]}
_INTERNET = {"fromEntities": ["world"]}


# What watches


@contextmanager
def _senseless_rule(lab: RunningLab) -> Generator[None]:
    """Well formed, and of several series on both sides: the operator takes it, Prometheus cannot."""
    rule = {"record": "senseless", "expr": "up * on () up"}
    content = {
        "apiVersion": API_VERSION,
        "kind": "PrometheusRule",
        "metadata": {"name": "senseless", "namespace": MONITORING},
        "spec": {"groups": [{"name": "senseless", "rules": [rule]}]},
    }
    with made(lab, content):
        _taken_up(lab)
        yield
    _taken_up(lab)


def _taken_up(lab: RunningLab) -> None:
    time.sleep(3)  # until the operator has written the file
    have_files_read(lab)


# Nodes


@contextmanager
def _hung(lab: RunningLab, node: str) -> Generator[None]:
    """A node's kubelet stands still; its pods go on."""
    (process,) = (
        int(each.parent.name)
        for each in Path("/proc").glob("[0-9]*/cmdline")
        if _is_kubelet(each, node, str(lab.platform.folder))
    )
    os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(process, signal.SIGCONT)


def _is_kubelet(command: Path, node: str, folder: str) -> bool:
    try:
        arguments = command.read_bytes().decode().split("\0")
    except OSError:  # it has ended meanwhile
        return False
    return f"--hostname-override={node}" in arguments and any(folder in each for each in arguments)


def ordinary() -> tuple[Incident, ...]:
    """Those that may happen at one time: of none of their alerts another one holds back the telling."""
    return (
        Incident(
            "every pod of the shop answers 500",
            {
                "AvailabilityBudgetBurnsFast": {"sloth_service": "shop", "subject": f"shop.{ZONE}"},
                "ProbeFailing": {"namespace": "shop", "application": "shop"},
            },
            _failing,
            target=99.9,
            after=partial(visitors, url=SHOP),
        ),
        Incident(
            "every pod of the archive answers after 1.5 s",
            {
                "LatencyBudgetBurnsFast": {"sloth_service": "archive", "subject": f"archive.{ZONE}"},
                "RouteSlow": {"route": "archive/web", "application": "archive"},
            },
            _slow,
            target=99.9,
            after=partial(visitors, url=ARCHIVE),
        ),
        Incident(
            "two requests a second to the archive are answered 500",
            {
                "RouteErrorRate": {"route": "archive/web", "application": "archive"},
                "IngressErrorRate": {"entrypoint": "websecure"},
            },
            _failing_at_times,
        ),
        Incident(
            "Deployment api at 0",
            {"BackendGone": {"namespace": "api", "workload": "api", "application": "api"}},
            partial(scaled_to_nothing, namespace="api", deployment="api"),
            held_back={"RouteErrorRate": {"application": "api"}},
        ),
        Incident("a pod of the shop asks Prometheus", {"PolicyDrops": {"direction": "EGRESS"}}, _undeclared),
        Incident(
            "a policy denies scrapes of metrics-server",
            {"TargetDown": {"job": "metrics-server"}},
            lambda lab: _denied(lab, METRICS_SERVER, _WATCHERS),
        ),
        Incident(
            "cert-manager's cainjector at 0",
            {"TargetMissing": {"job": "cert-manager-cainjector"}},
            partial(scaled_to_nothing, namespace=CERT_MANAGER, deployment=f"{CERT_MANAGER}-cainjector"),
        ),
        Incident(
            "a pod ends at once, again and again",
            {"PodCrashing": {"namespace": "shop", "container": "web"}},
            _crashing,
            lag=30,
        ),
        Incident(
            "a pod asks for most of the quota, and fits no node",
            {
                "ReplicasMissing": {"namespace": "shop", "workload": "greedy"},
                "QuotaNearlyFull": {
                    "namespace": "shop",
                    "resource": "requests.memory",
                    "application": "shop",
                },
            },
            _greedy,
        ),
        Incident(
            "more load than two replicas are for",
            {"AutoscalerAtMaximum": {"namespace": "shop", "horizontalpodautoscaler": "crowded"}},
            _crowded,
            lag=60,
        ),
        Incident(
            "the authority refuses six certificates",
            {
                "IssuanceFailing": {"status": "400"},
                "CertificateNotReady": {"namespace": "shop", "name": "refused-1"},
            },
            certificates.refused,
            lag=15,
        ),
        Incident(
            "a certificate is near its end, and is not renewed",
            {"CertificateNearExpiry": {"namespace": "shop", "name": "near-its-end"}},
            certificates.near_its_end,
        ),
        Incident(
            "an issuer's key is gone",
            {"IssuerNotReady": {"namespace": "shop", "name": "keyless"}},
            certificates.keyless_issuer,
        ),
        Incident(
            "somebody deletes the wildcard certificate",
            {"CertificateMissing": {"namespace": TRAEFIK, "name": "wildcard"}},
            partial(deleted, kind="certificate", name="wildcard", namespace=TRAEFIK),
        ),
        Incident(
            "a rule that cannot be evaluated",
            {"RuleEvaluationFailing": {}},
            _senseless_rule,
        ),
    )


def grave(lab: RunningLab) -> tuple[Incident, ...]:
    """Those from which so much follows that most of it is held back."""
    told_from = lab.kubectl(
        *("get", "pods", f"--namespace={MONITORING}", "--selector=app.kubernetes.io/name=alertmanager"),
        "--output=jsonpath={.items[*].spec.nodeName}",
    )
    nodes = lab.kubectl("get", "nodes", "--output=jsonpath={.items[*].metadata.name}").split()
    node = next(each for each in nodes if each not in told_from.split())
    return (
        Incident(
            "a policy denies everybody Traefik",
            {"IngressDown": {}},
            lambda lab: _denied(lab, TRAEFIK, _EVERY_POD, _INTERNET),
            held_back={"ProbeFailing": {}, "TargetDown": {"job": TRAEFIK}},
        ),
        Incident(
            f"the kubelet of {node} hangs",
            {"NodeDown": {"node": node}},
            partial(_hung, node=node),
            lag=50,
            held_back={"TargetDown": {"job": "kubelet", "node": node}},
        ),
    )


def names_cut() -> Incident:
    """By which Alertmanager itself finds whom it tells."""
    return Incident(
        "CoreDNS at 0",
        {"ClusterDnsDown": {}},
        partial(scaled_to_nothing, namespace="kube-system", deployment="coredns"),
        lag=10,
    )
