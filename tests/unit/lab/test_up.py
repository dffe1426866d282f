"""The steps of `make up`, and the record that they hand on."""

import inspect
import re
from dataclasses import fields
from pathlib import Path

import pytest
from rich.console import Console

from lab import up
from lab.commands import app
from lab.instance import choice
from lab.instance.lab import Lab, LabError
from lab.instance.supplies import Supplies
from lab.internet.ca import Authority
from lab.internet.otlp import OtlpReceiver
from lab.internet.primary import PrimaryZone
from lab.parts.observability import WATCHERS
from lab.up import starting
from lab.up.undertaking import Step, Undertaking
from tests.stacks import stack_config

GIVEN = {"stack", "console", "lab"}
"""What is known before the first step."""
FOUND = {field.name for field in fields(Undertaking)} - GIVEN


def reads_and_writes(step: Step) -> tuple[set[str], set[str]]:
    """Names in the undertaking that a step uses, and those that it notes."""
    text = inspect.getsource(step)
    written = set(re.findall(r"\brun\.(\w+) = ", text))
    return set(re.findall(r"\brun\.(\w+)", text)) & FOUND - written, written


def test_every_step_finds_what_it_needs_in_the_steps_before_it() -> None:
    found: set[str] = set()
    for step in up.UP:
        read, written = reads_and_writes(step)
        assert read <= found, step.__name__
        assert not written & found, f"{step.__name__} finds again what is known"
        found |= written
    assert found == FOUND


def test_an_up_begins_as_a_start_does() -> None:
    assert up.UP[: len(up.START)] == up.START


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[str]:
    """Names of the steps that were taken; the third fails."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setenv("LAB", "mine")
    taken: list[str] = []

    def first(run: Undertaking) -> None:
        taken.append(f"first of {run.stack} in {run.lab.name}")

    def second(_: Undertaking) -> None:
        taken.append("second")

    def failing(_: Undertaking) -> None:
        raise LabError("no further")

    monkeypatch.setattr(up, "UP", (first, second, failing, second))
    return taken


def test_steps_are_taken_in_order_until_one_fails(steps: list[str]) -> None:
    with pytest.raises(LabError, match="no further"):
        up.up("dev", Console())
    assert steps == ["first of dev in mine", "second"]


def test_supplies_are_read_as_they_were_written_and_by_their_owner_only(tmp_path: Path) -> None:
    key = ("platform", "hmac-sha256", "c2VjcmV0")
    zone = PrimaryZone("dev.k8s.webgrip.nl", "ns1.example.com", 53, *key, also=("shop.example",))
    supplies = Supplies(
        "cilium",
        zone,
        ("adopted.example",),
        (("hooks.example", 443),),
        (OtlpReceiver("logs", "loki.example", 443, "/otlp", "Bearer x"),),
        {"runc": tmp_path},
        {"pause": tmp_path / "x"},
    )
    file = tmp_path / "supplies.json"
    supplies.write(file)
    assert Supplies.read(file) == supplies
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_stack_file_with_problems_starts_nothing_and_names_the_check(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "Pulumi.dev.yaml"
    file.write_text("config:\n  network:cluster: { cni: generic, nodes: many }\n")
    monkeypatch.setenv("LAB_STACK_FILE", str(file))
    monkeypatch.delenv("LAB", raising=False)
    with pytest.raises(LabError, match="network check --stack dev"):
        choice.checked_config("dev")
    # It can still be ended.
    assert choice.lab_of("dev") == Lab("dev")


def test_a_stack_without_a_file_is_answered_with_those_that_have_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LAB_STACK_FILE", raising=False)
    with pytest.raises(LabError, match="Known stacks: dev, prod"):
        choice.checked_config("none")


def test_every_command_of_the_makefile_is_one_of_the_lab_s() -> None:
    makefile = (Path(up.__file__).parents[2] / "Makefile").read_text()
    called = set(re.findall(r"-m lab ([a-z]+)", makefile))
    named = {app.NAMES.get(each) or each.__name__ for each in app.COMMANDS}
    assert called <= named


@pytest.mark.parametrize(
    ("over", "expected"),
    [
        ({}, set[str]()),
        ({"logs": {"store": {"install": {}}}}, {"collector", "victoria-logs"}),
        ({"logs": {"store": {"endpoint": {"url": "https://loki.example/otlp"}}}}, {"collector"}),
        ({"traces": {"endpoint": {"url": "https://tempo.example"}}}, {"collector"}),
    ],
)
def test_the_parts_of_logs_and_traces_are_made_for_stacks_that_ask_for_them(
    over: dict[str, object], expected: set[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(Authority, "at", lambda _: Authority)
    monkeypatch.setattr(Authority, "bundle", tmp_path)
    monkeypatch.setattr(starting.images, "ensure", lambda *_: {})
    asked: set[str] = set()
    monkeypatch.setattr(starting.parts, "ensure", lambda *names: asked.update(names))
    run = Undertaking("dev", Console(), Lab("dev"))
    run.cni, run.zone = "cilium", None
    run.config = stack_config("dev", {"network:observability": {"prometheus": {"install": {}}, **over}})
    starting.make_parts(run)
    assert asked & {"collector", "victoria-logs"} == expected
    assert asked >= set(WATCHERS)
