"""The analysis against a plain evaluator of pod pairs that shares nothing with it."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from network.reachability import analyse
from tests.unit.reachability import naive, strategies, worlds
from tests.unit.reachability.naive import World

PROBED = (53, 80, 81, 8080, 9000, 65535)
SLOW = settings(max_examples=60, deadline=None, suppress_health_check=strategies.EVERY_HEALTH_CHECK)


@SLOW
@given(strategies.worlds())
def test_every_pair_and_port_is_answered_as_the_api_says(world: World) -> None:
    found = analyse(worlds.cluster(world))
    for source, destination in worlds.pairs(world, strategies.OUTSIDE):
        here, there = worlds.class_of(found, source), worlds.class_of(found, destination)
        for protocol in strategies.PROTOCOLS:
            for port in PROBED:
                expected = naive.allowed(world, source, destination, protocol, port)
                assert found.allowed(here, there, port, protocol) == expected, (
                    source,
                    destination,
                    protocol,
                    port,
                )


@SLOW
@given(strategies.worlds())
def test_no_pair_is_in_two_rows(world: World) -> None:
    rows = analyse(worlds.cluster(world)).rows
    for number, row in enumerate(rows):
        assert row.ports
        for other in rows[number + 1 :]:
            assert not (row.sources & other.sources and row.destinations & other.destinations)


@SLOW
@given(strategies.worlds())
def test_the_reason_of_an_answer_agrees_with_it(world: World) -> None:
    found = analyse(worlds.cluster(world))
    for source, destination in worlds.pairs(world, strategies.OUTSIDE[:1]):
        answer = found.why(worlds.class_of(found, source), worlds.class_of(found, destination), 80)
        assert answer.allowed == (not any(type(reason).__name__ == "Denied" for reason in answer.reasons))


@SLOW
@given(strategies.worlds(), st.data())
def test_another_allow_rule_never_closes_anything(world: World, data: Any) -> None:
    if not world.policies:
        return
    before = analyse(worlds.cluster(world))
    chosen = data.draw(st.sampled_from(range(len(world.policies))))
    policy = world.policies[chosen]
    if "ingress" not in policy["spec"]:
        return
    spec = {**policy["spec"], "ingress": [*policy["spec"]["ingress"], data.draw(strategies.rules("from"))]}
    changed = [*world.policies]
    changed[chosen] = {**policy, "spec": spec}
    wider = World(world.namespaces, world.pods, changed)
    after = analyse(worlds.cluster(wider))
    for source, destination in worlds.pairs(world, strategies.OUTSIDE):
        was = before.ports(worlds.class_of(before, source), worlds.class_of(before, destination))
        now = after.ports(worlds.class_of(after, source), worlds.class_of(after, destination))
        assert was <= now, (source, destination)
