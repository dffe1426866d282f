"""Files with very many problems: told in about linear time, and no more of them than anybody reads."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from network.cli import app
from network.config.errors import MOST_SHOWN, ConfigError
from network.config.load import check
from network.config.nearest import did_you_mean
from tests import libyaml
from tests.unit.config.corpus import case


def _keys(count: int) -> dict[str, Any]:
    return {f"podRang{number}": 1 for number in range(count)}


def _routes(count: int, **route: Any) -> dict[str, Any]:
    common = {"host": "shop.dev.k8s.webgrip.nl", "workload": "web", "port": "http", **route}
    return {f"r{number}": common for number in range(count)}


def _workloads(count: int) -> dict[str, Any]:
    return {f"w{number}": {"labels": {"a": "b"}, "ports": {"http": {"port": 80}}} for number in range(count)}


def _references(count: int) -> dict[str, Any]:
    talks = [
        {"application": f"apq{number}", "workload": "x", "port": "http", "reason": "reads products"}
        for number in range(count)
    ]
    return {"shop": {"talksTo": {"web": talks}}, **{f"app{n}": {"workloads": {}} for n in range(count)}}


FILES: dict[str, Callable[[int], dict[str, Any]]] = {
    "unknown keys at the top": lambda count: {f"network:{key}": 1 for key in _keys(count)},
    "unknown keys in a layer": lambda count: {"network:cluster": _keys(count)},
    "unknown keys far down": lambda count: _shop(routes={"shop": _keys(count)}),
    "unknown options of a middleware": lambda count: {
        "network:traffic": {"middlewares": {"x": {"spec": {"contentType": _keys(count)}}}}
    },
    "hosts that are in a list already": lambda count: {
        "network:external": {"dns": {"hosts": ["shop"] * (count + 1)}}
    },
    "routes for the same requests": lambda count: _shop(routes=_routes(count)),
    "routes that are refused": lambda count: _shop(routes=_routes(count, port=5.5)),
    "workloads with the same pods": lambda count: _shop(workloads=_workloads(count)),
    "names that many others resemble": lambda count: {"network:applications": _references(count)},
}
"""A stack file by the number of problems in it."""


def _shop(**layers: Any) -> dict[str, Any]:
    return {"network:applications": {"shop": layers}}


def _seconds(layers: dict[str, Any]) -> float:
    """Seconds of the processor that a check takes, by the better of two."""
    raw = case("large", {"set": layers}).raw

    def once() -> float:
        begun = time.process_time()
        check(raw)
        return time.process_time() - begun

    return min(once(), once())


@pytest.mark.parametrize("name", FILES)
def test_four_times_as_many_problems_take_far_less_than_sixteen_times_as_long(name: str) -> None:
    few, many = 150, 600
    problems = check(case("large", {"set": FILES[name](few)}).raw).problems
    assert few <= len(problems) <= 3 * few + 10
    assert _seconds(FILES[name](many)) < 10 * _seconds(FILES[name](few))


def test_so_many_are_shown_as_anybody_reads_and_the_others_are_counted(tmp_path: Path) -> None:
    file = tmp_path / "Pulumi.case.yaml"
    file.write_text(libyaml.dump({"config": {f"network:{key}": 1 for key in _keys(300)}}))

    result = CliRunner().invoke(app, ["check", "--file", str(file)])

    assert result.output.count("error: ") == MOST_SHOWN
    assert "more errors: mend these, and check again" in result.output
    assert result.exit_code == 1


def test_the_program_shows_no_more_than_the_command() -> None:
    problems = check(case("large", {"set": {"network:cluster": _keys(300)}}).raw).problems

    text = str(ConfigError(problems))

    assert text.count("rule:") == MOST_SHOWN
    assert text.startswith("The stack configuration has 300 problems:")
    assert text.endswith("… and 200 more problems: mend these, and check again")


def test_the_nearest_of_many_names_is_found() -> None:
    known = [f"app-{number:05}" for number in range(3_000)]

    assert did_you_mean("shop-wbe", [*known, "shop-web"]) == "did you mean `shop-web`?"
    assert "…" in did_you_mean("zzz", known)
