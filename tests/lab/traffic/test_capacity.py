"""What `network capacity` computes, beside what a running lab has (ADM-5)."""

import json
import time
from collections.abc import Mapping
from typing import Any

import pytest

from lab.demo.deploy import declared
from network import plan
from network.capacity import policy_map
from network.plan.ingress.capacity import cores_per_request
from network.plan.model.flows import Pods
from network.plan.model.peers import TRAEFIK
from tests.lab.cilium_agents import agents
from tests.lab.traffic_lab import ZONE, TrafficLab

pytestmark = [pytest.mark.lab, pytest.mark.campaign]

WITHIN = 0.2
"""By how much computed and measured may differ, as a share of what was measured."""
RATE = 90
"""Requests a second: fewer than the route lets one client have."""
SEEN = 75.0
"""Seconds until the autoscaler knows of nothing but the load: two rounds of the metrics, and one of its
own."""


def test_entries_of_policies_are_those_that_are_computed(traffic: TrafficLab) -> None:
    flows = plan.build(declared(traffic.engine)).flows
    computed = policy_map.entries(flows)
    kinds = {
        (peer.namespace, peer.name): peer.labels
        for flow in flows
        for peer in (flow.source, flow.destination)
        if isinstance(peer, Pods)
    }
    pods = json.loads(traffic.kubectl("get", "pods", "--all-namespaces", "--output=json"))["items"]
    owners = {each["status"].get("podIP"): _kind_of(each["metadata"], kinds) for each in pods}
    measured: dict[tuple[str, str], int] = {}
    for agent in agents(traffic.platform):
        for address, entries in agent.policies.items():
            owner = owners.get(str(address))
            if owner in computed:
                measured[owner] = max(len(entries), measured.get(owner, 0))
    for owner, count in sorted(measured.items(), key=lambda item: -item[1]):
        ratio = computed[owner] / count
        print(f"{'/'.join(owner):32} computed {computed[owner]:4}, measured {count:4}: {ratio:.2f}")
    fullest = max(measured, key=lambda owner: measured[owner])
    assert fullest == (TRAEFIK.namespace, TRAEFIK.name)
    assert computed[fullest] == pytest.approx(measured[fullest], rel=WITHIN)


def _kind_of(
    metadata: dict[str, Any], kinds: Mapping[tuple[str, str], Mapping[str, str]]
) -> tuple[str, str] | None:
    """By which name flows know a pod: that with the most of its labels."""
    own = metadata.get("labels", {}).items()
    found = [
        key for key, labels in kinds.items() if key[0] == metadata["namespace"] and labels.items() <= own
    ]
    return max(found, key=lambda key: len(kinds[key]), default=None)


def test_the_autoscaler_steps_in_at_the_requests_that_are_computed(traffic: TrafficLab) -> None:
    """It compares what replicas use with what they request: of a request by what the autoscaler itself reads,
    at rest and under a known load."""
    config = declared(traffic.engine)
    deployment = json.loads(
        traffic.kubectl("get", "deployment", "traefik", "--namespace=traefik", "--output=json")
    )
    (container,) = deployment["spec"]["template"]["spec"]["containers"]
    replicas = deployment["spec"]["replicas"]
    allowed = _cores(container["resources"]["requests"]["cpu"]) * replicas
    allowed *= config.ingress.scale.target_cpu_percent / 100

    rest = _used(traffic) * replicas
    began = time.monotonic()
    with traffic.outside.stream(f"https://trial.{ZONE}/", rate=RATE, clients=16) as stream:
        time.sleep(SEEN)
        used = _used(traffic) * replicas
    rate = len(stream.tries) / (time.monotonic() - began)
    each = (used - rest) / rate
    computed, measured = allowed / cores_per_request(config), (allowed - rest) / each
    print(
        f"{rate:.0f} requests/s take {used:.3f} cores, none {rest:.3f}: {each * 1e6:.0f} µs each, "
        f"{cores_per_request(config) * 1e6:.0f} computed; the autoscaler steps in at {measured:.0f} "
        f"requests/s, {computed:.0f} computed: {computed / measured:.2f}"
    )
    assert not stream.failures
    assert computed < 10 * measured
    assert measured < 10 * computed


def _used(traffic: TrafficLab) -> float:
    """Cores of a replica, as the autoscaler reads them."""
    told = json.loads(traffic.kubectl("get", "hpa", "traefik", "--namespace=traefik", "--output=json"))
    (metric,) = [each for each in told["status"]["currentMetrics"] if each["type"] == "Resource"]
    return _cores(metric["resource"]["current"]["averageValue"])


def _cores(quantity: str) -> float:
    """A quantity of Kubernetes, in cores."""
    units = {"n": 1e-9, "u": 1e-6, "m": 1e-3}
    return float(quantity[:-1]) * units[quantity[-1]] if quantity[-1] in units else float(quantity)
