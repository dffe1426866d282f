"""What of a live object is as planned, and what is not."""

from typing import Any

import pytest

from network.diagnosis.compared import difference
from network.diagnosis.facts import Objects


def between(planned: dict[str, Any], live: dict[str, Any] | None, *, exact: bool = False) -> str | None:
    metadata = {"name": "one", "namespace": "shop"}
    found = [] if live is None else [{"kind": "Thing", "metadata": metadata, "spec": live}]
    objects = Objects({("Thing", "shop"): found})
    return difference(objects, {"kind": "Thing", "metadata": metadata, "spec": planned}, exact=exact)


PORTS = [{"port": 80, "protocol": "TCP"}, {"port": 53, "protocol": "UDP"}]


@pytest.mark.parametrize(
    ("planned", "live", "exact"),
    [
        ({"a": 1}, {"a": 1, "clusterIP": "10.0.0.1"}, False),
        ({"a": {"b": [{"c": 1}]}}, {"a": {"b": [{"c": 1, "kind": "Rule"}]}}, False),
        ({"a": {}, "b": [], "c": False}, {}, True),
        ({}, {"a": None}, True),
        ({"ports": PORTS}, {"ports": PORTS[::-1]}, False),
        ({"policyTypes": ["Ingress", "Egress"]}, {"policyTypes": ["Egress", "Ingress"]}, True),
    ],
)
def test_what_is_added_or_ordered_otherwise_is_as_planned(
    planned: dict[str, Any], live: dict[str, Any], exact: bool
) -> None:
    assert between(planned, live, exact=exact) is None


@pytest.mark.parametrize(
    ("planned", "live", "exact", "told"),
    [
        ({"a": 1}, None, False, "there is no Thing one"),
        ({"a": 1}, {"a": 2}, False, "spec.a 2, planned is 1"),
        ({"a": 1}, {}, False, "spec.a nothing, planned is 1"),
        ({"selector": {"a": "b"}}, {"selector": {"a": "b", "c": "d"}}, False, "spec.selector.c d"),
        ({"podSelector": {}}, {"podSelector": {"matchLabels": {"a": "b"}}}, False, "matchLabels"),
        ({"ingress": [1]}, {"ingress": [1], "egress": [2]}, True, "spec.egress [2], planned is nothing"),
        ({"ports": PORTS}, {"ports": [*PORTS, {"port": 1}]}, False, "spec.ports"),
        ({"ports": PORTS}, {"ports": [PORTS[1], {"port": 81, "protocol": "TCP"}]}, False, "ports[0].port 81"),
        ({"ports": [PORTS[0], PORTS[0]]}, {"ports": PORTS}, False, "ports[1]"),
        (
            {"middlewares": [{"name": "a"}, {"name": "b"}]},
            {"middlewares": [{"name": "b"}, {"name": "a"}]},
            False,
            "b",
        ),
    ],
)
def test_what_differs_is_told_with_its_place(
    planned: dict[str, Any], live: dict[str, Any] | None, exact: bool, told: str
) -> None:
    assert told in (between(planned, live, exact=exact) or "")
