"""Logs and traces for real: what reaches the store and whoever takes spans, and what must not."""

import math
import re
import secrets
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from lab.cloud.state import Kind
from lab.internet import otlp
from lab.toolbox import waiting
from network.config.platform import TELEMETRY, TELEMETRY_NODES
from network.plan.model.collector import AGENT_PORT, HTTP_PORT
from network.plan.model.collector import HOST as COLLECTOR_HOST
from network.plan.telemetry import store as planned_store
from tests.contract.collectors import written
from tests.lab import log_store
from tests.lab.log_store import LogStore
from tests.lab.outside import Outside
from tests.lab.patience import until
from tests.lab.planted import HOST, Planting
from tests.lab.platform import Platform

pytestmark = [pytest.mark.lab, pytest.mark.campaign]

OVERLAY = Path(__file__).with_name("logs_and_traces.yaml")
RATIO = 0.1
"""Of the overlay."""

PATIENCE = 120
"""Seconds until a line is in the store, on a busy machine; agents that were let down try again after 30."""


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Platform, str]]:
    """The platform, and what `make up` printed."""
    with Platform(tmp_path_factory.mktemp("kept"), overlay=OVERLAY) as platform:
        yield platform, platform.lab("up")


@pytest.fixture(scope="module")
def kept(started: tuple[Platform, str]) -> Platform:
    return started[0]


@pytest.fixture(scope="module")
def outside(kept: Platform) -> Iterator[Outside]:
    client = Outside(kept)
    yield client
    client.close()


@pytest.fixture(scope="module")
def store(kept: Platform) -> Iterator[LogStore]:
    with log_store.viewed(kept) as found:
        yield found


def spans(kept: Platform) -> list[dict[str, Any]]:
    """Every span that was taken outside."""
    return written(otlp.file(kept.folder / "internet" / "otlp", "traces"), "Spans")


def traced(trace: str, caller: str) -> dict[str, str]:
    """The header of a client that has its request traced."""
    return {"traceparent": f"00-{trace}-{caller}-01"}


def test_each_departure_from_the_stack_file_is_told_with_its_reason(started: tuple[Platform, str]) -> None:
    told = re.sub(r"[│\s]", "", started[1])
    for path in ("observability.logs.events", "tracesCredential", "charts.collector", "charts.victoriaLogs"):
        assert path in told
    assert "noreceiverofthem" in told


def test_a_request_s_line_has_its_route_status_duration_and_trace(outside: Outside, store: LogStore) -> None:
    trace, caller = secrets.token_hex(16), secrets.token_hex(8)
    path = f"/looked-for/{trace}"
    answer = outside.get(f"https://{HOST}{path}?status=503&page=2", headers=traced(trace, caller))
    assert answer.status_code == 503
    query = f'{{service.name="traefik",entrypoint="websecure"}} RequestPath:="{path}"'
    until(lambda: len(store.lines(query)) == 1, f"{path} is in the store", PATIENCE)
    (line,) = store.lines(query)
    assert re.fullmatch(r"shop_shop_[0-9]+@kubernetescrd", line["RouterName"])
    assert (line["RequestMethod"], line["RequestHost"], line["DownstreamStatus"]) == ("GET", HOST, "503")
    assert 0 < int(line["OriginDuration"]) <= int(line["Duration"]) < 5e9
    assert (line["trace_id"], line["k8s.namespace.name"]) == (trace, "traefik")
    assert line["_msg"] == f"GET {HOST}{path} 503"
    assert line["ClientHost"] == "203.0.113.1"
    # What the application said of the same request.
    said = f'{{service.name="shop"}} "{trace}"'
    until(lambda: len(store.lines(said)) == 1, "the application's line is in the store", PATIENCE)
    (own,) = store.lines(said)
    assert (own["k8s.namespace.name"], own["k8s.container.name"]) == ("shop", "web")


def test_lines_of_nobody_else_are_kept(kept: Platform, outside: Outside, store: LogStore) -> None:
    mark = secrets.token_hex(16)
    assert outside.get(f"https://api.dev.k8s.webgrip.nl/{mark}").status_code == 200
    until(
        lambda: len(store.lines(f'{{service.name="traefik"}} "{mark}"')) == 1, "it passed Traefik", PATIENCE
    )
    assert mark in kept.lab("logs", "api/api")
    found = {(line["k8s.namespace.name"], line["service.name"]) for line in store.lines("*")}
    assert found <= {("traefik", "traefik"), ("shop", "shop")}
    assert len(store.lines(f'"{mark}"')) == 1


def test_none_of_the_planted_credentials_is_in_the_store_or_in_a_span(
    kept: Platform, outside: Outside, store: LogStore
) -> None:
    login = (kept.folder / "secrets" / "basic-auth-admins").read_text()
    planting = Planting(kept, outside, login)
    planting.plant()
    assert len(planting.planted) >= 20
    print(f"planted {len(planting.planted)} credentials: {planting.statuses}")
    assert planting.statuses["Authorization: Basic, of nobody"] == 401
    assert planting.statuses["Authorization: Basic, who may"] == 200
    # The applications' lines are the last that were written; each request's own is in the store as well.
    until(
        lambda: len(store.lines('{service.name="shop"} "amount=3"')) == 1, "the last line is kept", PATIENCE
    )
    paths = {line.get("RequestPath") for line in store.lines('{service.name="traefik"} "planted"')}
    # Traefik writes no line of what it redirects by itself.
    assert planting.statuses["a query by plain HTTP"] in (301, 308)
    assert {f"/planted/{each}" for each in ("header", "query", "answer", "url")} <= paths

    def found_in(text: str) -> dict[str, list[str]]:
        return {
            where: [line for line in text.splitlines() if any(each in line for each in secret)]
            for where, secret in planting.planted.items()
            if any(each in text for each in secret)
        }

    everything = store.text("*")
    print(f"scanned {len(everything.splitlines())} lines")
    assert found_in(everything) == {}
    taken = otlp.file(kept.folder / "internet" / "otlp", "traces").read_text()
    assert found_in(taken) == {}


def test_a_trace_spans_traefik_and_the_backend_with_the_caller_s_parent(
    kept: Platform, outside: Outside
) -> None:
    asked = {secrets.token_hex(16): secrets.token_hex(8) for _ in range(100)}
    for trace, caller in asked.items():
        outside.get(f"https://{HOST}/traced?token=x", headers=traced(trace, caller))
    until(lambda: any(each["traceId"] in asked for each in spans(kept)), "one of them is kept", 30)
    time.sleep(5)  # the last spans of the last one
    whole = 0
    for trace, caller in asked.items():
        ours = [each for each in spans(kept) if each["traceId"] == trace]
        if not ours:
            continue
        ingress = [each for each in ours if each["resource"]["service.name"] == "traefik"]
        (entry,) = [each for each in ingress if each["parentSpanId"] == caller]
        (backend,) = [each for each in ours if each["resource"]["service.name"].startswith("shop/web")]
        assert len(ours) == len(ingress) + 1
        assert backend["parentSpanId"] in {each["spanId"] for each in ingress} - {entry["spanId"]}
        assert not [name for each in ours for name in each["attributes"] if name == "url.query"]
        assert not [name for each in ours for name in each["resource"] if name.startswith("process.command")]
        whole += 1
    print(f"{whole} whole traces of {len(asked)}")
    assert whole


CLIENTS, EACH = 16, 150
"""Fewer from one client than its limit of requests lets pass at once."""


def test_a_client_that_forces_sampling_has_no_more_kept_than_the_collector_s_share(
    kept: Platform, outside: Outside
) -> None:
    """It says, in every way that a request has, that its traces shall be kept."""

    def ask(number: int) -> list[str]:
        def send() -> list[str]:
            made: list[str] = []
            with outside.client(f"203.0.113.{20 + number}") as client:
                for at in range(EACH):
                    trace = secrets.token_hex(16)
                    header = traced(trace, secrets.token_hex(8))
                    if at % 2:
                        header["tracestate"] = "ot=th:0;rv:ffffffffffffff"
                        header["baggage"] = "sampling.priority=1"
                    answer = client.get(f"https://{HOST}/forced", headers=header)
                    assert answer.status_code == 200
                    made.append(trace)
            return made

        return outside.run(send)

    with ThreadPoolExecutor(CLIENTS) as pool:
        forced = {trace for made in pool.map(ask, range(CLIENTS)) for trace in made}
    assert len(forced) == CLIENTS * EACH

    def kept_of_them() -> set[str]:
        return {each["traceId"] for each in spans(kept)} & forced

    count = -1
    while count != (count := len(kept_of_them())):
        time.sleep(5)
    share, deviation = count / len(forced), math.sqrt(RATIO * (1 - RATIO) / len(forced))
    print(f"{count} of {len(forced)} forced traces are kept: {share / RATIO:.2f} of the bound")
    assert share <= RATIO + 4 * deviation
    assert share >= RATIO - 4 * deviation


def test_no_line_is_lost_while_collector_store_and_an_agent_are_away(
    kept: Platform, outside: Outside
) -> None:
    mark = secrets.token_hex(8)

    def ask(numbers: range) -> None:
        for number in numbers:
            assert outside.get(f"https://{HOST}/away/{mark}/{number}").status_code == 200

    def scale(kind: str, name: str, replicas: int) -> None:
        kept.kubectl("scale", kind, name, f"--namespace={TELEMETRY}", f"--replicas={replicas}")

    ask(range(10))
    scale("statefulset", planned_store.NAME, 0)
    ask(range(10, 20))
    scale("deployment", "collector", 0)
    ask(range(20, 30))
    kept.kubectl("delete", "pods", f"--namespace={TELEMETRY_NODES}", "--all", "--wait=false")
    ask(range(30, 40))
    scale("deployment", "collector", 1)
    ask(range(40, 50))
    scale("statefulset", planned_store.NAME, 1)
    ask(range(50, 60))
    kept.kubectl("rollout", "status", f"--namespace={TELEMETRY}", f"statefulset/{planned_store.NAME}")
    with log_store.viewed(kept) as again:  # a port-forward ends with its pod

        def numbers(service: str) -> list[str]:
            lines = again.text(f'{{service.name="{service}"}} "{mark}"')
            return re.findall(rf"/away/{mark}/(\d+)", lines)

        wanted = {str(number) for number in range(60)}

        def missing() -> dict[str, set[str]]:
            found = {service: wanted - set(numbers(service)) for service in ("traefik", "shop")}
            return {service: lost for service, lost in found.items() if lost}

        waiting.until(lambda: not missing(), PATIENCE)
        assert missing() == {}
        lines = again.lines(f'{{service.name="traefik"}} "{mark}"')
    print(f"{len(lines)} lines of 60 requests")


def test_policies_let_pass_what_is_declared_and_nothing_else(kept: Platform) -> None:
    def reached(who: str, target: str) -> bool:
        said = kept.lab("exec", who, "--", "demo", "dial", target, status=None)
        return "connected to" in said

    service = planned_store.URL.removeprefix("http://")
    assert reached("shop/web", f"{COLLECTOR_HOST}:{HTTP_PORT}")
    assert not reached("shop/web", f"{COLLECTOR_HOST}:{AGENT_PORT}")
    assert not reached("shop/web", service)
    assert not reached("api/api", f"{COLLECTOR_HOST}:{HTTP_PORT}")
    for namespace in (TELEMETRY, TELEMETRY_NODES):
        dropped = kept.lab(
            "hubble", "observe", "--verdict", "DROPPED", "--from-namespace", namespace, "--last", "50"
        )
        assert "Policy denied" not in dropped, dropped


def test_nothing_of_it_is_left_after_a_destroy(kept: Platform) -> None:
    assert len(kept.account[Kind.VOLUME]) == 3
    kept.lab("destroy")
    left = {kind: held for kind, held in kept.account.items() if held and kind is not Kind.TAG}
    assert left == {}
