"""cert-manager, issuers and certificates."""

from datetime import UTC, datetime
from typing import Any

from network.plan import build, certificates
from network.plan.admission import names_by_namespace
from network.plan.certificates.alerts import END_OF_BOUGHT
from network.plan.model.kubernetes import Manifest
from network.plan.model.rules import Alert, Recording
from tests import stacks


def solvers(over: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the staging issuer's solvers of the dev stack with `over` laid over it."""
    issuer, _ = certificates.build(stacks.stack_config("dev", over)).issuers
    return issuer["spec"]["acme"]["solvers"]


def certificate(name: str) -> Manifest:
    """Return a certificate of the configuration that uses every option."""
    plan = certificates.build(stacks.everything())
    return {found["metadata"]["name"]: found for found in plan.certificates}[name]


def dns01(provider: dict[str, Any]) -> dict[str, Any]:
    """Return the settings that choose a DNS-01 provider."""
    return {
        "network:external": {"dns": {"provider": "external"}},
        "network:certificates": {"dns01": provider},
    }


def test_a_bought_certificate_is_served_from_a_secret_of_chain_and_key() -> None:
    plan = build(stacks.everything())
    (secret,) = plan.certificates.bought
    assert (secret.namespace, secret.name, secret.type) == ("traefik", "sold-tls", "kubernetes.io/tls")
    assert secret.data == {"tls.crt": "certificates.bought.sold", "tls.key": "certificateKeys.sold"}
    assert {"secretName": "sold-tls"} in plan.ingress.tls_store["spec"]["certificates"]
    assert not any("sold" in str(each) for each in plan.certificates.certificates)


def test_nobody_may_have_the_names_of_a_bought_certificate_issued() -> None:
    assert "www.bought.example" not in names_by_namespace(stacks.everything())["traefik"]


def test_the_end_of_a_bought_certificate_is_told_and_compared_with_what_is_served() -> None:
    (group,) = certificates.build(stacks.everything()).rules
    rules = {rule.name: rule for rule in group.rules if isinstance(rule, Alert)}
    ends = [rule for rule in group.rules if isinstance(rule, Recording) and rule.record == END_OF_BOUGHT]
    end = int(datetime(2126, 1, 1, tzinfo=UTC).timestamp())
    assert [(each.expr, each.labels["name"]) for each in ends] == [(f"vector({end})", "sold")]
    assert END_OF_BOUGHT in rules["BoughtCertificateEnds"].expr
    assert END_OF_BOUGHT in rules["ServedCertificateOutdated"].expr
    assert '"sold"' not in rules["CertificateMissing"].expr


def test_without_a_bought_certificate_nothing_is_told_of_any() -> None:
    (group,) = certificates.build(stacks.stack_config("dev")).rules
    assert not any("ought" in str(rule) for rule in group.rules)


def test_both_issuers_exist_whichever_the_stack_uses() -> None:
    plan = certificates.build(stacks.stack_config("dev"))
    servers = {i["metadata"]["name"]: i["spec"]["acme"]["server"] for i in plan.issuers}
    assert servers == {
        "letsencrypt-staging": "https://acme-staging-v02.api.letsencrypt.org/directory",
        "letsencrypt-production": "https://acme-v02.api.letsencrypt.org/directory",
    }


def test_issuers_have_an_account_key_each() -> None:
    plan = certificates.build(stacks.stack_config("dev"))
    keys = {issuer["spec"]["acme"]["privateKeySecretRef"]["name"] for issuer in plan.issuers}
    assert len(keys) == 2


def test_an_up_waits_for_issuers_and_dns01_certificates() -> None:
    plan = certificates.build(stacks.stack_config("dev"))
    for manifest in (*plan.issuers, *plan.certificates):
        assert manifest["metadata"]["annotations"] == {"pulumi.com/waitFor": "condition=Ready"}


def test_an_up_does_not_wait_for_a_name_that_may_not_resolve_yet() -> None:
    assert "annotations" not in certificate("partner")["metadata"]


def test_the_wildcard_covers_apex_and_every_name_below() -> None:
    assert certificate("wildcard")["spec"]["dnsNames"] == [
        "dev.k8s.webgrip.nl",
        "*.dev.k8s.webgrip.nl",
    ]


def test_certificates_renew_by_share_of_their_lifetime_and_change_their_key() -> None:
    spec = certificate("wildcard")["spec"]
    assert spec["renewBeforePercentage"] == 33
    assert {"duration", "renewBefore"}.isdisjoint(spec)
    assert spec["privateKey"] == {"algorithm": "ECDSA", "size": 256, "rotationPolicy": "Always"}


def test_a_certificate_may_use_another_issuer_than_the_stack() -> None:
    assert certificate("partner")["spec"]["issuerRef"]["name"] == "letsencrypt-production"
    assert certificate("deep")["spec"]["issuerRef"]["name"] == "letsencrypt-staging"


def test_the_dns01_solver_serves_names_of_the_zone_only() -> None:
    (solver,) = solvers({})
    assert solver["selector"] == {"dnsZones": ["dev.k8s.webgrip.nl"]}
    assert solver["dns01"] == {"digitalocean": {"tokenSecretRef": {"name": "dns-token", "key": "token"}}}


def test_cloudflare_reads_an_api_token() -> None:
    (solver,) = solvers(dns01({"provider": "cloudflare"}))
    assert solver["dns01"]["cloudflare"].keys() == {"apiTokenSecretRef"}


def test_rfc2136_signs_with_sha256() -> None:
    provider = {"provider": "rfc2136", "nameserver": "192.0.2.53:53", "tsigKeyName": "network"}
    (solver,) = solvers(dns01(provider))
    assert solver["dns01"]["rfc2136"] == {
        "nameserver": "192.0.2.53:53",
        "tsigKeyName": "network",
        "tsigAlgorithm": "HMACSHA256",
        "protocol": "UDP",
        "tsigSecretSecretRef": {"name": "dns-token", "key": "token"},
    }


def test_the_self_check_is_replaced_by_a_wait_only_when_asked() -> None:
    (solver,) = solvers({})
    assert "waitInsteadOfSelfCheck" not in solver
    (solver,) = solvers({"network:certificates": {"dns01": {"waitInsteadOfSelfCheck": "30s"}}})
    assert solver["waitInsteadOfSelfCheck"] == "30s"


def test_the_http01_solver_serves_the_names_that_chose_it_only() -> None:
    *_, solver = certificates.build(stacks.everything()).issuers[0]["spec"]["acme"]["solvers"]
    assert solver["selector"] == {"dnsNames": ["www.partner.example", "www.abroad.example"]}
    assert solver["waitInsteadOfSelfCheck"] == "30s"


def test_http01_answers_on_plain_http_through_traefik_without_a_node_port() -> None:
    *_, solver = certificates.build(stacks.everything()).issuers[0]["spec"]["acme"]["solvers"]
    ingress = solver["http01"]["ingress"]
    assert (ingress["ingressClassName"], ingress["serviceType"]) == ("public", "ClusterIP")
    assert ingress["ingressTemplate"]["metadata"]["annotations"] == {
        "traefik.ingress.kubernetes.io/router.entrypoints": "web"
    }


def test_cert_managers_own_policies_are_off_since_ours_follow_the_flows() -> None:
    values = certificates.build(stacks.stack_config("dev")).release.values
    for component in (values, values["webhook"], values["cainjector"]):
        assert component["networkPolicy"] == {"enabled": False}


def test_every_container_of_cert_manager_has_requests_limits_and_a_pinned_image() -> None:
    values = certificates.build(stacks.stack_config("dev")).release.values
    for component in (values, *(values[name] for name in ("webhook", "cainjector"))):
        assert component["resources"].keys() == {"requests", "limits"}
        assert component["image"] == {"tag": "v1.21.1"}


def test_no_pod_of_cert_manager_mounts_a_token_by_default() -> None:
    values = certificates.build(stacks.stack_config("dev")).release.values
    names = ("webhook", "cainjector", "startupapicheck")
    for component in (values, *(values[name] for name in names)):
        assert component["automountServiceAccountToken"] is False
        assert component["serviceAccount"]["automountServiceAccountToken"] is False
        assert component["volumeMounts"][0]["mountPath"].endswith("/serviceaccount")


def test_every_issuer_names_its_profile() -> None:
    for issuer in certificates.build(stacks.stack_config("dev")).issuers:
        assert issuer["spec"]["acme"]["profile"] == "classic"
