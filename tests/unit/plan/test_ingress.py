"""Traefik's release, its entrypoints, load balancer, CRDs and TLS."""

from typing import Any

import pytest

from network.plan import build as build_all
from network.plan import ingress
from network.plan.ingress.load_balancer import PREFIX
from tests import stacks

CHART = {"repository": "https://charts.example", "version": "41.3.0"}
NETWORK = {"type": "REGIONAL_NETWORK", "proxyProtocol": False}


def values(over: dict[str, Any] | None = None) -> Any:
    """Return the chart's values for the dev stack with `over` laid over it."""
    return ingress.build(stacks.stack_config("dev", over)).release.values


def test_http_is_redirected_permanently() -> None:
    redirect = values()["ports"]["web"]["http"]["redirections"]["entryPoint"]
    assert redirect == {"to": "websecure", "scheme": "https", "permanent": True}


def test_challenges_pass_the_redirect_only_where_http01_is_on() -> None:
    assert values()["ports"]["web"]["allowACMEByPass"] is False
    everything = ingress.build(stacks.everything()).release.values
    assert everything["ports"]["web"]["allowACMEByPass"] is True


def test_nobody_is_believed_about_proxies_while_proxy_protocol_is_off() -> None:
    over = {"network:ingress": {"loadBalancer": NETWORK}}
    for name in ("web", "websecure"):
        port = values(over)["ports"][name]
        assert port["proxyProtocol"] == {"trustedIPs": [], "insecure": False}


def test_forwarded_headers_are_believed_from_nobody_without_a_cdn() -> None:
    for name in ("web", "websecure"):
        headers = values()["ports"][name]["forwardedHeaders"]
        assert headers == {"trustedIPs": [], "insecure": False}


def test_a_network_load_balancer_has_no_size() -> None:
    annotations = values({"network:ingress": {"loadBalancer": NETWORK}})["service"]["annotations"]
    assert annotations[f"{PREFIX}type"] == "REGIONAL_NETWORK"
    assert f"{PREFIX}size-unit" not in annotations


def test_type_policy_and_source_ranges_stand_where_the_chart_reads_them() -> None:
    over = {"loadBalancer": {"sourceRanges": ["198.51.100.0/24"]}}
    service = values({"network:ingress": over})["service"]
    assert service["spec"] == {
        "type": "LoadBalancer",
        "externalTrafficPolicy": "Local",
        "loadBalancerSourceRanges": ["198.51.100.0/24"],
    }


def test_encoded_characters_are_refused_on_every_public_entrypoint() -> None:
    for name in ("web", "websecure"):
        allowed = values()["ports"][name]["http"]["encodedCharacters"]
        assert len(allowed) == 7
        assert not any(allowed.values())


def test_an_encoded_character_is_let_in_where_the_stack_says_so() -> None:
    over = {"network:ingress": {"encodedCharacters": {"allowEncodedSlash": True}}}
    ports = ingress.build(stacks.stack_config("dev", over)).release.values["ports"]
    for name in ("web", "websecure"):
        allowed = ports[name]["http"]["encodedCharacters"]
        assert [key for key, value in allowed.items() if value] == ["allowEncodedSlash"]
        assert len(allowed) == 7


def test_solvers_and_admission_know_the_class_that_ingresses_ask_for() -> None:
    over = {
        "network:ingress": {"ingressClass": {"name": "public", "isDefaultClass": True}},
        "network:certificates": {
            "http01": {},
            "named": {"partner": {"dnsNames": ["www.partner.example"], "solver": "http01"}},
        },
    }
    plan = build_all(stacks.stack_config("dev", over))
    values = plan.ingress.release.values
    assert values["ingressClass"] == {"enabled": True, "isDefaultClass": True, "name": "public"}
    assert values["providers"]["kubernetesIngress"]["ingressClass"] == "public"
    (_, solver) = plan.certificates.issuers[0]["spec"]["acme"]["solvers"]
    assert solver["http01"]["ingress"]["ingressClassName"] == "public"
    assert "ingressClassName == 'public'" in str(plan.admission.policies)


def test_http2_is_tuned_by_an_argument_since_the_chart_has_no_value_for_it() -> None:
    assert "--entryPoints.websecure.http2.maxConcurrentStreams=250" in values()["additionalArguments"]


def test_every_entrypoint_deletes_headers_that_backends_take_for_others() -> None:
    for name in values()["ports"]:
        assert f"--entryPoints.{name}.http.aliasHeadersStrategy=delete" in values()["additionalArguments"]


def test_routers_that_name_no_entrypoint_answer_on_https_alone() -> None:
    defaults = {name for name, port in values()["ports"].items() if port.get("asDefault")}
    assert defaults == {"websecure"}


def test_replicas_spread_over_nodes_and_leave_cordoned_ones() -> None:
    (spread,) = values()["topologySpreadConstraints"]
    assert spread["topologyKey"] == "kubernetes.io/hostname"
    assert spread["nodeTaintsPolicy"] == "Honor"


def test_traefik_asks_nobody_on_the_internet() -> None:
    assert values()["global"] == {"checkNewVersion": False, "sendAnonymousUsage": False}


def test_strict_sni_finds_every_certificate_and_the_wildcard_is_the_default() -> None:
    spec = ingress.build(stacks.everything()).tls_store["spec"]
    secrets = [entry["secretName"].removesuffix("-tls") for entry in spec["certificates"]]
    of_zones = ["wildcard", "wildcard-customer", "wildcard-cloud"]
    named = ["partner", "deep", "tenants", "delegated", "abroad", "customers"]
    assert secrets == [*of_zones, *named, "sold"]
    assert spec["defaultCertificate"] == {"secretName": "wildcard-tls"}


def test_without_a_wildcard_there_is_no_default_certificate() -> None:
    over = {
        "wildcard": False,
        "named": {"apps": {"dnsNames": ["shop.dev.k8s.webgrip.nl", "api.dev.k8s.webgrip.nl"]}},
    }
    config = stacks.stack_config("dev", {"network:certificates": over})
    assert "defaultCertificate" not in ingress.build(config).tls_store["spec"]


def test_traefik_follows_names_of_external_hosts_only_where_one_is_declared() -> None:
    assert values()["providers"]["kubernetesCRD"]["allowExternalNameServices"] is False
    everything = ingress.build(stacks.everything()).release.values
    assert everything["providers"]["kubernetesCRD"]["allowExternalNameServices"] is True
    assert everything["providers"]["kubernetesIngress"]["allowExternalNameServices"] is False


def test_tls_below_1_2_is_refused_by_the_default_option() -> None:
    option = ingress.build(stacks.stack_config("dev")).tls_options[0]
    assert option["metadata"]["name"] == "default"
    assert option["spec"]["minVersion"] == "VersionTLS12"
    assert option["spec"]["sniStrict"] is True


def test_the_image_goes_with_the_chart() -> None:
    def image(**chart: str) -> dict[str, Any]:
        found = values({"network:charts": {"traefik": {**CHART, **chart}}})
        return {key: found[key] for key in ("image", "versionOverride") if key in found}

    digest = f"sha256:{'0' * 64}"
    assert image() == image(version="v41.3.0") == {"image": {"tag": "v3.7.15"}}
    # Another version brings its own.
    assert image(version="41.9.1") == {}
    assert image(imageDigest=digest) == {"image": {"digest": digest}, "versionOverride": "v3.7.15"}


def test_a_load_balancer_is_ipv4_only_unless_ipv6_is_asked_for() -> None:
    stack = f"{PREFIX}network-stack"
    assert values()["service"]["annotations"][stack] == "IPV4"
    over = {"network:ingress": {"loadBalancer": {"ipv6": True}}}
    assert values(over)["service"]["annotations"][stack] == "DUALSTACK"


def test_traefik_is_ready_once_its_routes_are_read() -> None:
    assert values()["deployment"]["readinessPath"] == "/api/version"
    assert values()["ingressRoute"]["dashboard"] == {"enabled": True, "entryPoints": ["traefik"]}


def test_traefik_watches_its_own_namespace_and_those_that_it_serves() -> None:
    quiet = {"workloads": {"job": {"labels": {"app": "job"}}}}
    config = stacks.stack_config("dev", {"network:applications": {"quiet": quiet}})
    plan = ingress.build(config)
    for provider in plan.release.values["providers"].values():
        assert provider["namespaces"] == ["api", "shop", "traefik"]
    assert plan.release.values["rbac"] == {"enabled": False}
    bound = [each["metadata"].get("namespace") for each in plan.access.bindings]
    assert bound == [None, "api", "shop", "traefik"]
    cluster_wide, _ = plan.access.roles
    assert {name for rule in cluster_wide["rules"] for name in rule["resources"]} == {
        "ingressclasses",
        "nodes",
    }


@pytest.mark.parametrize("enabled", [True, False])
def test_the_access_log_follows_the_config(enabled: bool) -> None:
    assert values({"network:ingress": {"accessLog": enabled}})["accessLog"]["enabled"] is enabled


def test_a_rollout_waits_until_the_load_balancer_sends_to_the_new_replica() -> None:
    check = {"intervalSeconds": 3, "healthyThreshold": 4, "responseTimeoutSeconds": 5}
    over = {"network:ingress": {"loadBalancer": {"healthCheck": check}}}
    assert values(over)["deployment"]["minReadySeconds"] == 3 * 4 + 5


def test_a_dead_node_is_noticed_once_three_checks_in_turn_have_waited_in_vain() -> None:
    assert ingress.build(stacks.stack_config("dev")).node_loss_seconds == 3 * (5 + 3)


def test_a_replica_that_ends_accepts_connections_until_the_load_balancer_has_noticed() -> None:
    ends = stacks.stack_config("dev").ingress
    noticed = ends.load_balancer.health_check.detection_seconds
    assert noticed == 5 * 3 + 3 <= ends.shutdown.request_accept_grace_seconds


def test_a_proxying_load_balancer_has_its_idle_timeout_and_a_passing_one_has_none() -> None:
    over = {"network:ingress": {"loadBalancer": {"httpIdleTimeoutSeconds": 600}}}
    assert values(over)["service"]["annotations"][f"{PREFIX}http-idle-timeout-seconds"] == "600"
    passing = values({"network:ingress": {"loadBalancer": NETWORK}})["service"]["annotations"]
    assert f"{PREFIX}http-idle-timeout-seconds" not in passing
