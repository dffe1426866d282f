"""Connections and pods whose names differ in a sign alone are told apart, in plans and in reviews."""

from typing import Any

import pytest

from network.plan import build
from network.review.compare import compare
from tests.stacks import stack_config
from tests.unit.review.documents import document, kinds, texts


def _shop(**over: Any) -> dict[str, Any]:
    return {"network:applications": {"shop": over}}


def _accepts(*labels: dict[str, str]) -> dict[str, Any]:
    accepted = [
        {"pods": {"namespace": "backup", "labels": each}, "port": "http", "reason": f"Number {index}."}
        for index, each in enumerate(labels)
    ]
    return _shop(acceptsFrom={"web": accepted})


def _talks(*hosts: str) -> dict[str, Any]:
    return _shop(talksTo={"web": [{"host": each, "port": 443, "reason": f"Asks {each}."} for each in hosts]})


PAIRS: list[tuple[dict[str, Any], dict[str, Any]]] = [
    (_accepts({"app": "agent-v2"}), _accepts({"app": "agent.v2"}, {"app": "agent-v2"})),
    (_accepts({"a": "b-c"}), _accepts({"a": "b-c"}, {"a-b": "c"})),
    (_accepts({"a": "b.c"}), _accepts({"a": "b.c"}, {"a.b": "c"})),
    (_talks("api.eu.example.org"), _talks("api.eu.example.org", "api-eu.example.org")),
    (_talks("any.example.org"), _talks("any.example.org", "*.example.org")),
]


@pytest.mark.parametrize(("before", "after"), PAIRS)
def test_what_a_change_opens_is_told_and_nothing_else(before: dict[str, Any], after: dict[str, Any]) -> None:
    found = compare("dev", document("dev", before), document("dev", after))
    assert len(texts(found, "connection-opened")) + len(texts(found, "opened-outside")) == 1
    assert kinds(found).isdisjoint(
        {"connection-closed", "opened-without-flow", "flow-cut", "selector-changed"}
    )


@pytest.mark.parametrize("over", [after for _, after in PAIRS])
def test_no_two_flows_share_a_name(over: dict[str, Any]) -> None:
    names = [flow.name for flow in build(stack_config("dev", over)).flows]
    assert len(names) == len(set(names))
