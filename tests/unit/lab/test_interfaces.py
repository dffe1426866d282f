"""Admin interfaces on a local port."""

import json
from pathlib import Path

import pytest
from rich.console import Console

from lab.commands import grafana, port_forward, view
from lab.commands.interfaces import INTERFACES
from lab.instance.lab import Lab, LabError
from network.plan import build
from tests.contract.planned import KEEPING, plan_of
from tests.stacks import ROOT, everything


@pytest.fixture
def running(monkeypatch: pytest.MonkeyPatch) -> Lab:
    """A lab that seems to run."""
    lab = Lab("watched")
    monkeypatch.setattr(Lab, "running", lambda _: True)
    monkeypatch.setattr(view, "lab_of", lambda _: lab)
    return lab


@pytest.mark.parametrize("name", INTERFACES)
def test_each_interface_has_a_make_target(name: str) -> None:
    assert f"-m lab view {name} " in (ROOT / "Makefile").read_text()


def test_what_the_platform_runs_is_reached_at_services_that_its_charts_make() -> None:
    plan = build(everything()).observability
    assert plan.stack is not None
    prefix = plan.stack.values["fullnameOverride"]
    for name in ("prometheus", "alertmanager", "grafana"):
        assert INTERFACES[name].target == f"service/{prefix}-{name}"
        assert INTERFACES[name].namespace == plan.stack.namespace


def test_the_store_of_logs_is_reached_at_the_service_that_its_chart_makes() -> None:
    (store, *_) = plan_of(KEEPING).telemetry.releases
    assert INTERFACES["logs"].namespace == store.namespace
    assert INTERFACES["logs"].target == f"service/{store.values['server']['fullnameOverride']}"


@pytest.mark.parametrize("name", ["grafana", "hubble"])
def test_the_lab_says_why_it_lacks_an_interface(
    running: Lab, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    del running
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(LabError, match=f"the lab has no {name}: .*make "):
        view.view(name)


def test_an_unknown_interface_is_refused_with_the_known_ones() -> None:
    with pytest.raises(LabError, match="alertmanager, grafana, hubble, logs, prometheus, traefik"):
        view.view("loki")


def test_a_grafana_on_path_shows_the_stack_s_dashboards_over_the_lab_s_prometheus(
    running: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    program = tmp_path / "grafana" / "bin" / "grafana"
    program.parent.mkdir(parents=True)
    program.touch(mode=0o755)
    monkeypatch.setenv("PATH", str(program.parent))
    monkeypatch.setattr(grafana, "running_engine", lambda _: None)
    asked = {"items": [{"data": {"network-traefik.json": "{}"}}]}
    monkeypatch.setattr(grafana.engine_commands, "told", lambda *_: asked)
    ran: list[list[str]] = []

    def run(lab: Lab, port: int, commands: object, console: Console) -> None:
        del port, console
        assert lab is running
        ran.extend(commands)  # pyright: ignore[reportArgumentType]

    monkeypatch.setattr(port_forward, "out_of_the_lab", run)
    view.view("grafana", port=9001)
    *forwards, server = ran
    assert {each[3] for each in forwards} == {f"service/monitoring-{name}" for name in grafana.SOURCES}
    assert server[:4] == [str(program), "server", "--homepath", str(tmp_path / "grafana")]
    assert "cfg:server.http_port=9001" in server
    folder = running.folder / "grafana"
    assert (folder / "dashboards" / "network-traefik.json").read_text() == "{}"
    sources = json.loads((folder / "provisioning" / "datasources" / "lab.yaml").read_text())["datasources"]
    assert [each["uid"] for each in sources] == ["prometheus", "alertmanager"]
