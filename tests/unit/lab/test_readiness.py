"""What of a platform is ready, by the objects of its cluster."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from lab.readiness.rows import requests
from tests.stacks import ROOT

NODE = {
    "kind": "Node",
    "metadata": {"name": "pool-1"},
    "status": {"conditions": [{"type": "Ready", "status": "True", "reason": "KubeletReady"}]},
}
DAEMON_SET = {
    "kind": "DaemonSet",
    "metadata": {"name": "node-exporter", "namespace": "monitoring-nodes"},
    "spec": {},
    "status": {"desiredNumberScheduled": 2, "numberReady": 2},
}
DEPLOYMENT = {
    "kind": "Deployment",
    "metadata": {"name": "traefik", "namespace": "traefik"},
    "spec": {"replicas": 2},
    "status": {"readyReplicas": 1},
}


def look(folder: Path, script: str) -> "subprocess.CompletedProcess[str]":
    """Look at a cluster whose kubectl is a script."""
    kubectl = folder / "kubectl"
    kubectl.write_text(f"#!/bin/sh\n{script}\n")
    kubectl.chmod(0o755)
    command = [sys.executable, "-m", "lab.readiness", str(kubectl), str(folder)]
    layers = {"traefik": "ingress", "monitoring-nodes": "observability"}
    stack = json.dumps({"layers": layers, "zones": ["dev.example.org"]})
    return subprocess.run(command, cwd=ROOT, input=stack, capture_output=True, text=True, check=False)


def test_every_object_is_a_row_and_what_must_be_there_is_missed(tmp_path: Path) -> None:
    (tmp_path / "list.json").write_text(json.dumps({"kind": "List", "items": [NODE, DEPLOYMENT, DAEMON_SET]}))
    script = f'test "$1" = "--kubeconfig={tmp_path}/kubeconfig" && cat {tmp_path}/list.json'
    rows = json.loads(look(tmp_path, script).stdout)
    assert [(row["layer"], row["what"], row["ready"], row["detail"]) for row in rows] == [
        ("cluster", "Node pool-1", True, "KubeletReady"),
        ("ingress", "Deployment traefik/traefik", False, "1 of 2 ready"),
        ("observability", "DaemonSet monitoring-nodes/node-exporter", True, "2 of 2 ready"),
        ("policies", "NetworkPolicy objects", False, "0"),
        ("applications", "IngressRoute objects", False, "0"),
    ]


def test_a_cluster_that_cannot_be_asked_ends_it_with_kubectl_s_words(tmp_path: Path) -> None:
    done = look(tmp_path, "echo connection refused >&2; exit 1")
    assert (done.returncode, done.stderr, done.stdout) == (1, "connection refused\n", "")


def test_each_route_is_asked_by_a_method_of_its_own_and_nobody_s_name_by_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, str, str]] = []

    def probe(host: str, path: str, _: Path, method: str) -> tuple[bool, str]:
        asked.append((method, host, path))
        return True, "200"

    monkeypatch.setattr("lab.readiness.rows.probe", probe)
    monkeypatch.setattr("lab.readiness.rows._resolves", lambda host: host == "led.here.example")
    matches = [
        "Host(`shop.dev.example.org`)",
        "Host(`hooks.dev.example.org`) && Path(`/api`) && (Method(`POST`) || Method(`PUT`))",
        "Host(`shop.dev.example.org`) && PathPrefix(`/beta`) && Header(`X-Beta`, `1`)",
        "Host(`bought.example`) || Host(`led.here.example`)",
    ]
    route = {"kind": "IngressRoute", "spec": {"routes": [{"match": match} for match in matches]}}
    rows = list(requests([route], ["dev.example.org"], tmp_path))
    assert asked == [
        ("POST", "hooks.dev.example.org", "/api"),
        ("GET", "led.here.example", "/"),
        ("GET", "shop.dev.example.org", "/"),
    ]
    assert rows[0].what == "POST https://hooks.dev.example.org/api"
