"""Flows of applications: what Traefik reaches, and what workloads open."""

from network.plan.applications import flows as application_flows
from network.plan.model.flows import Entity, Flow, Host, Port
from tests import stacks

FLOWS = {flow.name: flow for flow in application_flows.build(stacks.everything())}


def served(workload: str) -> Flow:
    return FLOWS[f"traefik-to-{workload}"]


def test_traefik_reaches_every_backend_behind_a_service_over_several() -> None:
    assert served("shop-web").ports == (Port(8080),)
    assert served("shop-web-canary").ports == (Port(8080), Port(8443), Port(9090))


def test_a_flow_names_each_route_that_needs_it_once() -> None:
    assert served("shop-web").reason == (
        "Serves shop.dev.k8s.webgrip.nl/, spare.dev.k8s.webgrip.nl/, *.tenants.dev.k8s.webgrip.nl/, "
        r"^trial-[0-9]{1,6}\.tenants\.dev\.k8s\.webgrip\.nl$/, www.bought.example/, "
        "customer.example/, www.customer.example/, *.tenants.customer.example/, *.cloud.dev.k8s.webgrip.nl/, "
        "www.abroad.example/, *.shop.example/, "
        r"^staff-[0-9]{1,3}\.shop\.example$/."
    )


def test_traefik_does_not_reach_a_workload_that_no_route_leads_to() -> None:
    assert "traefik-to-api-worker" not in FLOWS


def test_traefik_reaches_external_services_that_a_route_may_lead_to_at_their_port() -> None:
    assert served("shop-archive").destination == Host("archive.example.org")
    assert served("shop-archive").ports == (Port(443),)
    assert served("shop-legacy").ports == (Port(8080),)


def test_plain_policies_reach_an_external_service_anywhere_outside() -> None:
    over = {
        "network:cluster": {"cni": "generic"},
        "network:applications": {
            "shop": {
                "externalServices": {"pages": {"host": "pages.example.org"}},
                "routes": {"pages": {"host": "pages.dev.k8s.webgrip.nl", "service": "pages"}},
            }
        },
    }
    flows = {flow.name: flow for flow in application_flows.build(stacks.stack_config("dev", over))}
    assert flows["traefik-to-shop-pages"].destination == Entity("world")
