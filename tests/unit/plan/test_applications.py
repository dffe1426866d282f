"""Services and routes of applications."""

from typing import Any

from network.plan import applications
from tests import stacks

PLANS = {plan.name: plan for plan in applications.build(stacks.everything())}


def rule(application: str) -> dict[str, Any]:
    """Return the one rule of an application's one route."""
    (route,) = PLANS[application].routes
    (found,) = route["spec"]["routes"]
    return found


def test_every_workload_with_ports_has_a_service() -> None:
    names = [service["metadata"]["name"] for service in PLANS["api"].services]
    assert names == ["api", "pages"]


def test_services_are_inside_the_cluster_only() -> None:
    services = [service for plan in PLANS.values() for service in plan.services]
    assert {service["spec"]["type"] for service in services} == {"ClusterIP"}


def test_services_select_the_workloads_labels_and_keep_its_ports() -> None:
    (service,) = PLANS["shop"].services
    assert service["spec"]["selector"] == {"app.kubernetes.io/name": "shop-web"}
    assert service["spec"]["ports"] == [{"name": "http", "port": 8080, "targetPort": 8080, "protocol": "TCP"}]


def test_routes_answer_on_https_only() -> None:
    routes = [route for plan in PLANS.values() for route in plan.routes]
    assert all(route["spec"]["entryPoints"] == ["websecure"] for route in routes)


def test_a_route_matches_its_host_and_path() -> None:
    assert rule("shop")["match"] == "Host(`shop.dev.k8s.webgrip.nl`)"
    assert rule("api")["match"] == "Host(`shop.dev.k8s.webgrip.nl`) && PathPrefix(`/api`)"


def test_a_routes_chain_is_the_one_in_traefiks_namespace() -> None:
    assert rule("api")["middlewares"] == [{"name": "api", "namespace": "traefik"}]


def test_the_default_chain_is_not_applied_twice() -> None:
    assert "middlewares" not in rule("shop")


def test_objects_stand_in_the_namespace_that_the_application_chose() -> None:
    objects = (*PLANS["api"].services, *PLANS["api"].routes)
    assert {manifest["metadata"]["namespace"] for manifest in objects} == {"backend"}
