"""The platform's configurations in the real collector: it loads each, and does what they promise."""

import json
import math
import os
import re
import secrets
import subprocess
import time
import urllib.request
from collections import Counter
from collections.abc import Generator, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import pytest

from lab.internet import otlp
from lab.internet.otlp import OtlpReceiver
from lab.toolbox.waiting import until
from network.plan import Plan, build
from network.plan.model.collector import AGENT_PORT, AGENT_URL, HTTP_PORT
from network.plan.telemetry.agent import LOGS_FOLDER
from network.plan.telemetry.alerts import FAILED, SENT, WAITING
from network.plan.telemetry.gateway import CREDENTIALS_FOLDER
from network.plan.telemetry.part import METRICS_PORT
from tests import stacks
from tests.contract import collectors
from tests.contract.planned import KEPT
from tests.unit.plan.test_telemetry import CREDENTIALS, SECRET

pytestmark = pytest.mark.lab

LOKI = {"endpoint": {"url": "https://loki.example.org/otlp", "scheme": "Basic"}}
TEMPO = {"url": "https://tempo.example.org"}

ALONE: dict[str, Any] = {"prometheus": {"install": {}}}
VARIANTS: dict[str, tuple[str, dict[str, Any]]] = {
    "dev, installed": ("dev", KEPT),
    "prod, installed": ("prod", KEPT),
    "everything": ("dev", stacks.everything_over_dev()),
    "logs alone": ("dev", {"network:observability": {**ALONE, "logs": {"store": {"install": {}}}}}),
    "traces alone": ("dev", {"network:observability": {**ALONE, "traces": {"endpoint": TEMPO}}}),
    "both elsewhere, with credentials": (
        "dev",
        {
            "network:observability": {
                **ALONE,
                "logs": {"store": LOKI, "userNames": "keep", "applications": ["shop", "api"]},
                "traces": {"endpoint": TEMPO, "ratio": 1, "applications": ["shop"]},
            },
            "network:logsCredential": "bG9ncw==",
            "network:tracesCredential": "traces",
        },
    ),
}


@pytest.fixture(scope="module", params=VARIANTS)
def variant(request: pytest.FixtureRequest) -> Plan:
    return build(stacks.stack_config(*VARIANTS[request.param]))


def test_the_collector_loads_every_configuration_but_for_the_receiver_that_the_lab_cannot_have(
    variant: Plan, tmp_path: Path
) -> None:
    for release in variant.telemetry.releases:
        if release.chart_name != "opentelemetry-collector":
            continue
        config = collectors.configuration(variant, release.name)
        said = collectors.complaint(collectors.here(config, tmp_path))
        if "k8s_events" in config["receivers"]:
            assert 'unknown type: "k8s_events"' in said
            # All that stands around it is loaded with one that is there.
            config["receivers"]["file_log/events"] = {"include": ["/none"]}
            del config["receivers"]["k8s_events"]
            config["service"]["pipelines"]["logs/events"]["receivers"] = ["file_log/events"]
            said = collectors.complaint(collectors.here(config, tmp_path))
        assert said == ""


@pytest.mark.parametrize(
    ("place", "value", "why"),
    [
        (
            ("processors", "transform/lines", "log_statements"),
            ["replace_pattern(log.body"],
            "transform/lines",
        ),
        (("receivers", "otlp/spans", "protocols", "http", "endpoints"), "x", "endpoints"),
        (("service", "pipelines", "logs", "exporters"), ["otlp_http/none"], "otlp_http/none"),
    ],
)
def test_a_mistake_would_be_told(place: tuple[str, ...], value: object, why: str, tmp_path: Path) -> None:
    plan = build(stacks.stack_config("dev", {"network:observability": OBSERVED}))
    config = collectors.configuration(plan, "collector")
    holder = config
    for key in place[:-1]:
        holder = holder[key]
    holder[place[-1]] = value
    assert why in collectors.complaint(collectors.here(config, tmp_path))


def test_the_components_are_those_that_the_platform_names() -> None:
    """And `file`, with which the lab writes down what was sent."""
    named: dict[str, set[str]] = {
        kind: set() for kind in ("receivers", "processors", "exporters", "extensions")
    }
    for stack, over in VARIANTS.values():
        plan = build(stacks.stack_config(stack, over))
        for release in plan.telemetry.releases:
            if release.chart_name == "opentelemetry-collector":
                config = collectors.configuration(plan, release.name)
                for kind, names in named.items():
                    names.update(name.partition("/")[0] for name in config[kind])
    assert collectors.components() == {
        "receivers": named["receivers"] - {"k8s_events"},
        "processors": named["processors"],
        "exporters": named["exporters"] | {"file"},
        "extensions": named["extensions"],
    }


# --- all of them, one behind the other ---------------------------------------------------------------------

RATIO = 0.1
OBSERVED: dict[str, Any] = {
    **ALONE,
    "logs": {
        "store": {"endpoint": {"url": "https://loki.example.org/otlp"}},
        "events": False,
        "applications": ["shop"],
    },
    "traces": {"endpoint": TEMPO, "ratio": RATIO, "applications": ["shop"]},
}
RECEIVERS = (
    OtlpReceiver("logs", "loki.example.org", 443, "/otlp", "Bearer of-the-store"),
    OtlpReceiver("traces", "tempo.example.org", 443, "", ""),
)


@dataclass(frozen=True)
class Chain:
    """Agent, collector and receiver, as they stand one behind the other."""

    folder: Path
    gateway: str
    """Address of the collector."""
    agent: str
    """Address of an agent."""

    @property
    def pods(self) -> Path:
        """Where the kubelet would keep pods' lines."""
        return self.folder / "pods"

    def kubelet_writes(self, pod: str, *lines: str) -> None:
        """Append lines to a container's file as containerd does; long ones in parts."""
        file = self.pods / pod / "main" / "0.log"
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("a") as written:
            for line in lines:
                parts = [line[at : at + 16384] for at in range(0, len(line), 16384)] or [""]
                for number, part in enumerate(parts, 1):
                    mark = "F" if number == len(parts) else "P"
                    written.write(f"2026-11-30T10:00:00.000000001Z stdout {mark} {part}\n")

    @property
    def logs(self) -> Path:
        return otlp.file(self.folder / "receiver", "logs")

    @property
    def traces(self) -> Path:
        return otlp.file(self.folder / "receiver", "traces")

    @contextmanager
    def agent_runs(self) -> Generator["subprocess.Popen[bytes]"]:
        """An agent of the node, which goes on where one before it ended."""
        plan = build(stacks.stack_config("dev", {"network:observability": OBSERVED}))
        folder = self.folder / "agent"
        folder.mkdir(exist_ok=True)
        config = collectors.configuration(plan, "collector-agent")
        places = {LOGS_FOLDER: str(self.pods), AGENT_URL: f"http://{self.gateway}:{AGENT_PORT}"}
        file, arguments = (
            collectors.here(config, folder, **places),
            collectors.arguments(plan, "collector-agent"),
        )
        with collectors.running(file, self.agent, *arguments) as process:
            yield process

    @contextmanager
    def gateway_runs(self) -> Generator[None]:
        """The collector."""
        secret = {"network:logsCredential": "of-the-store"}
        plan = build(stacks.stack_config("dev", {"network:observability": OBSERVED, **secret}))
        folder = self.folder / "gateway"
        folder.mkdir(exist_ok=True)
        (folder / "logs").mkdir(exist_ok=True)
        (folder / "logs" / "credential").write_text("of-the-store\n")
        receivers = {each.receivers[0].signal: each.local_port for each in otlp.places(RECEIVERS)}
        places = {
            CREDENTIALS_FOLDER: str(folder),
            "https://loki.example.org": f"http://127.0.0.1:{receivers['logs']}",
            "https://tempo.example.org": f"http://127.0.0.1:{receivers['traces']}",
        }
        config = collectors.configuration(plan, "collector")
        with collectors.running(collectors.here(config, folder, **places), self.gateway):
            yield

    @contextmanager
    def receiver_runs(self) -> Generator[None]:
        """Whoever is sent to, which wants a credential for logs."""
        folder = self.folder / "receiver"
        folder.mkdir(exist_ok=True)
        config = otlp.configuration(RECEIVERS, folder)
        config["extensions"]["health_check"] = {"endpoint": "127.0.0.1:13133"}
        config["service"]["extensions"].append("health_check")
        with collectors.running(collectors.here(config, folder), "127.0.0.1"):
            yield


@pytest.fixture
def chain(tmp_path: Path) -> Chain:
    third = os.getpid() % 250 + 1
    return Chain(tmp_path, f"127.77.{third}.1", f"127.77.{third}.2")


@pytest.fixture
def whole(chain: Chain) -> Iterator[Chain]:
    with ExitStack() as stack:
        for each in (chain.receiver_runs(), chain.gateway_runs(), chain.agent_runs()):
            stack.enter_context(each)
        yield chain


TRACE, SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
PLANTED = "pl4nted-Secret.Value"


def access_line(**more: object) -> str:
    """A line of the access log, with everything that Traefik could put there."""
    line = {
        "ClientHost": "203.0.113.1",
        "ClientUsername": PLANTED,
        "DownstreamStatus": 200,
        "Duration": 1500000,
        "OriginDuration": 1200000,
        "RequestHost": "shop.dev.k8s.webgrip.nl",
        "RequestMethod": "GET",
        "RequestPath": f"/cart?token={PLANTED}",
        "RequestLine": f"GET /cart?token={PLANTED} HTTP/1.1",
        "RouterName": "shop-shop-1@kubernetescrd",
        "ServiceName": "shop-canary@kubernetescrd",
        "StartUTC": "2026-11-30T10:00:00Z",
        "entryPointName": "websecure",
        "level": "info",
        "msg": "",
        "request_Authorization": f"Basic {PLANTED}",
        "request_Cookie": f"session={PLANTED}",
        "request_Referer": f"https://u:{PLANTED}@elsewhere/?code={PLANTED}",
        "request_User-Agent": "curl/8 ",
        "downstream_Set-Cookie": f"session={PLANTED}",
        "time": "2026-11-30T10:00:00Z",
        "trace_id": TRACE,
        "span_id": SPAN,
        **more,
    }
    return json.dumps(line)


def test_a_line_of_the_access_log_becomes_fields_and_no_other_reaches_the_store(whole: Chain) -> None:
    whole.kubelet_writes(
        "traefik_traefik-1_0af7-1b",
        access_line(),
        access_line(**{"request_User-Agent": f"x Bearer {PLANTED}"}),
        access_line(**{"request_User-Agent": "u" * 20000}),
        access_line(RequestPath=f"/%3Ftoken={PLANTED}"),
        '{"RequestMethod":"GET", broken ' + PLANTED,
        '{"level":"error","msg":"no service"}',
    )
    whole.kubelet_writes("api_api-1_0af7-1b", f"of an application that nobody asked for: {PLANTED}")
    records = collectors.until_written(whole.logs, "Logs", 5)
    assert len(records) == 5
    first = records[0]
    assert first["body"] == {"stringValue": "GET shop.dev.k8s.webgrip.nl/cart 200"}
    assert (first["traceId"], first["spanId"]) == (TRACE, SPAN)
    assert first["resource"] == {
        "k8s.namespace.name": "traefik",
        "service.name": "traefik",
        "entrypoint": "websecure",
    }
    kept = first["attributes"]
    assert (kept["RouterName"], kept["RequestPath"]) == ("shop-shop-1@kubernetescrd", "/cart")
    assert (kept["DownstreamStatus"], kept["Duration"]) == ("200", "1500000")
    assert (kept["k8s.pod.name"], kept["k8s.container.name"], kept["log.iostream"]) == (
        *("traefik-1", "main", "stdout"),
    )
    assert {name for name in kept if re.search("(?i)cookie|auth|referer|line|username", name)} == set()
    assert records[-1]["body"] == {"stringValue": '{"level":"error","msg":"no service"}'}
    assert PLANTED not in whole.logs.read_text()


@pytest.mark.parametrize("text", ["as it is", "in JSON"])
def test_what_has_the_shape_of_a_credential_is_cut_out_of_applications_lines(text: str, whole: Chain) -> None:
    lines = [line if text == "as it is" else json.dumps({"message": line}) for line in CREDENTIALS]
    whole.kubelet_writes("shop_web-1_0af7-1b", *lines)
    records = collectors.until_written(whole.logs, "Logs", len(lines))
    bodies = [record["body"]["stringValue"] for record in records]
    assert len(bodies) == len(lines)
    assert [body for body in bodies if SECRET in body or "REDACTED" not in body] == []


@pytest.mark.parametrize("ends", ["when it is asked to", "at once"])
def test_no_line_is_lost_while_collector_store_and_agent_are_away(ends: str, chain: Chain) -> None:
    def say(*numbers: int) -> None:
        chain.kubelet_writes("shop_web-1_0af7-1b", *(f"line {number}" for number in numbers))
        time.sleep(1)  # whoever reads has read them

    def end(agent: "subprocess.Popen[bytes]") -> None:
        if ends == "at once":
            agent.kill()

    say(*range(10))
    with chain.agent_runs() as agent:  # nobody takes its lines
        say(*range(10, 20))
        with chain.receiver_runs(), chain.gateway_runs():
            collectors.until_written(chain.logs, "Logs", 20)
        say(*range(20, 30))
        end(agent)
    say(*range(30, 40))  # between two agents
    with chain.gateway_runs(), chain.agent_runs() as agent:  # the store is away
        say(*range(40, 50))
        end(agent)
    with chain.receiver_runs(), chain.gateway_runs(), chain.agent_runs():
        say(*range(50, 60))
        records = collectors.until_written(chain.logs, "Logs", 60)
    seen = Counter(record["body"]["stringValue"] for record in records)
    assert seen.keys() == {f"line {number}" for number in range(60)}
    print(f"an agent that ends {ends}: {seen.total() - len(seen)} of {len(seen)} lines came twice")


def test_an_agent_that_reaches_nobody_tells_so_by_what_waits(chain: Chain) -> None:
    """It tries again without end, and counts no failure."""

    def told() -> dict[str, float]:
        with urllib.request.urlopen(f"http://{chain.agent}:{METRICS_PORT}/metrics", timeout=5) as answer:
            lines = [line for line in answer.read().decode().splitlines() if line.startswith("otelcol_exp")]
        return {line.rpartition(" ")[0]: float(line.rpartition(" ")[2]) for line in lines}

    def waiting() -> float:
        name, label = WAITING.rstrip("}").split("{")
        return sum(value for each, value in told().items() if each.startswith(f"{name}{{") and label in each)

    chain.kubelet_writes("shop_web-1_0af7-1b", "line")
    with chain.agent_runs():
        assert until(lambda: waiting() > 0, 20), told()
        time.sleep(3)  # for as long it tries
        assert not [each for each, value in told().items() if each.startswith((SENT, FAILED)) and value]
        with chain.receiver_runs(), chain.gateway_runs():
            assert until(lambda: waiting() == 0, 30), told()


def test_lines_in_a_file_that_the_kubelet_has_put_aside_are_read(chain: Chain) -> None:
    def say(*numbers: int) -> None:
        chain.kubelet_writes("shop_web-1_0af7-1b", *(f"line {number}" for number in numbers))

    say(1)
    with chain.receiver_runs(), chain.gateway_runs():
        with chain.agent_runs():
            collectors.until_written(chain.logs, "Logs", 1)
        say(2)
        file = chain.pods / "shop_web-1_0af7-1b" / "main" / "0.log"
        file.rename(file.with_name("0.log.20261130-100000"))
        say(3)
        with chain.agent_runs():
            records = collectors.until_written(chain.logs, "Logs", 3)
    assert sorted(record["body"]["stringValue"] for record in records) == ["line 1", "line 2", "line 3"]
    assert {record["attributes"]["k8s.pod.name"] for record in records} == {"web-1"}


# --- spans -------------------------------------------------------------------------------------------------


def spans(*each: dict[str, Any]) -> dict[str, Any]:
    """A request of OTLP with spans of one program."""
    about = [{"key": "service.name", "value": {"stringValue": "shop"}}]
    return {
        "resourceSpans": [
            {"resource": {"attributes": about}, "scopeSpans": [{"scope": {"name": "t"}, "spans": [*each]}]}
        ]
    }


def span(trace: str, state: str = "", **attributes: str | int) -> dict[str, Any]:
    kinds = {str: "stringValue", int: "intValue"}
    return {
        "traceId": trace,
        "spanId": secrets.token_hex(8),
        "traceState": state,
        "name": "GET",
        "kind": 2,
        "startTimeUnixNano": "1796032800000000000",
        "endTimeUnixNano": "1796032800100000000",
        "attributes": [{"key": key, "value": {kinds[type(each)]: each}} for key, each in attributes.items()],
    }


TRIED = 4000
"""Traces that each kind of caller has made."""


@pytest.mark.parametrize(
    ("caller", "state", "asks"),
    [
        ("says nothing", "", {}),
        ("asks for it", "", {"sampling.priority": 1}),
        ("asks for none", "", {"sampling.priority": 0}),
        ("has drawn it before", "ot=th:0", {}),
        ("has drawn with luck", "ot=rv:ffffffffffffff", {}),
        ("says what cannot be read", "ot=th:zz;rv:1,,=", {}),
    ],
)
def test_every_caller_has_the_same_share_of_whole_traces_whatever_it_asks_for(
    caller: str, state: str, asks: dict[str, int], chain: Chain
) -> None:
    traces = [secrets.token_hex(16) for _ in range(TRIED)]
    with chain.receiver_runs(), chain.gateway_runs():
        for at in range(0, TRIED, 500):
            # Two programs' spans of each trace, which come apart.
            for _ in range(2):
                part = spans(*(span(trace, state, **asks) for trace in traces[at : at + 500]))
                collectors.send(f"http://{chain.gateway}:{HTTP_PORT}", "traces", part)
        kept = Counter(each["traceId"] for each in collectors.until_written(chain.traces, "Spans", 2))
    deviation = math.sqrt(RATIO * (1 - RATIO) / TRIED)
    share = len(kept) / TRIED
    print(f"who {caller}: {share:.4f} of the traces are kept, {share / RATIO:.2f} of the bound")
    assert abs(share - RATIO) <= 4 * deviation
    assert set(kept.values()) == {2}


def texts(of: Any) -> Iterator[str]:
    """Every string of what was sent, keys of attributes among them."""
    if isinstance(of, dict):
        of = list(cast("dict[str, Any]", of).values())
    if isinstance(of, list):
        for each in cast("list[Any]", of):
            yield from texts(each)
    elif isinstance(of, str):
        yield of


def otlp_value(value: Any) -> dict[str, Any]:
    """A value of an attribute as OTLP has it."""
    if isinstance(value, dict):
        return {"kvlistValue": {"values": otlp_attributes(cast("dict[str, Any]", value))}}
    if isinstance(value, list):
        return {"arrayValue": {"values": [otlp_value(each) for each in cast("list[Any]", value)]}}
    return {"intValue" if isinstance(value, int) else "stringValue": value}


def otlp_attributes(given: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"key": key, "value": otlp_value(value)} for key, value in given.items()]


CARELESS: dict[str, Any] = {
    "http.request.header.authorization": f"Bearer {PLANTED}",
    "http.request.header.cookie": [f"session={PLANTED}"],
    "http.request.header.set_cookie": f"session={PLANTED}",
    "http.response.header.set-cookie": [f"session={PLANTED}"],
    "http.request.header.x_api_key": [PLANTED],
    "http.request.header.x-anything": PLANTED,
    "http_request_header_x_anything": PLANTED,
    "http.request.headers": {"x-anything": PLANTED},
    "process.command": f"shop {PLANTED}",
    "process.args": ["shop", PLANTED],
    "process.command_args": ["shop", PLANTED],
    "process.command_line": f"shop {PLANTED}",
    "db.password": PLANTED,
    "credentials": {"user": "a", "value": PLANTED},
    "headers": {"cookie": [PLANTED], "other": {"x-api-key": PLANTED}},
    "url.query": f"token={PLANTED}",
    "url.full": f"https://shop.example/cart?x={PLANTED}#access_token={PLANTED}",
    "url.original": f"/cart?x={PLANTED}",
    "http.url": f"https://u:{PLANTED}@shop.example/\n?x={PLANTED}",
    "http.target": f"/cart?x={PLANTED}\n{PLANTED}",
    "db.connection_string": f"postgres://shop:{PLANTED}@db/shop",
    "message": f"sent Bearer {PLANTED}",
    "asked": [f"https://shop.example/?token={PLANTED}", [f"password={PLANTED}"], {"a": f"Cookie: {PLANTED}"}],
}


def careless_request(trace: str) -> dict[str, Any]:
    """A span that has credentials wherever OTLP has texts, and one without events."""
    text = f"GET https://u:{PLANTED}@shop.example/?token={PLANTED}"
    own = otlp_attributes(CARELESS)
    plain = {**span(trace, f"vendor={PLANTED}"), "attributes": own, "name": text}
    whole = {
        **plain,
        "spanId": secrets.token_hex(8),
        "status": {"code": 2, "message": text},
        "events": [{"timeUnixNano": "1796032800000000000", "name": text, "attributes": own}],
    }
    scope = {"name": text, "version": text, "attributes": own}
    return {
        "resourceSpans": [
            {"resource": {"attributes": own}, "scopeSpans": [{"scope": scope, "spans": [plain, whole]}]}
        ]
    }


def test_spans_hold_no_credential_whoever_made_them(chain: Chain) -> None:
    with chain.receiver_runs(), chain.gateway_runs():
        for _ in range(100):
            sent = careless_request(secrets.token_hex(16))
            collectors.send(f"http://{chain.gateway}:{HTTP_PORT}", "traces", sent)
        found = collectors.until_written(chain.traces, "Spans", 2)
    written = [json.loads(line) for line in chain.traces.read_text().splitlines()]
    assert [text for text in texts(written) if PLANTED in text] == []
    first = found[0]["attributes"]
    assert first["url.full"] == "https://shop.example/cart"
    assert first["asked.0"] == "https://shop.example/?token=REDACTED"
    assert found[0]["name"] == "GET https://REDACTED@shop.example/?token=REDACTED"
    assert any(each.get("events") for each in found)


def test_links_of_spans_are_passed_on_as_they_came(chain: Chain) -> None:
    """The transformation language does not reach into them (docs/observability.md#traces)."""
    link = {"traceId": TRACE, "spanId": SPAN, "attributes": otlp_attributes({"message": PLANTED})}
    made = [{**span(secrets.token_hex(16)), "links": [link]} for _ in range(200)]
    with chain.receiver_runs(), chain.gateway_runs():
        collectors.send(f"http://{chain.gateway}:{HTTP_PORT}", "traces", spans(*made))
        found = collectors.until_written(chain.traces, "Spans", 1)
    assert collectors.attributes(found[0]["links"][0]["attributes"]) == {"message": PLANTED}
