"""More load never fits better, and more of anything that is bought never makes it worse."""

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from network import capacity
from network.capacity import load
from network.capacity.rows import rows
from network.config import StackConfig
from network.config.schema import stack_file_schema
from network.plan import build
from network.plan.model.capacity import Limit, Load, Need
from tests import stacks

KEY = re.compile(r"\b[a-z][A-Za-z]*(?:\.[A-Za-z-]+)+")
"""A key of a stack file in a sentence."""

PARTS = st.floats(0, 1e6)
LOADS = st.builds(Load, PARTS, PARTS, PARTS, PARTS)
NEEDS = st.builds(Need, PARTS, PARTS, PARTS, PARTS, PARTS, st.none() | PARTS)


def limits(stack: str, over: dict[str, Any] | None = None) -> tuple[StackConfig, dict[str, Limit]]:
    config = stacks.stack_config(stack, over)
    return config, {each.name: each for each in capacity.build(config, build(config)).limits}


OF_PROD = tuple(limits("prod")[1].values())


@given(NEEDS, LOADS, LOADS)
def test_whatever_is_needed_grows_with_every_part_of_a_load(need: Need, less: Load, more: Load) -> None:
    both = Load(
        less.requests + more.requests,
        less.connections + more.connections,
        less.handshakes + more.handshakes,
        less.megabits + more.megabits,
    )
    assert need.at(both) >= need.at(less)


@given(LOADS, st.floats(1, 10))
@settings(max_examples=25)
def test_at_a_higher_load_no_limit_of_prod_is_used_less(asked: Load, times: float) -> None:
    before = {row.name: row for row in rows(OF_PROD, asked, node_gone=True)}
    for row in rows(OF_PROD, asked.times(times), node_gone=True):
        was = before[row.name].used
        assert row.used is not None
        assert was is not None
        assert row.used >= was * (1 - 1e-9)


@given(LOADS)
@settings(max_examples=25)
def test_with_a_node_gone_nothing_fits_better(asked: Load) -> None:
    whole = {row.name: row for row in rows(OF_PROD, asked, node_gone=False)}
    for row in rows(OF_PROD, asked, node_gone=True):
        was = whole[row.name].used
        assert row.used is not None
        assert was is not None
        assert row.used >= was


BIGGER = {
    "a unit more": {"network:ingress": {"loadBalancer": {"sizeUnit": 3}}},
    "replicas more": {"network:ingress": {"scale": {"maxReplicas": 20}}},
    "nodes more": {"network:cluster": {"nodePools": {"default": {"count": 6}}}},
    "larger nodes": {"network:cluster": {"nodePools": {"default": {"size": "s-8vcpu-16gb"}}}},
    "premium nodes": {"network:cluster": {"nodePools": {"default": {"size": "c-4-intel"}}}},
    "a larger Service range": {"network:cluster": {"serviceRange": "192.168.16.0/20"}},
    "memory of Prometheus": {
        "network:observability": {
            "prometheus": {"install": {"resources": {"memoryLimit": "3Gi", "memoryRequest": "512Mi"}}}
        }
    },
    "a larger volume": {"network:observability": {"prometheus": {"install": {"storage": {"size": "20Gi"}}}}},
    "a larger quota": {"network:applications": {"shop": {"quota": {"pods": 200}}}},
}
NEEDS_MORE = {
    # Nodes need addresses and hold replicas, which tell more series.
    "replicas more": {"Prometheus: series by memory", "nodes: CPU", "nodes: memory", "nodes: pods"},
    "nodes more": {
        "nodes: addresses of the VPC",
        "nodes: ranges of pods",
        "nodes: of a cluster",
        "Prometheus: series by memory",
        "Prometheus: volume",
    },
}


@pytest.mark.parametrize("name", BIGGER)
@pytest.mark.parametrize("requests", [1.0, 500.0, 100_000.0])
def test_more_of_anything_makes_no_other_limit_worse_but_by_what_it_needs_itself(
    name: str, requests: float
) -> None:
    config, before = limits("prod")
    changed, after = limits("prod", BIGGER[name])
    assert before.keys() == after.keys()
    asked = load.of(config, requests)
    old = {row.name: row for row in rows(before.values(), asked, node_gone=True)}
    better = 0
    for row in rows(after.values(), load.of(changed, requests), node_gone=True):
        was = old[row.name]
        assert row.used is not None
        assert was.used is not None
        if row.name not in NEEDS_MORE.get(name, set()):
            assert row.used <= was.used * (1 + 1e-9), row.name
        better += row.used < was.used
    assert better


@pytest.mark.parametrize("stack", stacks.NAMES)
def test_a_key_that_raises_a_limit_is_one_of_stack_files(stack: str) -> None:
    config, found = limits(stack)
    named = {*config.applications, *config.cluster.node_pools}
    known = str(stack_file_schema())
    keys = {key for limit in found.values() for key in KEY.findall(limit.raised_by)}
    assert len(keys) > 12
    for key in keys:
        layer, *parts = key.split(".")
        assert f"'network:{layer}'" in known, key
        assert all(part in named or f"'{part}'" in known for part in parts), key
