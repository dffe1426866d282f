"""Defects of the reference platform that this one must not have, one test per row of the list in
docs/facts/reference-platform.md.

Rows 3 and 10 (fields and values that the published schemas lack) are the contract tests' subject;
row 5 (OTLP endpoints) applies once there are exporters.
"""

from collections.abc import Iterator
from typing import Any

import pytest

from network.config import StackConfig
from network.config.entry_points import HTTP
from network.config.errors import ConfigError
from network.plan import Plan, build
from network.plan.ingress.load_balancer import PREFIX
from network.plan.model.names import application_namespace
from tests import stacks
from tests.objects import manifests

CONFIGS = {**{name: stacks.stack_config(name) for name in stacks.NAMES}}
CONFIGS["everything"] = stacks.everything()


@pytest.fixture(params=CONFIGS)
def config(request: pytest.FixtureRequest) -> StackConfig:
    """Each shipped stack's configuration, and one that uses every option."""
    return CONFIGS[request.param]


@pytest.fixture
def plan(config: StackConfig) -> Plan:
    """The plan of the configuration."""
    return build(config)


def refused(over: dict[str, Any]) -> str:
    """Return why the dev stack is refused once `over` is laid over it."""
    with pytest.raises(ConfigError) as caught:
        stacks.stack_config("dev", over)
    return str(caught.value)


def exposed(plan: Plan) -> dict[str, dict[str, Any]]:
    """Return the entrypoints that a load balancer reaches."""
    ports = plan.ingress.release.values["ports"]
    return {name: port for name, port in ports.items() if any(port["expose"].values())}


def connected(plan: Plan) -> dict[str, dict[str, Any]]:
    """Return those of them that take connections: packets of UDP have no header, and nothing drains."""
    return {name: port for name, port in exposed(plan).items() if port.get("protocol") != "UDP"}


def keys(value: Any) -> Iterator[str]:
    """Yield every key in nested data."""
    if isinstance(value, dict):
        for key, child in value.items():
            yield key
            yield from keys(child)
    elif isinstance(value, list):
        for child in value:
            yield from keys(child)


def mappings(value: Any) -> Iterator[dict[str, Any]]:
    """Yield every mapping in nested data."""
    if isinstance(value, dict):
        yield value
    for child in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from mappings(child)


def test_row_1_every_exposed_entrypoint_trusts_the_proxy_headers_of_the_vpc(
    plan: Plan, config: StackConfig
) -> None:
    trusted = {name: port["proxyProtocol"]["trustedIPs"] for name, port in connected(plan).items()}
    vpc = [str(config.external.vpc.ip_range)]
    assert {"web", "websecure"} <= trusted.keys()
    assert trusted == dict.fromkeys(trusted, vpc)


def test_row_2_http3_is_off_and_refused(plan: Plan) -> None:
    assert plan.ingress.release.values["ports"]["websecure"]["http3"] == {"enabled": False}
    assert "ingress.http3" in refused({"network:ingress": {"http3": True}})


def test_row_4_the_access_log_drops_headers_and_query_strings(plan: Plan) -> None:
    fields = plan.ingress.release.values["accessLog"]["fields"]
    assert fields["headers"]["defaultMode"] == "drop"
    assert {fields["headers"]["names"][name] for name in ("Authorization", "Cookie")} == {"redact"}
    assert fields["queryParameters"]["defaultMode"] == "drop"


def test_row_6_no_removed_api_and_no_certificate_resolver_of_traefik(plan: Plan) -> None:
    groups = {manifest["apiVersion"] for manifest in manifests(plan)}
    assert not any("containo.us" in group for group in groups)
    given = [plan.ingress.release.values, *manifests(plan)]
    assert {"certResolver", "certificatesResolvers"}.isdisjoint(keys(given))


def test_row_7_a_wildcard_by_http01_is_refused() -> None:
    certificates = {
        "http01": {},
        "named": {"all": {"dnsNames": ["*.partner.example"], "solver": "http01"}},
    }
    assert "certificates.named.all" in refused({"network:certificates": certificates})


def test_row_8_routes_get_certificates_from_certificates_not_from_annotations(plan: Plan) -> None:
    routes = [route for application in plan.applications for route in application.routes]
    assert routes
    assert not any("annotations" in route["metadata"] for route in routes)
    assert plan.certificates.certificates


def test_row_9_an_allow_list_that_allows_all_is_refused() -> None:
    everybody = {"middlewares": {"all": {"ipAllowList": {"sourceRange": ["0.0.0.0/0"]}}}}
    assert "traffic.middlewares.all" in refused({"network:traffic": everybody})


def test_row_11_a_vpc_range_inside_the_service_range_is_refused() -> None:
    assert "external.vpc.ipRange" in refused({"network:external": {"vpc": {"ipRange": "10.110.0.0/20"}}})


def test_row_13_no_route_sets_a_health_check_that_traefik_ignores(plan: Plan) -> None:
    for application in plan.applications:
        external = {
            service["metadata"]["name"]
            for service in application.services
            if service["spec"]["type"] == "ExternalName"
        }
        checked = {
            each["name"]
            for each in mappings([*application.routes, *application.balancing])
            if "healthCheck" in each
        }
        assert checked <= external


def test_row_14_the_load_balancers_type_is_explicit_and_speaks_proxy_protocol(plan: Plan) -> None:
    annotations = plan.ingress.release.values["service"]["annotations"]
    assert annotations[f"{PREFIX}enable-proxy-protocol"] == "true"
    assert annotations[f"{PREFIX}type"] == "REGIONAL"


def test_row_14_proxy_protocol_on_a_network_load_balancer_is_refused() -> None:
    network = {"loadBalancer": {"type": "REGIONAL_NETWORK", "proxyProtocol": True}}
    assert "ingress.loadBalancer" in refused({"network:ingress": network})


def test_row_15_traefik_scales_survives_a_drain_and_drains_itself(plan: Plan) -> None:
    values = plan.ingress.release.values
    assert values["autoscaling"]["enabled"]
    assert values["autoscaling"]["minReplicas"] >= 2
    assert values["podDisruptionBudget"] == {"enabled": True, "maxUnavailable": 1}
    for port in connected(plan).values():
        phases = port["transport"]["lifeCycle"].values()
        drain = sum(int(phase.removesuffix("s")) for phase in phases)
        assert 0 < drain < values["deployment"]["terminationGracePeriodSeconds"]


def test_row_16_every_rate_limit_says_whom_it_counts(plan: Plan) -> None:
    limits = [
        middleware["spec"]["rateLimit"]
        for middleware in plan.traffic.middlewares
        if "rateLimit" in middleware["spec"]
    ]
    assert limits
    assert all(len(limit["sourceCriterion"]) == 1 for limit in limits)


def test_row_16_the_default_chain_limits_rates(plan: Plan, config: StackConfig) -> None:
    links = config.traffic.chains[config.traffic.default_chain or ""]
    assert any(config.traffic.middlewares[link].rate_limit for link in links)
    staying = {
        (application_namespace(config, name), route_name)
        for name, application in config.applications.items()
        for route_name, route in application.routes.items()
        if route.default_chain is None
    }
    named = {
        (manifest["metadata"]["namespace"], manifest["metadata"]["name"]): rule.get("middlewares", [{}])[0]
        for application in plan.applications
        for manifest in application.routes
        for rule in manifest["spec"]["routes"]
    }
    default = {"name": config.traffic.default_chain, "namespace": "traefik"}
    assert staying
    assert {route for route, first in named.items() if first == default} == staying


def test_row_17_the_dashboard_is_on_the_internal_entrypoint_alone(plan: Plan, config: StackConfig) -> None:
    values = plan.ingress.release.values
    assert values["ingressRoute"]["dashboard"]["entryPoints"] == ["traefik"]
    assert not values["api"]["insecure"]
    internal = set(HTTP["internal"]) if config.ingress.internal_load_balancer else set[str]()
    assert exposed(plan).keys() == {*HTTP["public"], *internal, *config.ingress.entry_points}
    assert values["providers"]["kubernetesCRD"]["crossProviderNamespaces"] == ["traefik"]


def test_row_18_crds_are_kept_and_both_issuers_exist(plan: Plan) -> None:
    values = plan.certificates.release.values
    assert values["crds"] == {"enabled": True, "keep": True}
    assert "installCRDs" not in values
    issuers = {issuer["metadata"]["name"] for issuer in plan.certificates.issuers}
    assert issuers == {"letsencrypt-staging", "letsencrypt-production"}


def test_row_19_every_namespace_denies_by_default_both_ways_unless_its_policies_only_report(
    config: StackConfig, plan: Plan
) -> None:
    denied = {
        policies.namespace
        for policies in plan.policies
        if policies.default_deny is not None
        and policies.default_deny["spec"]["podSelector"] == {}
        and set(policies.default_deny["spec"]["policyTypes"]) == {"Ingress", "Egress"}
    }
    reporting = {
        application_namespace(config, name)
        for name, application in config.applications.items()
        if application.policies == "report"
    }
    assert denied == {namespace.name for namespace in plan.namespaces} - reporting
