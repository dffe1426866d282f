"""Verdicts of Cilium become a list of what no flow declares. The lines are as the agent prints them."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from network.cli import app
from network.cli.undeclared import Undeclared, pod_names, undeclared

VERDICTS = """\
Listening for events on 2 CPUs with 64x4096 of shared memory
Policy verdict log: flow 0x7a1c local EP ID 12, remote ID 3021, proto 6, egress, action allow, \
auth: disabled, match all, 10.244.0.5:41522 -> 10.244.0.130:5432 tcp SYN
Policy verdict log: flow 0x7a1d local EP ID 12, remote ID 3021, proto 6, egress, action allow, \
auth: disabled, match all, 10.244.0.5:41530 -> 10.244.0.130:5432 tcp SYN
Policy verdict log: flow 0x7a1e local EP ID 12, remote ID 311, proto 17, egress, action allow, \
auth: disabled, match L3-L4, 10.244.0.5:53112 -> 10.244.0.2:53 udp
Policy verdict log: flow 0x7a1f local EP ID 12, remote ID 2, proto 6, ingress, action allow, \
auth: disabled, match all, 203.0.113.9:50112 -> 10.244.0.5:8081 tcp SYN
Policy verdict log: flow 0x7a20 local EP ID 14, remote ID 2, proto 6, ingress, action deny, \
auth: disabled, match none, 203.0.113.9:50113 -> 10.244.0.6:8081 tcp SYN
"""
PODS = {
    "items": [
        {
            "metadata": {
                "namespace": "legacy",
                "name": "batch-5f6d-x7k2p",
                "labels": {"pod-template-hash": "5f6d"},
                "ownerReferences": [{"kind": "ReplicaSet", "name": "batch-5f6d"}],
            },
            "spec": {},
            "status": {"podIP": "10.244.0.5"},
        },
        {"metadata": {"namespace": "data", "name": "db-0"}, "spec": {}, "status": {"podIP": "10.244.0.130"}},
        {"metadata": {"namespace": "data", "name": "pending"}, "spec": {}, "status": {}},
    ]
}


def test_only_what_nothing_but_the_absence_of_isolation_lets_through_is_told() -> None:
    found = undeclared(VERDICTS.splitlines(), pod_names(json.dumps(PODS)))
    assert found == {
        Undeclared("egress", "legacy/batch", "data/db-0", 5432, "TCP"): 2,
        Undeclared("ingress", "203.0.113.9", "legacy/batch", 8081, "TCP"): 1,
    }


def test_without_pods_addresses_are_told() -> None:
    assert {each.source for each in undeclared(VERDICTS.splitlines(), {})} == {"10.244.0.5", "203.0.113.9"}


def test_another_text_than_a_list_of_pods_is_refused() -> None:
    with pytest.raises(ValueError, match="not a list of pods"):
        pod_names('{"kind": "Pod"}')


def test_the_command_shows_a_table_and_says_when_nothing_would_be_cut(tmp_path: Path) -> None:
    pods = tmp_path / "pods.json"
    pods.write_text(json.dumps(PODS))
    shown = CliRunner().invoke(app, ["undeclared", "--pods", str(pods)], input=VERDICTS)
    assert shown.exit_code == 0
    assert "data/db-0" in shown.stdout
    assert "5432/TCP" in shown.stdout
    nothing = CliRunner().invoke(app, ["undeclared"], input="")
    assert "nothing" in nothing.stdout.lower()
