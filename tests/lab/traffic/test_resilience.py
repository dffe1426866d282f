"""Backends that fail: circuits that open, requests that are tried again, spares, pods that are taken out."""

import json
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from typing import Any

import httpx
import pytest

from tests.lab.patience import until
from tests.lab.traffic_lab import ZONE, TrafficLab

pytestmark = pytest.mark.lab

TRIAL = f"https://trial.{ZONE}"
OPEN = 521
"""What the circuit breaker is told to answer while the circuit is open."""
ATTEMPTS = 4
"""Of the retry."""
IN_A_ROW = 20
"""Answers of one kind that no chance explains: of two pods in turn one fails."""
PACE = 1 / 50
"""Seconds from one request of a visitor to the next: half of the rate that the default chain lets pass, or
a machine that answers quickly enough meets 429 wherever it looks for long."""


class Visitor:
    """A client that keeps its connection, and with it its replica of Traefik."""

    def __init__(self, traffic: TrafficLab, source: str) -> None:
        self._outside = traffic.outside
        self._client = traffic.outside.client(source)
        self._due = time.monotonic()

    def ask(self, path: str, method: str = "GET") -> httpx.Response:
        time.sleep(max(0.0, self._due - time.monotonic()))
        self._due = time.monotonic() + PACE
        answer = self._outside.run(lambda: self._client.request(method, TRIAL + path))
        assert answer.status_code != 429
        return answer

    def ask_often(self, path: str, method: str = "GET") -> list[httpx.Response]:
        return [self.ask(path, method) for _ in range(IN_A_ROW)]


@pytest.fixture
def visitor(traffic: TrafficLab) -> Visitor:
    return Visitor(traffic, "203.0.113.51")


def statuses(answers: Sequence[httpx.Response]) -> set[int]:
    return {each.status_code for each in answers}


def workloads(answers: Sequence[httpx.Response]) -> set[str]:
    return {each.json()["workload"] for each in answers}


def seen(traffic: TrafficLab, workload: str, kind: str) -> int:
    """How often the pods of a workload saw a request such as `GET /path`."""
    return sum(each["kinds"].get(kind, 0) for each in traffic.counts(workload).values())


@contextmanager
def one_pod(traffic: TrafficLab, workload: str, setting: str, pod: str = "") -> Generator[str]:
    """One pod of a workload, `pod` or any, behaves so within the block; yields its name."""
    pod, namespace = pod or next(iter(traffic.pods(workload))), traffic.target(workload).kubectl[1]

    def mode(word: str) -> None:
        traffic.kubectl("exec", pod, namespace, "--", "demo", "mode", word)

    mode(setting)
    try:
        yield pod
    finally:
        mode("normal")


def test_a_circuit_opens_while_the_backend_fails_and_closes_once_it_answers_again(
    traffic: TrafficLab, visitor: Visitor
) -> None:
    turn = 0

    def is_open() -> bool:
        nonlocal turn
        turn += 1
        return statuses(visitor.ask_often(f"/guarded/{turn}")) == {OPEN}

    assert statuses(visitor.ask_often("/guarded")) == {200}
    with traffic.mode("trial/web", status=500):
        until(is_open, pause=0)
        assert seen(traffic, "trial/web", f"GET /guarded/{turn - 1}") > 0
        assert seen(traffic, "trial/web", f"GET /guarded/{turn}") == 0
        # Another route to the same pods has a circuit of its own: none.
        assert statuses(visitor.ask_often("/")) == {500}
    until(lambda: statuses(visitor.ask_often("/guarded")) == {200})


# HEAD is left out: its answers have no Content-Length (tests/contract/test_traefik.py).
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_a_listed_status_is_tried_again_where_repeating_does_no_harm(
    traffic: TrafficLab, visitor: Visitor, method: str
) -> None:
    traffic.begin_counting("trial/web")
    assert visitor.ask("/retried/listed?status=503", method).status_code == 503
    assert seen(traffic, "trial/web", f"{method} /retried/listed") == ATTEMPTS
    assert visitor.ask("/retried/unlisted?status=500", method).status_code == 500
    assert seen(traffic, "trial/web", f"{method} /retried/unlisted") == 1


@pytest.mark.parametrize("method", ["POST", "PATCH"])
@pytest.mark.parametrize(("failure", "status"), [("status=503", 503), ("reset=1", 502)])
def test_what_may_have_been_carried_out_is_not_sent_again(
    traffic: TrafficLab, visitor: Visitor, method: str, failure: str, status: int
) -> None:
    traffic.begin_counting("trial/web")
    assert visitor.ask(f"/retried/order?{failure}", method).status_code == status
    assert seen(traffic, "trial/web", f"{method} /retried/order") == 1


def test_a_connection_that_breaks_is_a_failed_answer_which_a_get_survives_nevertheless(
    traffic: TrafficLab, visitor: Visitor
) -> None:
    with one_pod(traffic, "trial/web", "reset=1") as broken:
        assert statuses(visitor.ask_often("/retried")) == {200}
        assert 502 in statuses(visitor.ask_often("/", "POST"))
        assert traffic.counts("trial/web")[broken]["requests"] > 0


@pytest.fixture
def deaf_pod(traffic: TrafficLab) -> Generator[None]:
    """A pod of trial/web that says it is ready and listens nowhere: connections to it fail."""
    target = traffic.target("trial/web")
    pod: dict[str, Any] = json.loads(traffic.kubectl("get", *target.kubectl, "--output=json"))["spec"][
        "template"
    ]
    (container,) = pod["spec"]["containers"]
    del container["readinessProbe"]
    container["env"] = [each for each in container["env"] if each["name"] != "DEMO_PORTS"]
    pod |= {"apiVersion": "v1", "kind": "Pod"}
    pod["metadata"] |= {"name": "deaf", "namespace": target.namespace}
    named = ("pod/deaf", target.kubectl[1])
    try:
        traffic.kubectl("apply", "--filename=-", text=json.dumps(pod))
        traffic.kubectl("wait", *named, "--for=condition=Ready", "--timeout=120s")
        yield
    finally:
        traffic.kubectl("delete", *named, "--ignore-not-found", "--grace-period=1")


@pytest.mark.usefixtures("deaf_pod")
def test_a_connection_that_fails_is_tried_elsewhere_whatever_the_method(
    traffic: TrafficLab, visitor: Visitor
) -> None:
    until(lambda: 502 in statuses(visitor.ask_often("/")))  # Traefik knows the pod
    traffic.begin_counting("trial/web")
    for method in ("GET", "POST"):
        assert statuses(visitor.ask_often("/retried/elsewhere", method)) == {200}
        assert seen(traffic, "trial/web", f"{method} /retried/elsewhere") == IN_A_ROW


@pytest.mark.parametrize("failure", [{"status": 502}, {"reset": 1}, {"ready": "false"}])
def test_a_spare_answers_while_a_workload_fails_or_has_no_ready_pod_and_no_longer(
    traffic: TrafficLab, visitor: Visitor, failure: dict[str, object]
) -> None:
    def answers_of(workload: str) -> bool:
        answers = visitor.ask_often("/failover")
        assert statuses(answers) == {200}
        return workloads(answers) == {workload}

    assert answers_of("trial/web")
    with traffic.mode("trial/web", **failure):
        until(lambda: answers_of("trial/spare"))
    until(lambda: answers_of("trial/web"))


def test_a_failover_repeats_requests_whatever_their_method(traffic: TrafficLab, visitor: Visitor) -> None:
    traffic.begin_counting("trial/web", "trial/spare")
    with traffic.mode("trial/web", status=503):
        answer = visitor.ask("/failover/order", "POST")
        assert (answer.status_code, answer.json()["workload"]) == (200, "trial/spare")
        assert seen(traffic, "trial/web", "POST /failover/order") == 1
        assert seen(traffic, "trial/spare", "POST /failover/order") == 1


def test_a_cookie_keeps_a_client_with_its_pod_over_connections_and_replicas(traffic: TrafficLab) -> None:
    def asked(cookie: str | None) -> httpx.Response:
        headers = {} if cookie is None else {"Cookie": cookie}
        answer = traffic.outside.get(f"{TRIAL}/sessions", headers=headers)
        assert answer.status_code == 200
        return answer

    pods: set[str] = set()
    for _ in range(IN_A_ROW):
        first = asked(None)
        value, *attributes = first.headers["set-cookie"].split("; ")
        assert value.startswith("trial-pod=")
        assert {"Secure", "HttpOnly", "SameSite=Lax"} <= set(attributes)
        assert asked(value).json()["pod"] == first.json()["pod"]
        pods.add(first.json()["pod"])
    assert pods == set(traffic.pods("trial/sessions"))

    first = asked(None)
    cookie = first.headers["set-cookie"].partition(";")[0]
    replicas = {pod["status"]["podIP"] for pod in traffic.pods("traefik/traefik").values()}
    met: set[str] = set()
    while met != replicas:
        again = asked(cookie).json()
        assert again["pod"] == first.json()["pod"]
        met.add(again["peer"].rpartition(":")[0])


def test_a_client_whose_pod_is_no_longer_ready_moves_without_a_failed_request_and_stays_there(
    traffic: TrafficLab, visitor: Visitor
) -> None:
    first = visitor.ask("/sessions").json()["pod"]
    (other,) = traffic.pods("trial/sessions").keys() - {first}

    def met() -> set[str]:
        answers = visitor.ask_often("/sessions")
        assert statuses(answers) == {200}
        return {each.json()["pod"] for each in answers}

    assert met() == {first}
    with one_pod(traffic, "trial/sessions", "ready=false", first):
        until(lambda: met() == {other})
    traffic.kubectl(
        "wait", f"pod/{first}", traffic.target("trial/sessions").kubectl[1], "--for=condition=Ready"
    )
    assert met() == {other}


def test_a_pod_that_is_ready_and_fails_is_taken_out_and_taken_back(
    traffic: TrafficLab, visitor: Visitor
) -> None:
    def pods() -> set[str]:
        answers = visitor.ask_often("/watched")
        return {each.json()["pod"] for each in answers if each.status_code == 200} | {
            "failed" for each in answers if each.status_code != 200
        }

    everyone = set(traffic.pods("trial/watched"))
    until(lambda: pods() == everyone)
    with one_pod(traffic, "trial/watched", "status=500") as failing:
        assert "failed" in pods()
        until(lambda: pods() == everyone - {failing})
        ready = {
            each["status"]
            for each in traffic.pods("trial/watched")[failing]["status"]["conditions"]
            if each["type"] == "Ready"
        }
        assert ready == {"True"}
    until(lambda: pods() == everyone)
