"""Files with very many problems: told in about linear time, and no more of them than anybody reads."""

import time
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from network.cli import app
from network.config.errors import MOST_SHOWN, ConfigError
from network.config.load import check
from network.config.nearest import did_you_mean
from tests.unit.config.corpus import case

MANY = 5_000
LONGEST = 8.0
"""Seconds of the processor: several times what is needed, and below what pairs of so many take."""


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


FILES: dict[str, tuple[int, dict[str, Any]]] = {
    "unknown keys at the top": (MANY, {f"network:{key}": 1 for key in _keys(MANY)}),
    "unknown keys in a layer": (MANY, {"network:cluster": _keys(MANY)}),
    "unknown keys far down": (
        MANY,
        {"network:applications": {"shop": {"routes": {"shop": _keys(MANY)}}}},
    ),
    "unknown options of a middleware": (
        MANY,
        {"network:traffic": {"middlewares": {"x": {"spec": {"contentType": _keys(MANY)}}}}},
    ),
    "hosts that are in a list already": (
        MANY - 1,
        {"network:external": {"dns": {"hosts": ["shop"] * MANY}}},
    ),
    "routes for the same requests": (
        400,
        {"network:applications": {"shop": {"routes": _routes(400)}}},
    ),
    "routes that are refused": (
        1_000,
        {"network:applications": {"shop": {"routes": _routes(1_000, port=5.5)}}},
    ),
    "workloads with the same pods": (
        400,
        {"network:applications": {"shop": {"workloads": _workloads(400)}}},
    ),
    "names that many others resemble": (1_000, {"network:applications": _references(1_000)}),
}


@pytest.mark.parametrize("name", FILES)
def test_very_many_problems_are_found_in_about_linear_time(name: str) -> None:
    count, layers = FILES[name]
    begun = time.process_time()

    problems = check(case("large", {"set": layers}).raw).problems

    assert time.process_time() - begun < LONGEST
    assert count <= len(problems) <= 3 * count + 10


def test_so_many_are_shown_as_anybody_reads_and_the_others_are_counted(tmp_path: Path) -> None:
    file = tmp_path / "Pulumi.case.yaml"
    file.write_text(yaml.safe_dump({"config": {f"network:{key}": 1 for key in _keys(300)}}))

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
