"""A stack that is refused registers nothing."""

from pathlib import Path
from typing import Any

import pytest
from pulumi.runtime.mocks import MockResourceArgs

from tests import stacks
from tests.program import recording
from tests.program.refusals import refusal
from tests.unit.config.corpus import Case, corpus


@pytest.mark.parametrize("case", corpus(), ids=lambda case: case.name)
def test_an_invalid_stack_registers_nothing(case: Case) -> None:
    message, declared = refusal(case.raw)
    assert declared == ()
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
    message, declared = refusal(config)
    assert declared == ()
    for path in (
        "network:environment.region",
        "network:ingress.loadBalancer.sizeUnit",
        "network:typo",
    ):
        assert path in message


def test_a_missing_secret_is_told_with_the_command_that_sets_it() -> None:
    config = stacks.config_map("dev")
    del config["network:dnsToken"]
    message, declared = refusal(config)
    assert declared == ()
    assert "pulumi config set --secret network:dnsToken" in message


def test_a_charts_in_folders_that_the_values_do_not_fit_is_refused(tmp_path: Path) -> None:
    (tmp_path / "Chart.yaml").write_text("version: 41.2.0")
    chart = {"path": str(tmp_path)}
    message, _ = refusal(stacks.config_map("dev", {"network:charts": {"traefik": chart}}))
    assert "the chart is 41.2.0, but the platform's values fit from 41.3.0 on" in message


def test_a_chart_without_definitions_is_told_with_the_key_to_change(empty_folder: str) -> None:
    chart: dict[str, Any] = {
        "repository": "https://charts.example",
        "version": "41.3.0",
        "path": empty_folder,
    }
    config = stacks.config_map("dev", {"network:charts": {"traefik": chart}})
    message, _ = refusal(config)
    assert "network:charts.traefik.path" in message


def test_a_cluster_in_state_error_ends_the_program_with_the_way_out(
    charts_in_folders: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = recording.Cloud.new_resource

    def broken(cloud: recording.Cloud, args: MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        identity, state = answer(cloud, args)
        return identity, state | ({"status": "error"} if args.typ.endswith(":KubernetesCluster") else {})

    monkeypatch.setattr(recording.Cloud, "new_resource", broken)
    message, _ = refusal(stacks.config_map("dev", charts_in_folders))
    assert "cluster network-dev" in message
    assert "docs/runbooks/interrupted-run.md" in message
