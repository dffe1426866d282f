"""Verdicts of Cilium become a list of what no flow declares. The lines are as the agent prints them."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from network.cli import app
from network.cli.undeclared import pod_names, read
from network.cli.verdicts import Undeclared

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


COMPACT = """\
Nov 29 13:00:00.000: legacy/batch-5f6d-x7k2p:41522 (ID:3021) -> data/db-0:5432 (ID:311) \
policy-verdict:all EGRESS ALLOWED (TCP Flags: SYN)
Nov 29 13:00:01.000 [node-1]: [fd00::9]:40000 (world) -> legacy/batch-5f6d-x7k2p:53 (ID:3021) \
policy-verdict:none INGRESS AUDITED (UDP)
Nov 29 13:00:02.000: shop/web-1:40000 (ID:12) -> data/db-0:5432 (ID:311) \
policy-verdict:L3-L4 EGRESS ALLOWED (TCP Flags: SYN)
Nov 29 13:00:03.000: shop/web-1:40000 (ID:12) -> 203.0.113.7:443 (world) \
policy-verdict:none EGRESS DENIED (TCP Flags: SYN)
"""


def _flow(verdict: str, match: int, event: int = 5, **more: object) -> str:
    flow = {
        "verdict": verdict,
        "IP": {"source": "10.244.0.5", "destination": "203.0.113.7", "ipVersion": "IPv4"},
        "l4": {"TCP": {"source_port": 40000, "destination_port": 443, "flags": {"SYN": True}}},
        "source": {"namespace": "legacy", "pod_name": "batch-5f6d-x7k2p", "workloads": [{"name": "batch"}]},
        "destination": {"labels": ["reserved:world"]},
        "event_type": {"type": event},
        "traffic_direction": "EGRESS",
        "policy_match_type": match,
    }
    return json.dumps({"flow": {**flow, **more}, "node_name": "node-1"})


def test_only_what_nothing_but_the_absence_of_isolation_lets_through_is_told() -> None:
    found = read(VERDICTS.splitlines(), pod_names(json.dumps(PODS)))
    assert found.undeclared == {
        Undeclared("egress", "legacy/batch", "data/db-0", 5432, "TCP"): 2,
        Undeclared("ingress", "203.0.113.9", "legacy/batch", 8081, "TCP"): 1,
    }
    assert (found.read, found.cut, found.others) == (5, 1, 1)
    assert found.denied == {Undeclared("ingress", "203.0.113.9", "10.244.0.6", 8081, "TCP"): 1}


def test_compact_lines_of_hubble_are_read() -> None:
    found = read(COMPACT.splitlines(), pod_names(json.dumps(PODS)))
    assert found.undeclared == {
        Undeclared("egress", "legacy/batch", "data/db-0", 5432, "TCP"): 1,
        Undeclared("ingress", "fd00::9", "legacy/batch", 53, "UDP"): 1,
    }
    assert (found.read, found.cut, found.others) == (4, 1, 0)


def test_json_of_hubble_is_read() -> None:
    lines = [_flow("FORWARDED", 4), _flow("FORWARDED", 2), _flow("DROPPED", 0), _flow("AUDIT", 0)]
    found = read([*lines, _flow("FORWARDED", 4, event=4), '{"node_status": {}}', "{"], {})
    assert found.undeclared == {Undeclared("egress", "legacy/batch", "203.0.113.7", 443, "TCP"): 2}
    assert (found.read, found.cut, found.others) == (4, 1, 3)


def test_ends_without_an_address_of_their_own_have_names() -> None:
    def to(**destination: object) -> str:
        return next(iter(read([_flow("DROPPED", 0, 5, **destination)], {}).denied)).destination

    assert to(destination={"labels": ["reserved:kube-apiserver", "reserved:remote-node"]}) == "kube-apiserver"
    assert to(destination={"labels": ["reserved:host"]}) == "nodes"
    assert to(destination_names=["api.partner.example"]) == "api.partner.example"
    assert to() == "203.0.113.7"


def test_a_verdict_of_a_protocol_without_ports_is_understood() -> None:
    found = read([_flow("FORWARDED", 4, l4={"ICMPv4": {"type": 8}})], {})
    assert (found.read, found.undeclared) == (1, {})


def test_without_pods_addresses_are_told() -> None:
    found = read(VERDICTS.splitlines(), {}).undeclared
    assert {each.source for each in found} == {"10.244.0.5", "203.0.113.9"}


@pytest.mark.parametrize("text", ['{"kind": "Pod"}', '{"items": [1]}', '{"items": [{"metadata": {}}]}', "[]"])
def test_another_text_than_a_list_of_pods_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a list of pods"):
        pod_names(text)


def test_the_command_shows_a_table_and_says_when_nothing_would_be_cut(tmp_path: Path) -> None:
    pods = tmp_path / "pods.json"
    pods.write_text(json.dumps(PODS))
    shown = CliRunner().invoke(app, ["undeclared", "--pods", str(pods)], input=VERDICTS)
    assert shown.exit_code == 0
    assert "data/db-0" in shown.stdout
    assert "5432/TCP" in shown.stdout
    declared = VERDICTS.splitlines()[3]
    nothing = CliRunner().invoke(app, ["undeclared"], input=declared)
    assert (nothing.exit_code, "tell of nothing that is cut" in nothing.stdout) == (0, True)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "garbage\n",
        "Listening for events on 2 CPUs\n",
        "Nov 29 13:00:00.000: shop/web-1:40000 -> 203.0.113.7:443 policy-verdict:none EGRESS DENIED\n",
        '{"flow": {"verdict": "FORWARDED"}}\n',
    ],
)
def test_input_of_which_nothing_is_understood_is_an_error(text: str) -> None:
    done = CliRunner().invoke(app, ["undeclared"], input=text)
    assert done.exit_code == 2
    assert "cilium-dbg monitor" in done.output
