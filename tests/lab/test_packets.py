"""Packets between every two places of a running lab, against the declared flows and the analysis.

Once with Cilium as on DOKS, once with plain plugins and kube-router.
"""

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml

from lab.internet.addresses import ACME_PRODUCTION, ACME_PRODUCTION_NAME, NAME_SERVER
from lab.packets.places import Place
from lab.parts.images import every_image
from network.cli.undeclared import pod_names
from network.cli.undeclared import read as read_verdicts
from network.plan.model.flows import Entity, Flow, Pods, Port
from network.plan.policies.cilium_rules import cilium_policy
from tests.lab import cilium_agents
from tests.lab.cilium_agents import Agent
from tests.lab.packets.proof import CHANGE_SECONDS, Proof, pairs
from tests.lab.patience import until
from tests.lab.platform import Platform
from tests.stacks import merged

pytestmark = pytest.mark.lab

OVERLAYS = Path(__file__).with_name("packets")
STRANGER = {"app": "stranger"}


@pytest.fixture(scope="module", params=["cilium", pytest.param("generic", marks=pytest.mark.campaign)])
def proof(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proof]:
    """The dev stack with one kind of enforcer, and strangers in it; watched where the enforcer is DOKS's."""
    folder, watched = tmp_path_factory.mktemp(request.param), request.param == "cilium"
    overlay = folder / "overlay.yaml"
    overlay.write_text(yaml.safe_dump(_over(request.param), sort_keys=False))
    with Platform(folder, overlay=overlay, cni=request.param, watched=watched) as platform:
        platform.lab("up")
        proof = Proof(platform, request.param)
        _run_strangers(proof)
        yield proof


def _over(cni: str) -> dict[str, Any]:
    """What is laid over the dev stack, so that there is every kind of peer."""
    both = yaml.safe_load((OVERLAYS / "both.yaml").read_text())
    if cni == "generic":
        return both
    return merged(both, yaml.safe_load((OVERLAYS / "cilium.yaml").read_text()))


def _run_strangers(proof: Proof) -> None:
    """Start pods that no flow is about: outside the platform's namespaces, and in one of them."""
    for namespace in ("default", "shop"):
        proof.platform.apply(_pod(namespace, "stranger", STRANGER))
    for namespace in ("default", "shop"):
        proof.platform.kubectl(
            "wait", f"--namespace={namespace}", "--for=condition=Ready", "pod/stranger", "--timeout=120s"
        )


def _pod(namespace: str, name: str, labels: Mapping[str, str]) -> dict[str, Any]:
    """A pod that only holds its network namespace, allowed wherever the strictest standard rules."""
    image = next(image.name for image in every_image() if "pause" in image.name)
    container = {
        "name": "pause",
        "image": image,
        "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
    }
    security = {"runAsNonRoot": True, "runAsUser": 65535, "seccompProfile": {"type": "RuntimeDefault"}}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": namespace, "labels": dict(labels)},
        "spec": {
            "terminationGracePeriodSeconds": 0,
            "automountServiceAccountToken": False,
            "securityContext": security,
            "containers": [container],
        },
    }


def test_packets_pass_exactly_where_a_flow_is_declared(proof: Proof) -> None:
    places, let_through = proof.table()
    possible = proof.possible(places)
    tried = {(s.name, t.name) for s, t in pairs(places)}
    let_through = {row for row in let_through if row[:2] in tried}
    assert sorted(possible - let_through) == [], "declared, and cut"
    assert sorted(let_through - possible) == [], "open, and declared nowhere"
    assert {place.kind for place in places.values()} == {"pod", "node", "control-plane", "vpc", "outside"}
    assert possible
    assert len(possible) < len(tried) * len(proof.ports) / 2


def test_the_analysis_says_what_the_packets_do(proof: Proof) -> None:
    places, let_through = proof.table()
    tried = {(s.name, t.name) for s, t in pairs(places)}
    computed = proof.analysis(places)
    assert sorted(computed ^ {row for row in let_through if row[:2] in tried}) == []


@pytest.mark.parametrize("proof", ["cilium"], indirect=True)
def test_the_analysis_says_what_cilium_has_put_into_its_maps(proof: Proof) -> None:
    every_kind = _every_kind_of_peer()
    for policy in every_kind:
        proof.platform.apply(policy)
    try:
        places = proof.places()
        deadline = time.monotonic() + CHANGE_SECONDS
        while True:
            _ask_for_hosts(proof)
            agents = list(cilium_agents.agents(proof.platform))
            tried = places | proof.strangers(agents, places)
            in_maps, computed = proof.maps(agents, tried), proof.analysis(tried, agents)
            if in_maps == computed or time.monotonic() > deadline:
                break
    finally:
        for policy in every_kind:
            proof.platform.kubectl("delete", policy["kind"], "--namespace=shop", policy["metadata"]["name"])
    assert sorted(in_maps - computed) == [], "in the maps, and not computed"
    assert sorted(computed - in_maps) == [], "computed, and not in the maps"
    _assert_every_identity_was_met(agents, tried)
    (courier,) = (name for name in places if name.startswith("shop/courier"))
    by_name = {str(NAME_SERVER), str(ACME_PRODUCTION)}
    assert {target for source, target, _ in in_maps if source == courier} & by_name == by_name


def _every_kind_of_peer() -> list[dict[str, Any]]:
    """Policies for one pod: a CiliumNetworkPolicy as the plan makes them, with peers that no flow of the
    stack has, and addresses with an exception."""
    pods = Pods("shop", "every-kind", STRANGER)
    asks = ("world", "nodes", "kube-apiserver")
    incoming = [Flow(f"from-{each}", Entity(each), pods, (Port(9),), "Proof.") for each in asks]
    outgoing = [Flow(f"to-{each}", pods, Entity(each), (Port(9, "UDP"),), "Proof.") for each in asks]
    block = {"cidr": "203.0.113.0/24", "except": ["203.0.113.80/28"]}
    return [
        cilium_policy(pods, incoming, outgoing, {}),
        {
            "apiVersion": "networking.k8s.io/v1",
            "kind": "NetworkPolicy",
            "metadata": {"name": "excepted", "namespace": "shop"},
            "spec": {
                "podSelector": {"matchLabels": STRANGER},
                "policyTypes": ["Egress"],
                "egress": [{"to": [{"ipBlock": block}], "ports": [{"port": 8081}]}],
            },
        },
    ]


def _ask_for_hosts(proof: Proof) -> None:
    """Look names up as the pod does that may reach them; nobody need answer behind them."""
    for host in ("ns1.digitalocean.com", ACME_PRODUCTION_NAME):
        proof.platform.lab("exec", "shop/courier", "--", "demo", "dial", f"{host}:443", status=None)


def _assert_every_identity_was_met(agents: Sequence[Agent], places: Mapping[str, Place]) -> None:
    for agent in agents:
        met = {agent.identity(place.address) for place in places.values()}
        named = agent.meant & set(agent.addresses.values())
        assert named <= met, (agent.node, {each: agent.labels.get(each) for each in named - met})


@pytest.mark.parametrize("proof", ["cilium"], indirect=True)
def test_a_namespace_that_only_reports_cuts_nothing_and_tells_what_no_flow_declares(
    proof: Proof, tmp_path: Path
) -> None:
    file, pods = tmp_path / "verdicts", tmp_path / "pods.json"
    pods.write_text(proof.platform.kubectl("get", "pods", "--all-namespaces", "--output=json"))

    def undeclared() -> set[tuple[str, str, str, str]]:
        found = read_verdicts(file.read_text().splitlines(), pod_names(pods.read_text())).undeclared
        return {
            (each.direction, each.source, each.destination, f"{each.port}/{each.protocol}") for each in found
        }

    def told() -> bool:
        for target in (f"{ACME_PRODUCTION}:443", "api.api:8080"):
            answer = proof.platform.lab("exec", "legacy/batch", "--", "demo", "dial", target)
            assert "connected" in answer, f"{target} is cut"
        return bool(undeclared())

    with cilium_agents.verdicts(proof.platform, file):
        until(told, "the agents tell of connections")
    assert undeclared() == {("egress", "legacy/batch", str(ACME_PRODUCTION), "443/TCP")}


def test_packets_notice_an_added_rule(proof: Proof) -> None:
    _, before = proof.table()
    opened = {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": "opened", "namespace": "shop"},
        "spec": {
            "podSelector": {"matchLabels": STRANGER},
            "policyTypes": ["Ingress"],
            "ingress": [{"from": [{"namespaceSelector": {}}], "ports": [{"port": 9}]}],
        },
    }
    proof.platform.apply(opened)
    try:
        after = proof.changed(before)
    finally:
        proof.platform.kubectl("delete", "networkpolicy", "--namespace=shop", "opened")
    assert before <= after
    assert {row[1:] for row in after - before} == {("shop/stranger", "TCP/9")}
    assert proof.changed(after) == before


def test_packets_notice_a_policy_that_is_gone(proof: Proof) -> None:
    _, before = proof.table()
    policy = ("networkpolicy", "--namespace=shop", "shop-web")
    (saved,) = [json.loads(proof.platform.kubectl("get", *policy, "--output=json"))]
    proof.platform.kubectl("delete", *policy)
    try:
        after = proof.changed(before)
    finally:
        kept = {key: saved["metadata"][key] for key in ("name", "namespace", "labels", "annotations")
                if key in saved["metadata"]}  # fmt: skip
        proof.platform.apply({**saved, "metadata": kept})
    assert after < before
    # Of what web accepts and opens, default deny leaves cluster DNS only.
    lost = {(source.partition("/")[0], target.partition("/")[0]) for source, target, _ in before - after}
    assert lost == {("traefik", "shop"), ("shop", "api")}
    assert proof.changed(after) == before
