"""Services of applications, TraefikServices over them, and routes."""

from typing import Any

from network.plan import applications
from tests import stacks

PLANS = {plan.name: plan for plan in applications.build(stacks.everything())}


def rule(application: str, name: str) -> dict[str, Any]:
    """Return the one rule of an application's route."""
    (found,) = route(application, name)["spec"]["routes"]
    return found


def route(application: str, name: str) -> dict[str, Any]:
    (found,) = [each for each in PLANS[application].routes if each["metadata"]["name"] == name]
    return found


def balanced(name: str) -> dict[str, Any]:
    """Return the spec of a TraefikService of the shop."""
    (found,) = [each for each in PLANS["shop"].balancing if each["metadata"]["name"] == name]
    return found["spec"]


def test_every_workload_with_ports_has_a_service() -> None:
    names = [service["metadata"]["name"] for service in PLANS["api"].services]
    assert names == ["api", "pages"]


def test_services_are_inside_the_cluster_only() -> None:
    services = [service for plan in PLANS.values() for service in plan.services]
    assert {service["spec"]["type"] for service in services} == {"ClusterIP"}


def test_services_select_the_workloads_labels_and_keep_its_ports() -> None:
    service, _ = PLANS["shop"].services
    assert service["spec"]["selector"] == {"app.kubernetes.io/name": "shop-web"}
    assert service["spec"]["ports"] == [{"name": "http", "port": 8080, "targetPort": 8080, "protocol": "TCP"}]


def test_routes_answer_on_https_only() -> None:
    routes = [each for plan in PLANS.values() for each in plan.routes]
    assert all(each["spec"]["entryPoints"] == ["websecure"] for each in routes)


def test_a_route_matches_its_host_and_path() -> None:
    assert rule("shop", "shop")["match"] == "Host(`shop.dev.k8s.webgrip.nl`)"
    assert rule("api", "api")["match"] == "Host(`shop.dev.k8s.webgrip.nl`) && PathPrefix(`/api`)"


def test_a_routes_chain_is_the_one_in_traefiks_namespace() -> None:
    assert rule("api", "api")["middlewares"] == [{"name": "api", "namespace": "traefik"}]


def test_the_default_chain_is_not_applied_twice() -> None:
    assert "middlewares" not in rule("shop", "shop")


def test_objects_stand_in_the_namespace_that_the_application_chose() -> None:
    objects = (*PLANS["api"].services, *PLANS["api"].routes)
    assert {manifest["metadata"]["namespace"] for manifest in objects} == {"backend"}


def test_a_route_refers_to_a_port_of_a_workload_or_to_a_service_over_several() -> None:
    assert rule("api", "api")["services"] == [{"kind": "Service", "name": "api", "port": "http"}]
    assert rule("shop", "shop")["services"] == [{"kind": "TraefikService", "name": "canary"}]


def test_weights_are_those_of_the_config() -> None:
    shares = [(each["name"], each["weight"]) for each in balanced("canary")["weighted"]["services"]]
    assert shares == [("web", 80), ("web-canary", 20)]
    spread = [
        (each["name"], each["weight"]) for each in balanced("spread")["highestRandomWeight"]["services"]
    ]
    assert spread == [("web", 3), ("web-canary", 1)]


def test_a_sticky_split_says_everything_about_its_cookie() -> None:
    assert balanced("canary")["weighted"]["sticky"] == {
        "cookie": {"name": "canary", "secure": True, "httpOnly": True, "sameSite": "none", "maxAge": 3600}
    }


def test_mirrors_get_their_share_and_no_body_beyond_the_limit() -> None:
    assert balanced("shadow") == {
        "mirroring": {
            "kind": "Service",
            "name": "web",
            "port": "http",
            "mirrors": [{"kind": "Service", "name": "web-canary", "port": "http", "percent": 10}],
            "mirrorBody": True,
            "maxBodySize": 65536,
        }
    }


def test_failover_goes_by_what_the_service_answers() -> None:
    assert balanced("spare") == {
        "failover": {
            "service": {"kind": "TraefikService", "name": "shadow"},
            "fallback": {"kind": "TraefikService", "name": "spread"},
            "errors": {"status": ["500", "502-504"], "maxRequestBodyBytes": 65536},
        }
    }


def test_a_service_comes_after_those_that_it_refers_to() -> None:
    order = [each["metadata"]["name"] for each in PLANS["shop"].balancing]
    assert order.index("spare") > order.index("shadow")
    assert order.index("spare") > order.index("spread")
