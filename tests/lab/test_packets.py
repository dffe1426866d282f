"""Packets between every two places of a running lab, against the declared flows and the analysis.

Once with Cilium as on DOKS, once with plain plugins and kube-router.
"""

import json
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from ipaddress import IPv4Address, IPv4Network
from typing import Any

import pytest

from lab.packets.places import Place
from lab.packets.probe import Port
from lab.parts.images import IMAGES
from lab.paths import project_dir
from network import plan
from network.cli.check import check_file
from network.reachability import Reachability, analyse
from network.reachability.addresses import AddressSet
from network.reachability.read import live
from tests.lab.declared import Declared, ports
from tests.lab.platform import Platform

pytestmark = pytest.mark.lab

UNDECLARED: tuple[Port, ...] = (("TCP", 9), ("UDP", 9), ("TCP", 8081))
CHANGE_SECONDS = 30
"""Within which a changed policy must show; a second or two are usual."""
STRANGER = {"app": "stranger"}

Row = tuple[str, str, str]
"""Source, target and port, as the prober prints them."""


@dataclass(frozen=True)
class Proof:
    """A lab that is up, and what its stack declares."""

    platform: Platform
    cni: str

    @cached_property
    def plan(self) -> plan.Plan:
        """Of the lab's copy of the stack file: what the lab sets differently asks for other flows."""
        config = check_file(self.platform.folder / "engine" / "project" / "Pulumi.dev.yaml").config
        assert config
        return plan.build(config)

    @cached_property
    def declared(self) -> Declared:
        return Declared(
            self.plan.flows,
            frozenset(namespace.name for namespace in self.plan.namespaces),
            self.cni,
            IPv4Network(self.plan.addresses.vpc),
            IPv4Network(self.plan.addresses.pods),
        )

    @cached_property
    def ports(self) -> list[Port]:
        return ports(self.plan.flows, *UNDECLARED)

    def prober(self, *arguments: str) -> "subprocess.Popen[str]":
        """Start the prober inside the lab."""
        kubectl = f"kubectl --kubeconfig={self.platform.folder / 'kubeconfig'}"
        inside = [sys.executable, "-m", "lab", "run", "--stack=dev", "--"]
        command = [*inside, sys.executable, "-m", "lab.packets"]
        return subprocess.Popen(
            [*command, kubectl, *arguments],
            cwd=project_dir(),
            env=self.platform.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def table(self) -> tuple[dict[str, Place], set[Row]]:
        """Try everything: the places by name, and what was let through."""
        output, _ = self.prober(*map(_text, self.ports)).communicate(timeout=300)
        found = json.loads(output)
        places = {
            each["name"]: Place(**{**each, "address": IPv4Address(each["address"]), "handle": None})
            for each in found["places"]
        }
        return places, {(source, target, port) for source, target, port in found["open"]}

    def changed(self, before: set[Row]) -> set[Row]:
        """What is let through once it is no longer what it was."""
        deadline = time.monotonic() + CHANGE_SECONDS
        while True:
            _, now = self.table()
            if now != before or time.monotonic() > deadline:
                return now

    def possible(self, places: Mapping[str, Place]) -> set[Row]:
        """What the declared flows and the listed exceptions say."""
        return {
            (source.name, target.name, _text(port))
            for source, target in _pairs(places)
            for port in self.ports
            if self.declared.possible(source, target, port)
        }

    def analysis(self, places: Mapping[str, Place]) -> set[Row]:
        """What the analysis of the live objects says."""
        kinds = (*live.KINDS, *(live.CILIUM_KINDS if self.cni == "cilium" else ()))
        text = self.platform.kubectl("get", ",".join(kinds), "--all-namespaces", "--output=json")
        cluster = replace(
            live.read(text).cluster(),
            node_addresses=_addresses(place for place in places.values() if place.kind == "node"),
            api_server_addresses=_addresses(p for p in places.values() if p.kind == "control-plane"),
            pod_addresses=AddressSet.of(str(self.declared.pods)),
        )
        found = analyse(cluster, "cilium" if self.cni == "cilium" else "vanilla")
        return {
            (source.name, target.name, _text(port))
            for source, target in _pairs(places)
            for port in self.ports
            if found.allowed(_class(found, source, target), _class(found, target, source), port[1], port[0])
        }


def _text(port: Port) -> str:
    return f"{port[0]}/{port[1]}"


def _addresses(places: Iterator[Place]) -> AddressSet:
    return AddressSet.of(*(f"{place.address}/32" for place in places))


def _pairs(places: Mapping[str, Place]) -> Iterator[tuple[Place, Place]]:
    """Every two places of which one is a pod; what others do among themselves no policy is about."""
    for source in places.values():
        for target in places.values():
            if source != target and "pod" in (source.kind, target.kind):
                yield source, target


def _class(found: Reachability, place: Place, other: Place) -> int:
    """The class of a place, as the other end sees it."""
    for number, each in enumerate(found.classes):
        match each.kind:
            case "pods":
                same = any(str(place.address) in workload.addresses for workload in each.workloads)
            case "own-node":
                same = place.kind == "node" and other.node == place.name
            case "other-nodes":
                same = place.kind == "node" and other.node != place.name
            case "kube-apiserver":
                same = place.kind == "control-plane"
            case "addresses":
                same = place.kind in ("outside", "vpc") and place.address in each.addresses
            case _:
                same = False
        if same:
            return number
    raise AssertionError(f"{place} is in no class")


@pytest.fixture(scope="module", params=["cilium", "generic"])
def proof(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proof]:
    """The dev stack with one kind of enforcer, and strangers in it."""
    folder = tmp_path_factory.mktemp(request.param)
    with Platform(folder, cni=request.param) as platform:
        platform.lab("up")
        proof = Proof(platform, request.param)
        _run_strangers(proof)
        yield proof


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
    image = next(image.name for image in IMAGES if "pause" in image.name)
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
    tried = {(s.name, t.name) for s, t in _pairs(places)}
    let_through = {row for row in let_through if row[:2] in tried}
    assert sorted(possible - let_through) == [], "declared, and cut"
    assert sorted(let_through - possible) == [], "open, and declared nowhere"
    assert {place.kind for place in places.values()} == {"pod", "node", "control-plane", "vpc", "outside"}
    assert possible
    assert len(possible) < len(tried) * len(proof.ports) / 2


def test_the_analysis_says_what_the_packets_do(proof: Proof) -> None:
    places, let_through = proof.table()
    tried = {(s.name, t.name) for s, t in _pairs(places)}
    computed = proof.analysis(places)
    assert sorted(computed ^ {row for row in let_through if row[:2] in tried}) == []


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
