"""Flows of DNS-01 by dynamic update (RFC 2136)."""

from ipaddress import IPv4Network

import pytest

from network.plan.certificates import flows as certificate_flows
from network.plan.model.flows import Range
from tests import stacks


@pytest.mark.parametrize(
    ("protocol", "ports"), [("UDP", {("UDP", 5353), ("TCP", 5353)}), ("TCP", {("TCP", 5353)})]
)
def test_dynamic_updates_reach_the_primary_name_server_and_no_providers_api(
    protocol: str, ports: set[tuple[str, int]]
) -> None:
    provider = {"provider": "rfc2136", "tsigKeyName": "network", "protocol": protocol}
    over = {
        "network:external": {"dns": {"provider": "external"}},
        "network:certificates": {"dns01": {**provider, "nameserver": "198.51.100.53:5353"}},
    }
    flows = {flow.name: flow for flow in certificate_flows.build(stacks.stack_config("dev", over))}
    update = flows["controller-to-primary-name-server"]
    assert update.destination == Range(IPv4Network("198.51.100.53/32"))
    assert {(port.protocol, port.port) for port in update.ports} == ports
    assert "controller-to-dns-api" not in flows
