"""Random policy sets: the analysis says what others' analysers say.

`CAMPAIGN=1` tries 2,000 sets with each; without it, a sample.
"""

import os
from collections.abc import Iterator

import pytest
from hypothesis import assume, given, settings

from network.reachability import Semantics, analyse
from tests.oracles.oracles import PROBED, Oracle, cyclonus, nca
from tests.unit.reachability import strategies, worlds
from tests.unit.reachability.naive import Peer, World

pytestmark = pytest.mark.lab

CAMPAIGN = bool(os.environ.get("CAMPAIGN"))
EXAMPLES = settings(
    max_examples=2000 if CAMPAIGN else 100,
    deadline=None,
    suppress_health_check=strategies.EVERY_HEALTH_CHECK,
    print_blob=True,
)


@pytest.fixture(scope="module")
def matcher(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Oracle]:
    with cyclonus(tmp_path_factory.mktemp("cyclonus")) as oracle:
        yield oracle


@pytest.fixture(scope="module")
def analyser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Oracle]:
    with nca(tmp_path_factory.mktemp("nca")) as oracle:
        yield oracle


def _agrees(oracle: Oracle, world: World, semantics: Semantics) -> None:
    peers: list[Peer] = [*world.pods, *strategies.OUTSIDE]
    theirs = oracle.verdicts(world, peers)
    found = analyse(worlds.cluster(world), semantics)
    classes = [worlds.class_of(found, peer) for peer in peers]
    pods = len(world.pods)
    for source, here in enumerate(classes):
        for destination, there in enumerate(classes):
            if source == destination or (source >= pods and destination >= pods):
                continue
            ports = found.ports(here, there)
            for port in PROBED:
                ours = port in ports
                assert ours == theirs[source, destination, *port], (peers[source], peers[destination], port)


# It takes `NotIn` to ask for the label, which Kubernetes does not (apimachinery, pkg/labels/selector.go:
# Requirement.Matches holds for NotIn where the label is absent); so here every label is present.
@EXAMPLES
@given(world=strategies.worlds(labelled=True))
def test_cyclonus_agrees(matcher: Oracle, world: World) -> None:
    _agrees(matcher, world, "vanilla")


# It takes an ipBlock to mean what is outside the cluster, as the API's text recommends ("should be
# cluster-external IPs") and as Cilium does. Named ports are left to the others: it forgets a rule of egress
# that names a port and has no `to` ("matches all destinations", NetworkPolicyEgressRule.to), and that pods
# are isolated by rules whose named port none of them has (podSelector and policyTypes alone decide that).
@EXAMPLES
@given(world=strategies.worlds(named=False))
def test_network_config_analyzer_agrees(analyser: Oracle, world: World) -> None:
    assume(not _asks_elsewhere_whether_a_label_exists(world))
    _agrees(analyser, world, "cilium")


def _asks_elsewhere_whether_a_label_exists(world: World) -> bool:
    """It looks for such pods in the policy's own namespace, though beside a namespaceSelector a podSelector
    means pods of the namespaces selected (NetworkPolicyPeer.podSelector)."""
    return any(
        expression["operator"] in ("Exists", "DoesNotExist")
        for policy in world.policies
        for key, direction in (("from", "ingress"), ("to", "egress"))
        for rule in policy["spec"].get(direction, [])
        for peer in rule.get(key, [])
        if "namespaceSelector" in peer
        for expression in peer.get("podSelector", {}).get("matchExpressions", [])
    )
