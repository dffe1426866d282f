"""What middlewares connect to is open from Traefik, and nothing else for them."""

from typing import Any

from network.plan import build
from network.plan.model.flows import Flow, Host, Pods, Port, Range
from network.plan.model.peers import TRAEFIK, WORLD
from tests import stacks

OUTSIDE: dict[str, Any] = {
    "network:redisPassword": "throw-away",
    "network:traffic": {
        "redis": {"host": "redis.partner.example", "port": 25061},
        "middlewares": {
            "per-client": {"rateLimit": {"shared": True}},
            "login": {"forwardAuth": {"address": "https://auth.partner.example:8443/verify"}},
            "again": {"forwardAuth": {"address": "https://auth.partner.example:8443/other"}},
        },
    },
}


def flows(stack: dict[str, Any] | None = None) -> dict[str, Flow]:
    """Return the flows from Traefik, of everything or of dev with what is laid over it."""
    config = stacks.everything() if stack is None else stacks.stack_config("dev", stack)
    return {flow.name: flow for flow in build(config).flows if flow.source == TRAEFIK}


def test_traefik_reaches_the_auth_service_the_redis_and_the_error_pages() -> None:
    found = flows()
    for workload, port in (("auth", 8080), ("redis", 6379), ("pages", 8080)):
        flow = found[f"traefik-to-api-{workload}"]
        assert flow.destination == Pods("backend", f"api-{workload}", {"app.kubernetes.io/name": workload})
        assert flow.ports == (Port(port),)


def test_a_flow_says_what_it_is_for() -> None:
    found = flows()
    assert "authentication (login)" in found["traefik-to-api-auth"].reason
    assert "shared rate limits" in found["traefik-to-api-redis"].reason


def test_traefik_reaches_hosts_outside_by_name_once_each() -> None:
    found = flows(OUTSIDE)
    assert found["traefik-to-auth-partner-example-8443"].destination == Host("auth.partner.example")
    assert found["traefik-to-auth-partner-example-8443"].ports == (Port(8443),)
    assert found["traefik-to-redis-partner-example-25061"].destination == Host("redis.partner.example")
    assert "login" in found["traefik-to-auth-partner-example-8443"].reason
    assert "again" in found["traefik-to-auth-partner-example-8443"].reason


def test_without_host_names_in_policies_the_world_is_open_on_that_port_only() -> None:
    found = flows({**OUTSIDE, "network:cluster": {"cni": "generic"}})
    flow = found["traefik-to-redis-partner-example-25061"]
    assert flow.destination == WORLD
    assert flow.ports == (Port(25061),)


def test_a_stack_without_such_middlewares_opens_nothing_outside() -> None:
    assert not [flow for flow in flows({}).values() if isinstance(flow.destination, Host | Range)]
