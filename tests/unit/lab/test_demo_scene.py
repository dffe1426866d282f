"""What objects in a cluster promise to requests."""

from typing import Any

import pytest

from lab.demo.scene import Breaker, Limit, Scene, Split
from network.plan import build
from tests.objects import manifests
from tests.stacks import stack_config


def an_object(kind: str, name: str, namespace: str = "traefik", **spec: Any) -> dict[str, Any]:
    return {"kind": kind, "metadata": {"name": name, "namespace": namespace}, "spec": spec}


def a_route(service: dict[str, Any], *middlewares: str, match: str = "Host(`a.example`)") -> dict[str, Any]:
    rule = {
        "match": match,
        "services": [service],
        "middlewares": [{"name": name, "namespace": "traefik"} for name in middlewares],
    }
    return an_object("IngressRoute", "route", "shop", entryPoints=["websecure"], routes=[rule])


def traefik(*arguments: str) -> dict[str, Any]:
    return an_object("Deployment", "traefik", template={"spec": {"containers": [{"args": [*arguments]}]}})


SERVICE = {"kind": "Service", "name": "web", "port": 80}
LIMIT = an_object("Middleware", "limit", rateLimit={"average": 30, "period": "1m", "burst": 5})
BREAKER = an_object("Middleware", "breaker", circuitBreaker={"expression": "x", "fallbackDuration": "1m30s"})
CHAIN = an_object("Middleware", "chain", chain={"middlewares": [{"name": "breaker"}, {"name": "limit"}]})


def test_the_dev_stack_promises_what_its_file_declares() -> None:
    scene = Scene([*manifests(build(stack_config("dev")))])
    assert "shop.dev.k8s.webgrip.nl" in scene.hosts()
    assert scene.split() == Split("shop.dev.k8s.webgrip.nl", {"web": 80, "web-canary": 20})


@pytest.mark.parametrize(
    ("weights", "shares"),
    [
        ({"a": 80, "b": 20}, {"a": 80, "b": 20}),
        ({"a": 99, "b": 1}, {"a": 99, "b": 1}),
        ({"a": 2, "b": 1}, {"a": 68, "b": 34}),
        ({"a": 999, "b": 1}, {"a": 999, "b": 1}),
    ],
)
def test_shares_are_whole_turns(weights: dict[str, int], shares: dict[str, int]) -> None:
    assert Split("h", weights).shares(100) == shares


def test_a_limit_is_found_through_a_chain_and_counts_per_second() -> None:
    assert Scene([a_route(SERVICE, "chain"), CHAIN, LIMIT, BREAKER]).limit() == Limit("a.example", 0.5, 5)


def test_a_limit_on_the_whole_entrypoint_counts_too() -> None:
    argument = "--entryPoints.websecure.http.middlewares=traefik_chain@kubernetescrd"
    scene = Scene([a_route(SERVICE), CHAIN, LIMIT, traefik("--ping=true", argument)])
    assert scene.limit() == Limit("a.example", 0.5, 5)
    assert Scene([a_route(SERVICE), CHAIN, LIMIT, traefik("--ping=true")]).limit() is None


def test_a_breaker_is_told_with_its_backend_and_traefik_s_defaults() -> None:
    scene = Scene([a_route(SERVICE, "breaker"), BREAKER])
    assert scene.breaker() == Breaker("a.example", "shop", "web", 503, 90, 10)


def test_routes_that_ask_for_more_than_a_host_promise_nothing_about_it() -> None:
    narrow = a_route(SERVICE, "limit", match="Host(`a.example`) && PathPrefix(`/x`)")
    scene = Scene([narrow, LIMIT])
    assert (scene.hosts(), scene.limit()) == ((), None)
