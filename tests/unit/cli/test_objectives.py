"""`network objectives`: what a Prometheus knows of each promise, and how the command ends."""

import json
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import promql_parser
import pytest
from typer.testing import CliRunner
from typing_extensions import override

from network.cli import app
from network.cli.objectives import QUERY, promises
from network.cli.prometheus import Sample

LABELS = {"sloth_service": "shop", "sloth_slo": "availability", "subject": "shop.example.org"}
KEPT = {
    "slo:objective:ratio": "0.999",
    "slo:time_period:days": "30",
    "slo:sli_error:ratio_rate1h": "0.0005",
    "slo:current_burn_rate:ratio": "0.5",
    "slo:period_error_budget_remaining:ratio": "0.25",
}


def result(values: Mapping[str, str]) -> dict[str, Any]:
    metrics = [
        {"metric": {"__name__": name, **LABELS}, "value": [0, value]} for name, value in values.items()
    ]
    return {"status": "success", "data": {"resultType": "vector", "result": metrics}}


class Prometheus(HTTPServer):
    answer: Any = None
    asked: tuple[str, str] = ("", "")


class Handler(BaseHTTPRequestHandler):
    @override
    def log_message(self, format: str, *args: Any) -> None:
        pass

    def do_GET(self) -> None:
        assert isinstance(self.server, Prometheus)
        parts = urlsplit(self.path)
        self.server.asked = parts.path, parse_qs(parts.query)["query"][0]
        self.send_response(200 if self.server.answer is not None else 503)
        self.end_headers()
        answer = self.server.answer
        self.wfile.write(answer if isinstance(answer, bytes) else json.dumps(answer).encode())


@pytest.fixture
def prometheus() -> Iterator[Prometheus]:
    with Prometheus(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def run(server: Prometheus, *more: str) -> Any:
    url = f"http://127.0.0.1:{server.server_address[1]}/"
    return CliRunner(env={"COLUMNS": "200"}).invoke(app, ["objectives", "--url", url, *more])


def test_it_asks_once_for_what_is_recorded(prometheus: Prometheus) -> None:
    prometheus.answer = result(KEPT)
    run(prometheus)
    assert prometheus.asked == ("/api/v1/query", QUERY)
    promql_parser.parse(QUERY)


def test_json_has_target_now_budget_left_and_burn_rate(prometheus: Prometheus) -> None:
    prometheus.answer = result(KEPT)
    done = run(prometheus, "--format", "json")
    assert done.exit_code == 0
    assert json.loads(done.stdout) == [
        {
            "objective": "shop",
            "kind": "availability",
            "subject": "shop.example.org",
            "days": 30,
            "target": 0.999,
            "now": 0.9995,
            "budget_left": 0.25,
            "burn_rate": 0.5,
        }
    ]


def test_people_read_a_line_for_each_promise(prometheus: Prometheus) -> None:
    prometheus.answer = result(KEPT)
    told = run(prometheus).stdout
    for each in ("shop.example.org", "99.900 %", "99.950 %", "25.0 %", "0.5"):
        assert each in told


def test_a_budget_that_is_spent_is_an_answer_of_no(prometheus: Prometheus) -> None:
    prometheus.answer = result({**KEPT, "slo:period_error_budget_remaining:ratio": "-0.1"})
    assert run(prometheus).exit_code == 1


def test_a_promise_of_which_nothing_is_known_is_no_kept_one(prometheus: Prometheus) -> None:
    prometheus.answer = result({"slo:objective:ratio": "0.999", "slo:sli_error:ratio_rate1h": "NaN"})
    done = run(prometheus)
    assert done.exit_code == 3
    assert "unknown" in done.stdout


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (result({}), "knows no objective"),
        (None, "answers 503"),
        ({"data": 1}, "not that of a Prometheus"),
        ([], "not that of a Prometheus"),
        ({"status": "error", "error": "too many samples"}, "too many samples"),
        ({"status": "success", "data": {"result": [{"metric": "up", "value": [0, "1"]}]}}, "not that of a"),
        (
            {"status": "success", "data": {"result": [{"metric": {"a": []}, "value": [0, "1"]}]}},
            "not that of a",
        ),
        ({"status": ""}, "it says"),
        (result({**KEPT, "slo:objective:ratio": "abc"}), "not that of a Prometheus"),
        (b"<html>", "answers no JSON"),
        (b"[" * 100_000, "answers no JSON"),
        (result({**KEPT, "slo:time_period:days": "+Inf"}), "0 days"),
    ],
    ids=[
        *(
            "no rules",
            "an error",
            "another answer",
            "a list",
            "a refusal",
            "no labels",
            "labels that are none",
            "an empty status",
            "a value that is none",
        ),
        *("a page", "too deep", "endless days"),
    ],
)
def test_what_is_no_prometheus_with_objectives_is_said(
    prometheus: Prometheus, answer: Any, told: str
) -> None:
    prometheus.answer = answer
    done = run(prometheus)
    assert told in done.output
    assert done.exit_code == (0 if "days" in told else 2)


def test_several_clusters_in_one_store_are_not_taken_for_one(prometheus: Prometheus) -> None:
    prometheus.answer = result(KEPT)
    for each in list(prometheus.answer["data"]["result"]):
        prometheus.answer["data"]["result"].append({**each, "metric": {**each["metric"], "cluster": "b"}})
    done = run(prometheus)
    assert done.exit_code == 2
    assert "several clusters" in done.output


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:909O/", "http://a b/", "http://[::1/", "http://127.0.0.1:9/ü", "http://ü..x/"]
)
def test_an_address_that_is_none_is_said(url: str) -> None:
    done = CliRunner().invoke(app, ["objectives", "--url", url])
    assert done.exit_code == 2
    assert "cannot be asked" in done.output


def test_names_of_series_are_no_markup(prometheus: Prometheus) -> None:
    prometheus.answer = result(KEPT)
    for each in prometheus.answer["data"]["result"]:
        each["metric"]["subject"] = "[red]x[/bold]"
    assert "[red]x[/bold]" in run(prometheus).stdout


def test_where_nothing_listens_it_is_said() -> None:
    done = CliRunner().invoke(app, ["objectives", "--url", "http://127.0.0.1:9/"])
    assert done.exit_code == 2
    assert "cannot be asked" in done.output


def test_an_address_of_another_kind_is_refused() -> None:
    done = CliRunner().invoke(app, ["objectives", "--url", "file:///etc/passwd"])
    assert done.exit_code == 2
    assert "http://" in done.output


def test_promises_are_by_objective_and_kind() -> None:
    of = [
        Sample({"__name__": "slo:objective:ratio", "sloth_service": service, "sloth_slo": slo}, 0.9)
        for service, slo in (("b", "latency-1s"), ("b", "availability"), ("a", "availability"))
    ]
    assert [(each.objective, each.kind) for each in promises(of)] == [
        ("a", "availability"),
        ("b", "availability"),
        ("b", "latency-1s"),
    ]


def test_a_narrow_table_loses_no_part_of_a_name(prometheus: Prometheus) -> None:
    prometheus.answer = result(KEPT)
    for each in prometheus.answer["data"]["result"]:
        each["metric"]["subject"] = "a-host-with-a-long-name-" + "x" * 60
    url = f"http://127.0.0.1:{prometheus.server_address[1]}/"
    told = CliRunner(env={"COLUMNS": "80"}).invoke(app, ["objectives", "--url", url]).stdout
    assert "…" not in told
    assert told.count("x") == 60


def test_a_password_in_an_address_is_not_shown() -> None:
    done = CliRunner().invoke(app, ["objectives", "--url", "http://somebody:secret@127.0.0.1:9/"])
    assert done.exit_code == 2
    assert "forward a port" in done.output
    assert "secret" not in done.output
