"""Lines that would declare a connection: a stack file that has them, declares it."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from network.cli import app
from network.cli.declaring import lines
from network.cli.undeclared import Pod, pods_by_owner
from network.cli.verdicts import Undeclared
from network.plan import build
from network.plan.model.flows import Entity, Flow, Host, Pods, Range
from tests import stacks
from tests.stacks import ROOT

CONFIG = stacks.stack_config("prod")
PODS: Mapping[str, Pod] = {
    "shop/web": Pod("shop", {"app.kubernetes.io/name": "shop-web", "tier": "front"}),
    "shop/api": Pod("shop", {"app.kubernetes.io/name": "shop-api"}),
    "reporting/collector": Pod("reporting", {"app.kubernetes.io/name": "reports-collector"}),
    "data/db": Pod("data", {"app": "db"}),
    "traefik/traefik": Pod("traefik", {"app.kubernetes.io/name": "traefik"}),
    "cert-manager/cert-manager": Pod("cert-manager", {"app.kubernetes.io/name": "cert-manager"}),
}


def connection(source: str, destination: str, port: int = 443, protocol: str = "TCP") -> Undeclared:
    return Undeclared("egress", source, destination, port, protocol)


def declared(found: str) -> Flow:
    """Return the one flow that a stack file has more with the lines."""
    more = yaml.safe_load(found)
    before = {flow.name for flow in build(CONFIG).flows}
    raw = stacks.stack_file("prod")
    changed = _added(raw["network:applications"], more["network:applications"])
    after = build(stacks.stack_config("prod", {"network:applications": changed})).flows
    (flow,) = [flow for flow in after if flow.name not in before]
    return flow


def _added(here: Any, more: Any) -> Any:
    if isinstance(here, dict) and isinstance(more, dict):
        return {**here, **{key: _added(here.get(key), value) for key, value in more.items()}}
    return [*here, *more] if isinstance(here, list) and isinstance(more, list) else more


@pytest.mark.parametrize(
    ("source", "destination", "port", "protocol", "expected"),
    [
        ("shop/web", "reporting/collector", 4317, "TCP", "reporting/reports-collector"),
        ("shop/web", "shop/api", 9090, "TCP", "shop/shop-api"),
        ("shop/api", "shop/web", 9999, "TCP", "shop/shop-web"),
        ("shop/web", "data/db", 5432, "TCP", "data/data-app-db"),
        ("shop/web", "203.0.113.7", 123, "UDP", "203.0.113.7/32"),
        ("shop/web", "api.partner.example", 443, "TCP", "api.partner.example"),
        ("shop/web", "kube-apiserver", 443, "TCP", "kube-apiserver"),
        ("shop/web", "nodes", 9100, "TCP", "nodes"),
    ],
)
def test_a_connection_of_a_workload_is_declared_where_it_is_opened(
    source: str, destination: str, port: int, protocol: str, expected: str
) -> None:
    found = lines(CONFIG, connection(source, destination, port, protocol), PODS)
    flow = declared(found.text())
    assert isinstance(flow.source, Pods)
    assert flow.source.name == source.replace("/", "-")
    match flow.destination:
        case Pods():
            assert f"{flow.destination.namespace}/{flow.destination.name}" == expected
        case Range():
            assert str(flow.destination.network) == expected
        case Host() | Entity():
            assert flow.destination.name == expected
    if expected != "kube-apiserver":
        assert [(each.port, each.protocol) for each in flow.ports] == [(port, protocol)]


def test_a_connection_from_elsewhere_is_accepted_by_its_workload() -> None:
    from_pods = declared(lines(CONFIG, connection("data/db", "shop/api", 8080), PODS).text())
    assert isinstance(from_pods.source, Pods)
    assert (from_pods.source.namespace, dict(from_pods.source.labels)) == ("data", {"app": "db"})
    from_range = declared(lines(CONFIG, connection("10.1.0.9", "shop/api", 9090), PODS).text())
    assert isinstance(from_range.source, Range)


def test_a_port_that_is_new_is_declared_with_it() -> None:
    found = lines(CONFIG, connection("shop/web", "shop/api", 7000, "UDP"), PODS).text()
    assert "ports: {port-7000: {port: 7000, protocol: UDP}}" in found


@pytest.mark.parametrize(
    ("source", "destination", "why"),
    [
        ("traefik/traefik", "shop/api", "declare a route"),
        ("cert-manager/cert-manager", "shop/api", "platform's own"),
        ("cert-manager/cert-manager", "203.0.113.7", "Neither end"),
        ("shop/web", "fd00::9", "neither a pod"),
        ("world.example", "shop/api", "neither a pod nor"),
    ],
)
def test_what_no_stack_file_declares_is_said(source: str, destination: str, why: str) -> None:
    assert why in lines(CONFIG, connection(source, destination), PODS).text()


def test_labels_of_single_pods_and_versions_select_none() -> None:
    labels = {"app": "db", "controller-revision-hash": "x", "apps.kubernetes.io/pod-index": "0"}
    pod = {"metadata": {"namespace": "data", "name": "db-0", "labels": labels}, "status": {}}
    assert pods_by_owner(json.dumps({"items": [pod]})) == {"data/db-0": Pod("data", {"app": "db"})}


KUBECTL = """#!/bin/sh
case "$*" in
  get*) echo '{"items": [
    {"metadata": {"namespace": "kube-system", "name": "cilium-1", "labels": {"k8s-app": "cilium"}},
     "status": {"phase": "Running"}},
    {"metadata": {"namespace": "shop", "name": "web-0",
                  "labels": {"app.kubernetes.io/name": "shop-web"}},
     "status": {"podIP": "10.244.0.5"}}]}' ;;
  exec*--namespace=kube-system*cilium-1*cilium-agent*hubble*observe*--since=90s*)
    echo '{"flow": {"verdict": "DROPPED", "IP": {"source": "10.244.0.5", "destination": "203.0.113.7"},
      "l4": {"TCP": {"destination_port": 443}}, "source": {"namespace": "shop", "pod_name": "web-0"},
      "event_type": {"type": 5}, "traffic_direction": "EGRESS"}}' | tr -d '\n'; echo ;;
  *) echo "what is $*" >&2; exit 1 ;;
esac
"""


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Folder of programs that are found before all others."""
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.chdir(ROOT)
    return tmp_path


def _program(folder: Path, name: str, text: str) -> None:
    (folder / name).write_text(text)
    (folder / name).chmod(0o755)


def test_agents_are_asked_through_kubectl(programs: Path) -> None:
    _program(programs, "kubectl", KUBECTL)
    done = CliRunner().invoke(app, ["undeclared", "--live", "--since", "90s", "--stack", "prod"])
    assert done.exit_code == 0, done.output
    assert "shop/web-0" in done.output
    assert "203.0.113.7" in done.output
    assert "- {range: 203.0.113.7/32, port: 443, reason: say here why}" in done.output


def test_a_relay_is_asked_by_hubble(programs: Path) -> None:
    _program(programs, "kubectl", KUBECTL)
    _program(programs, "hubble", '#!/bin/sh\n[ "$2" = "--server=localhost:4245" ] || exit 1\n')
    done = CliRunner().invoke(app, ["undeclared", "--server", "localhost:4245"])
    assert done.exit_code == 0, done.output
    assert "0 verdicts" in done.output


@pytest.mark.parametrize(
    ("kubectl", "told"),
    [
        ("#!/bin/sh\necho 'connection refused' >&2; exit 1\n", "kubectl get: connection refused"),
        ("#!/bin/sh\necho '{\"items\": []}'\n", "no pod of Cilium's agent"),
        ("#!/bin/sh\necho nonsense\n", "not a list of pods"),
    ],
)
def test_a_cluster_that_does_not_tell_is_told_in_one_line(programs: Path, kubectl: str, told: str) -> None:
    _program(programs, "kubectl", kubectl)
    done = CliRunner().invoke(app, ["undeclared", "--live"])
    assert done.exit_code == 2
    assert told in done.output
    assert len(done.output.splitlines()) == 1


def test_a_program_that_is_not_there_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    done = CliRunner().invoke(app, ["undeclared", "--live"])
    assert (done.exit_code, "kubectl is not on PATH" in done.output) == (2, True)
