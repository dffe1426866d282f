"""The truth tables of Kubernetes' end-to-end tests, which people wrote by hand."""

from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest

from network.reachability import analyse
from tests import libyaml
from tests.unit.reachability import worlds
from tests.unit.reachability.naive import Pod, World

CASES: list[dict[str, Any]] = libyaml.load(Path(__file__).with_name("conformance.yaml").read_text())


def _pods(labels: dict[str, dict[str, str]]) -> list[Pod]:
    named = {
        (f"serve-{number}-{protocol.lower()}", protocol): number
        for number in (80, 81)
        for protocol in ("TCP", "UDP", "SCTP")
    }
    return [
        Pod(
            namespace,
            name,
            {"pod": name, **labels.get(f"{namespace}/{name}", {})},
            f"10.244.{n}.{p + 10}",
            named,
        )
        for n, namespace in enumerate("xyz")
        for p, name in enumerate("abc")
    ]


def _policy(number: int, short: dict[str, Any]) -> dict[str, Any]:
    spec = {key: short[key] for key in ("ingress", "egress") if key in short}
    spec["podSelector"] = {"matchLabels": short["pods"]} if "pods" in short else {}
    if "types" in short:
        spec["policyTypes"] = short["types"]
    metadata = {"name": f"policy-{number}", "namespace": short.get("in", "x")}
    return {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": metadata, "spec": spec}


def _matches(pattern: str, pod: Pod) -> bool:
    return pattern == "*" or fnmatchcase(f"{pod.namespace}/{pod.name}", pattern)


def _expected(lines: list[str], source: Pod, destination: Pod) -> bool:
    verdict = True
    for line in lines:
        action, here, arrow, there = line.split()
        assert (action in ("open", "close"), arrow) == (True, "->")
        if _matches(here, source) and _matches(there, destination):
            verdict = action == "open"
    return verdict


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_the_analysis_gives_the_truth_table(case: dict[str, Any]) -> None:
    labels = case.get("labels", {})
    namespaces = {name: {"ns": name, **labels.get(name, {})} for name in "xyz"}
    policies = [_policy(number, short) for number, short in enumerate(case["policies"])]
    world = World(namespaces, _pods(labels), policies)
    found = analyse(worlds.cluster(world))
    for on, lines in case["truth"].items():
        protocol, number = on.split()
        for source in world.pods:
            for destination in world.pods:
                if source is destination:
                    continue
                here, there = worlds.class_of(found, source), worlds.class_of(found, destination)
                verdict = found.allowed(here, there, int(number), protocol)
                assert verdict == _expected(lines, source, destination), (on, source, destination)
