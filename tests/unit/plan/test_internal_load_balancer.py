"""The second load balancer, within the VPC: its entrypoints, Service, records, and who reaches it (ING-9)."""

from typing import Any

import pytest

from network.config import StackConfig
from network.plan import Plan, build, claims
from network.plan.ingress.load_balancer import PREFIX
from network.plan.model.flows import Port, Range
from network.plan.model.rules import Alert
from tests import stacks

OVER: dict[str, Any] = {
    "network:external": {"dns": {"internalHosts": ["reports"]}},
    "network:ingress": {
        "internalLoadBalancer": {"name": "network-dev-internal", "sourceRanges": ["10.0.9.0/24"]},
        "cdnRanges": ["198.51.100.0/24"],
        "entryPoints": {"postgres": {"port": 5432, "loadBalancer": "internal"}, "ssh": {"port": 22}},
    },
    "network:applications": {
        "reports": {
            "workloads": {
                "web": {
                    "labels": {"app": "reports"},
                    "ports": {"http": {"port": 8080}, "sql": {"port": 5432}},
                }
            },
            "routes": {
                "reports": {
                    "host": "reports.dev.k8s.webgrip.nl",
                    "loadBalancer": "internal",
                    "workload": "web",
                    "port": "http",
                }
            },
            "tcpRoutes": {
                "sql": {"entryPoint": "postgres", "workload": "web", "port": "sql"},
                "ssh": {"entryPoint": "ssh", "workload": "web", "port": "sql"},
            },
        }
    },
}


@pytest.fixture(scope="module")
def config() -> StackConfig:
    return stacks.stack_config("dev", OVER)


@pytest.fixture(scope="module")
def plan(config: StackConfig) -> Plan:
    return build(config)


def test_a_service_of_its_own_asks_for_an_address_of_the_vpc(plan: Plan) -> None:
    service = plan.ingress.release.values["service"]["additionalServices"]["internal"]
    annotations = service["annotations"]
    assert annotations[f"{PREFIX}name"] == "network-dev-internal"
    assert annotations[f"{PREFIX}network"] == "INTERNAL"
    assert annotations[f"{PREFIX}network-stack"] == "IPV4"
    assert annotations[f"{PREFIX}enable-proxy-protocol"] == "true"
    assert service["spec"]["loadBalancerSourceRanges"] == ["10.0.9.0/24"]
    assert plan.ingress.internal_service == "traefik-internal"


def test_each_port_is_on_the_load_balancer_that_the_stack_names(plan: Plan) -> None:
    ports = plan.ingress.release.values["ports"]
    exposed = {name: {key for key, value in port["expose"].items() if value} for name, port in ports.items()}
    assert exposed == {
        "web": {"default"},
        "websecure": {"default"},
        "ssh": {"default"},
        "internalweb": {"internal"},
        "internalsecure": {"internal"},
        "postgres": {"internal"},
        "traefik": set(),
        "metrics": set(),
    }
    assert [(door.service, sorted(door.ports.items())) for door in plan.ingress.doors] == [
        ("traefik", [("ssh", 22), ("web", 80), ("websecure", 443)]),
        ("traefik-internal", [("internalsecure", 443), ("internalweb", 80), ("postgres", 5432)]),
    ]


def test_no_cdn_is_believed_within_the_vpc_and_http_leads_to_its_own_https(plan: Plan) -> None:
    web = plan.ingress.release.values["ports"]["internalweb"]
    assert web["forwardedHeaders"]["trustedIPs"] == []
    assert web["proxyProtocol"]["trustedIPs"] == ["10.0.0.0/16"]
    assert web["http"]["redirections"]["entryPoint"]["to"] == "internalsecure"
    arguments = plan.ingress.release.values["additionalArguments"]
    assert "--entryPoints.internalsecure.http.aliasHeadersStrategy=delete" in arguments
    assert "--entryPoints.internalsecure.http2.maxConcurrentStreams=250" in arguments


def test_an_internal_route_answers_on_no_public_entrypoint(plan: Plan) -> None:
    (route,) = next(each for each in plan.applications if each.name == "reports").routes
    assert route["spec"]["entryPoints"] == ["internalsecure"]


def test_the_vpc_reaches_its_entrypoints(plan: Plan) -> None:
    (flow,) = [each for each in plan.flows if each.name == "internal-load-balancer-to-traefik"]
    assert isinstance(flow.source, Range)
    assert flow.ports == (Port(8001), Port(8444), Port(5432))


def test_the_record_of_an_internal_host_has_its_address(plan: Plan) -> None:
    (record,) = [each for each in plan.external.zones[0].records if each.name == "reports"]
    assert (record.type, record.internal, record.value) == ("A", True, None)


def test_its_name_and_its_hosts_are_no_other_stack_s(config: StackConfig) -> None:
    taken = {(each.kind, each.value) for each in claims.of(config)}
    assert ("load balancer", "network-dev-internal") in taken
    assert ("record", "reports.dev.k8s.webgrip.nl") in taken


def test_what_the_internet_does_not_reach_is_not_watched_from_there() -> None:
    watched = {
        "network:observability": {"prometheus": {"install": {}}, "outside": {"emails": ["ops@webgrip.nl"]}}
    }
    hosts = build(stacks.stack_config("dev", stacks.merged(OVER, watched))).outside.hosts
    assert hosts
    assert not any("reports" in str(each.check.arguments) for each in hosts)


def near_its_units(plan: Plan) -> Alert:
    (found,) = (
        rule
        for group in plan.ingress.rules
        for rule in group.rules
        if isinstance(rule, Alert) and rule.name == "LoadBalancerNearItsUnits"
    )
    return found


def test_its_units_are_watched_as_those_of_the_public_one(plan: Plan) -> None:
    alert = near_its_units(plan)
    assert 'traefik_open_connections{entrypoint=~"internalweb|internalsecure|postgres"}' in alert.expr
    assert 'traefik_open_connections{entrypoint=~"web|websecure|ssh"}' in alert.expr
    assert alert.expr.count('"load_balancer", "internal"') == 2


def test_units_of_the_internal_one_are_watched_where_the_public_one_has_none() -> None:
    passing = {"network:ingress": {"loadBalancer": {"type": "REGIONAL_NETWORK", "proxyProtocol": False}}}
    alert = near_its_units(build(stacks.stack_config("dev", stacks.merged(OVER, passing))))
    assert '"public"' not in alert.expr
    assert '"internal"' in alert.expr


def test_digitalocean_tells_of_each_that_is_near_its_limits() -> None:
    watched = {
        "network:observability": {"prometheus": {"install": {}}, "outside": {"emails": ["ops@webgrip.nl"]}}
    }
    alerts = build(stacks.stack_config("dev", stacks.merged(OVER, watched))).outside.load_balancers
    assert {balancer: [each.name for each in of_it] for balancer, of_it in alerts.items()} == {
        "public": ["load balancer connections", "load balancer CPU"],
        "internal": ["internal load balancer connections", "internal load balancer CPU"],
    }


def test_without_one_nothing_of_it_is_there() -> None:
    release = build(stacks.stack_config("dev")).ingress.release
    assert "internalsecure" not in release.values["ports"]
    assert "additionalServices" not in release.values["service"]


def test_hosts_of_the_other_load_balancer_take_nothing_from_it() -> None:
    below = "within.dev.k8s.webgrip.nl"
    rest = {
        "host": f"*.{below}",
        "priority": 1000,
        "tlsOptions": "modern",
        "probe": {"host": f"demo.{below}"},
        "workload": "web",
        "port": "http",
    }
    over = {
        "network:external": {"dns": {"hosts": ["*.within"], "internalHosts": ["a.within"]}},
        "network:certificates": {"named": {"within": {"dnsNames": [f"*.{below}"]}}},
        "network:ingress": {"tlsOptions": {"modern": {"minVersion": "VersionTLS13"}}},
        "network:applications": {
            "reports": {"routes": {"reports": {"host": f"a.{below}"}, "rest": rest}},
        },
    }
    plan = build(stacks.stack_config("dev", stacks.merged(OVER, over)))
    routes = next(each for each in plan.applications if each.name == "reports").routes
    assert {each["metadata"]["name"]: each["spec"]["entryPoints"] for each in routes} == {
        "reports": ["internalsecure"],
        "rest": ["websecure"],
    }


def test_a_wildcard_within_the_vpc_has_a_record_of_its_own() -> None:
    over = {"network:external": {"dns": {"internalHosts": ["reports", "*.tenants"]}}}
    records = build(stacks.stack_config("dev", stacks.merged(OVER, over))).external.zones[0].records
    assert {each.key: each.name for each in records if each.internal} == {
        "internal-host-reports": "reports",
        "internal-wildcard-tenants": "*.tenants",
    }
