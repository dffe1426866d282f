"""Replicas of Traefik that come and go under a steady stream of requests, with notice and without."""

import json
import time
from collections.abc import Generator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from lab.demo.deploy import declared
from network.config import StackConfig
from network.plan import ingress
from tests.lab.faults import cut_off, kill
from tests.lab.outside import Stream, Try
from tests.lab.patience import until
from tests.lab.traffic_lab import ZONE, TrafficLab

pytestmark = pytest.mark.lab

TRIAL = f"trial.{ZONE}"
TRAEFIK = "traefik/traefik"
NAMESPACE = "--namespace=traefik"
AUTOSCALER = ("hpa", "traefik", NAMESPACE)
LIGHT_LOAD_PERCENT = 8
"""Of the CPU that a replica requests: above what it takes at rest, and reached by what a test can ask for."""
SETTLING = 5.0
"""Seconds of a stream after what it is to outlive."""
LATE = 1.0
"""Seconds by which programs on a busy machine act later than they are due."""


@dataclass(frozen=True)
class Load:
    """Requests of every kind of client that go on while replicas come and go."""

    fresh: Stream
    """Each on a connection of its own."""
    kept: Stream
    """On connections that clients keep."""
    slow: Stream
    """Each takes seconds, so that there is always one on its way."""

    @property
    def lost(self) -> list[Try]:
        """Requests that failed their client: all but those that it may try again."""
        kept = [each for each in self.kept.failures if not each.raced]
        return [*self.fresh.failures, *kept, *self.slow.failures]

    def check(self) -> None:
        """Nothing was lost, of enough requests to tell."""
        assert self.lost == []
        assert min(len(each.tries) for each in (self.fresh, self.kept, self.slow)) > 10
        told = {name: len(stream.tries) for name, stream in vars(self).items()}
        print(f"requests: {told}; closed on a kept connection: {len(self.kept.failures)}; lost: 0")


@contextmanager
def load(traffic: TrafficLab) -> Generator[Load]:
    with (
        traffic.outside.stream(
            f"https://{TRIAL}/", rate=8, clients=2, keep_alive=False, source="203.0.113.61"
        ) as fresh,
        traffic.outside.stream(f"https://{TRIAL}/", rate=8, clients=4, source="203.0.113.62") as kept,
        traffic.outside.stream(
            f"https://{TRIAL}/?delay=3s", rate=1, clients=3, keep_alive=False, source="203.0.113.63"
        ) as slow,
    ):
        yield Load(fresh, kept, slow)


def nodes(traffic: TrafficLab, workload: str) -> set[str]:
    return {pod["spec"]["nodeName"] for pod in traffic.pods(workload).values()}


def roll(traffic: TrafficLab, workload: str) -> None:
    """A rolling restart, until no old pod is left."""
    old = set(traffic.pods(workload))
    deployment, namespace = traffic.target(workload).kubectl
    traffic.kubectl("rollout", "restart", deployment, namespace)
    traffic.kubectl("rollout", "status", deployment, namespace, "--timeout=300s")
    gone(traffic, workload, old)


def gone(traffic: TrafficLab, workload: str, pods: set[str]) -> None:
    """Wait until these pods have ended, also gracefully."""
    namespace = traffic.target(workload).kubectl[1]
    names = (f"pod/{each}" for each in pods)
    traffic.kubectl("wait", *names, namespace, "--for=delete", "--timeout=300s")


def serving(traffic: TrafficLab) -> set[str]:
    """Addresses of the replicas of Traefik that the load balancer leads connections to."""
    answers = (traffic.outside.get(f"https://{TRIAL}/", source="203.0.113.64") for _ in range(12))
    return {each.json()["peer"].rpartition(":")[0] for each in answers if each.status_code == 200}


def all_serve(traffic: TrafficLab) -> bool:
    pods = traffic.pods(TRAEFIK).values()
    return len(pods) == 2 and serving(traffic) == {pod["status"].get("podIP") for pod in pods}


@pytest.fixture(autouse=True)
def spread(traffic: TrafficLab) -> None:
    """As after an `up`: on each of the two nodes a replica of Traefik, which serves, and a pod of each
    backend."""
    for workload in (TRAEFIK, "trial/web", "trial/watched"):
        if len(nodes(traffic, workload)) < 2:
            roll(traffic, workload)
    until(lambda: all_serve(traffic))


def test_a_rolling_restart_of_traefik_loses_no_request(traffic: TrafficLab) -> None:
    before = set(traffic.pods(TRAEFIK))
    with load(traffic) as requests:
        roll(traffic, TRAEFIK)
        until(lambda: all_serve(traffic))
    assert before.isdisjoint(traffic.pods(TRAEFIK))
    requests.check()


def test_an_application_comes_and_goes_without_a_lost_request(traffic: TrafficLab) -> None:
    """Traefik reads the namespaces alone that it is told of, so each of both is a rollout of it."""

    def add(content: dict[str, Any]) -> None:
        workload = {"labels": {"app.kubernetes.io/name": "guest"}, "ports": {"http": {"port": 8080}}}
        route = {"host": f"guest.{ZONE}", "workload": "web", "port": "http"}
        content["network:applications"]["guest"] = {
            "workloads": {"web": workload},
            "routes": {"web": route},
        }

    before = set(traffic.pods(TRAEFIK))
    with load(traffic) as requests:
        with traffic.changed(add):
            # The former pods, which drain before they end, are asked as long as their node seems well.
            until(lambda: before.isdisjoint(traffic.pods(TRAEFIK)) and all_serve(traffic))
            # Its route is known, and has no pods yet.
            assert traffic.outside.get(f"https://guest.{ZONE}/").status_code == 503
        until(lambda: all_serve(traffic))
    requests.check()


@contextmanager
def autoscaled(traffic: TrafficLab, **changes: Any) -> Generator[None]:
    """The autoscaler's settings are others within the block."""
    now = autoscaler(traffic)["spec"]

    def patch(settings: dict[str, Any]) -> None:
        spec = json.dumps({"spec": settings})
        traffic.kubectl("patch", *AUTOSCALER, "--type=merge", f"--patch={spec}")

    patch(changes)
    try:
        yield
    finally:
        patch({key: now.get(key) for key in changes})


def autoscaler(traffic: TrafficLab) -> dict[str, Any]:
    return json.loads(traffic.kubectl("get", *AUTOSCALER, "--output=json"))


def scaled_to(traffic: TrafficLab, replicas: int) -> AbstractContextManager[None]:
    """The autoscaler wants so many replicas within the block."""
    return autoscaled(traffic, minReplicas=replicas, maxReplicas=replicas)


def test_traefik_grows_with_its_load_and_shrinks_after_it(traffic: TrafficLab) -> None:
    def utilization() -> int | None:
        metrics = autoscaler(traffic)["status"].get("currentMetrics") or [{}]
        return metrics[0].get("resource", {}).get("current", {}).get("averageUtilization")

    until(lambda: utilization() is not None, "metrics-server tells of Traefik's replicas")
    cpu = {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": LIGHT_LOAD_PERCENT}}
    metrics = [{"type": "Resource", "resource": cpu}]
    # At once, not after five minutes of calm.
    behavior = {"scaleDown": {"stabilizationWindowSeconds": 0}}
    with autoscaled(traffic, maxReplicas=3, metrics=metrics, behavior=behavior):
        heavy = traffic.outside.stream(f"https://{TRIAL}/", rate=80, clients=8, keep_alive=False)
        with heavy:
            until(lambda: len(traffic.pods(TRAEFIK)) == 3, "a replica is added", seconds=240)
        until(lambda: len(traffic.pods(TRAEFIK)) == 2, "it is taken away again", seconds=300)
    until(lambda: all_serve(traffic))


def test_fewer_replicas_of_traefik_and_more_lose_no_request(traffic: TrafficLab) -> None:
    before = set(traffic.pods(TRAEFIK))
    with load(traffic) as requests:
        with scaled_to(traffic, 1):
            until(lambda: len(traffic.pods(TRAEFIK)) == 1)
            gone(traffic, TRAEFIK, before - set(traffic.pods(TRAEFIK)))
        until(lambda: all_serve(traffic))
    requests.check()


@contextmanager
def drained(traffic: TrafficLab, node: str) -> Generator[None]:
    """A node is emptied as before its upgrade, and used again after the block."""
    try:
        traffic.kubectl(
            "drain", node, "--ignore-daemonsets", "--delete-emptydir-data", "--force", "--timeout=300s"
        )
        yield
    finally:
        traffic.kubectl("uncordon", node)


def test_a_node_that_is_drained_loses_no_request(traffic: TrafficLab) -> None:
    pods = traffic.pods(TRAEFIK)
    name, pod = next(iter(pods.items()))
    with load(traffic) as requests, drained(traffic, pod["spec"]["nodeName"]):
        gone(traffic, TRAEFIK, {name})
        assert pod["spec"]["nodeName"] not in nodes(traffic, TRAEFIK)
        until(lambda: all_serve(traffic))
    requests.check()


@pytest.fixture
def stack(traffic: TrafficLab) -> StackConfig:
    return declared(traffic.engine)


@pytest.fixture
def bound(stack: StackConfig) -> int:
    """Seconds after which the load balancer sends nothing to a replica that has ended, as planned."""
    return ingress.build(stack).node_loss_seconds


def last_hurt(what: str, bound: int, since: float, stream: Stream, patience: float = 10.0) -> float:
    """Seconds from `since` to the beginning of the last request that failed, or waited for longer than
    `patience`; 0 without any. Printed beside the bound."""
    waited = [each for each in stream.tries if each.seconds >= patience]
    last = max((each.at - since for each in (*stream.failures, *waited)), default=0.0)
    print(
        f"{what}: of {len(stream.tries)} requests {len(stream.failures)} failed, {len(waited)} waited for "
        f"{patience:g} s or longer, the longest for {stream.quantile(1):.1f} s; the last of these began "
        f"after {last:.1f} s; bound {bound} s"
    )
    return last


def test_failures_after_a_killed_replica_end_within_the_bound(traffic: TrafficLab, bound: int) -> None:
    name, pod = next(iter(traffic.pods(TRAEFIK).items()))

    def restarts() -> tuple[int, bool]:
        (status,) = traffic.pods(TRAEFIK)[name]["status"]["containerStatuses"]
        return status["restartCount"], status["ready"]

    before, _ = restarts()
    with load(traffic) as requests:
        until(lambda: len(requests.fresh.tries) > 5)
        killed = time.monotonic()
        kill(pod, "traefik")
        until(lambda: restarts() > (before, True), seconds=300)
        until(lambda: time.monotonic() > killed + bound + SETTLING)
    for name, stream in vars(requests).items():
        assert last_hurt(f"a killed replica, {name} connections", bound, killed, stream) <= bound + LATE


def test_failures_after_a_lost_node_end_within_the_bound_and_it_comes_back(
    traffic: TrafficLab, stack: StackConfig, bound: int
) -> None:
    node = next(iter(traffic.pods(TRAEFIK).values()))["spec"]["nodeName"]
    log = traffic.platform.folder / "logs" / "haproxy.log"
    heard = log.stat().st_size

    def is_down() -> bool:
        """Whether the load balancer has said since then that the node is down, for both of its ports."""
        lines = log.read_bytes()[heard:].decode().splitlines()
        return len([each for each in lines if each.startswith("Server ") and f"/{node} is DOWN" in each]) >= 2

    with (
        # Answered by Traefik itself, and by a backend that has a pod on the lost node.
        traffic.outside.stream(
            f"http://{TRIAL}/", rate=8, clients=8, keep_alive=False, source="203.0.113.65"
        ) as redirects,
        traffic.outside.stream(
            f"https://{TRIAL}/sturdy", rate=8, clients=8, keep_alive=False, source="203.0.113.66"
        ) as sturdy,
    ):
        until(lambda: min(len(redirects.tries), len(sturdy.tries)) > 10)
        with cut_off(traffic, node):
            cut = time.monotonic()
            until(is_down, pause=0.1)
            print(f"a lost node: noticed after {time.monotonic() - cut:.1f} s; bound {bound} s")
            until(lambda: time.monotonic() > cut + bound + SETTLING)
    # Whom the load balancer led to the lost node first waited for a connection until it tried the other.
    patience = stack.ingress.load_balancer.health_check.response_timeout_seconds
    assert 0 < last_hurt("a lost node, redirects", bound, cut, redirects, patience) <= bound + LATE
    assert last_hurt("a lost node, sturdy backend", bound, cut, sturdy) <= bound + LATE
    traffic.kubectl("wait", f"node/{node}", "--for=condition=Ready", "--timeout=180s")
    until(lambda: all_serve(traffic), seconds=300)
