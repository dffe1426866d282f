"""A stack that is refused registers nothing."""

from pathlib import Path
from typing import Any
from unittest.mock import patch

import pulumi
import pytest

from tests import stacks
from tests.program import recording
from tests.unit.config.corpus import Case, corpus


def _refused(config: dict[str, str]) -> tuple[str, list[recording.Declared]]:
    """Run the program and return its error and what it had declared by then."""
    monitors: list[recording.Recorder] = []

    class Watched(recording.Recorder):
        def __init__(self, mocks: recording.Cloud) -> None:
            super().__init__(mocks)
            monitors.append(self)

    with patch.object(recording, "Recorder", Watched), pytest.raises(pulumi.RunError) as refused:
        recording.run(config)
    return str(refused.value), monitors[0].declared


@pytest.mark.parametrize("case", corpus(), ids=lambda case: case.name)
def test_an_invalid_stack_registers_nothing(case: Case) -> None:
    message, declared = _refused(case.raw)
    assert declared == []
    for path in case.expected:
        assert path in message


def test_every_problem_is_told_before_anything_is_registered() -> None:
    config = stacks.config_map(
        "dev",
        {
            "network:environment": {"region": "nowhere"},
            "network:ingress": {"loadBalancer": {"sizeUnit": 0}},
            "network:typo": {},
        },
    )
    message, declared = _refused(config)
    assert declared == []
    for path in (
        "network:environment.region",
        "network:ingress.loadBalancer.sizeUnit",
        "network:typo",
    ):
        assert path in message


def test_a_missing_secret_is_told_with_the_command_that_sets_it() -> None:
    config = stacks.config_map("dev")
    del config["network:dnsToken"]
    message, declared = _refused(config)
    assert declared == []
    assert "pulumi config set --secret network:dnsToken" in message


def test_a_chart_in_a_folder_that_the_values_do_not_fit_is_refused(tmp_path: Path) -> None:
    (tmp_path / "Chart.yaml").write_text("version: 41.2.0")
    chart = {"path": str(tmp_path)}
    message, _ = _refused(stacks.config_map("dev", {"network:charts": {"traefik": chart}}))
    assert "the chart is 41.2.0, but the platform's values fit from 41.3.0 on" in message


def test_a_chart_without_definitions_is_told_with_the_key_to_change(empty_folder: str) -> None:
    chart: dict[str, Any] = {
        "repository": "https://charts.example",
        "version": "41.3.0",
        "path": empty_folder,
    }
    config = stacks.config_map("dev", {"network:charts": {"traefik": chart}})
    message, _ = _refused(config)
    assert "network:charts.traefik.path" in message
