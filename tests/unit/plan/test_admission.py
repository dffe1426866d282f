"""Which names each namespace may ask for; that the API server agrees is shown in the lab."""

from typing import Any

from network.plan import admission
from tests import stacks

PLAN = admission.build(stacks.everything())
POLICIES: dict[str, Any] = {policy["metadata"]["name"]: policy["spec"] for policy in PLAN.policies}


def governed() -> dict[str, set[str]]:
    """Return the kinds that each policy looks at, with group."""
    return {
        name: {
            f"{resource}.{rule['apiGroups'][0]}"
            for rule in spec["matchConstraints"]["resourceRules"]
            for resource in rule["resources"]
        }
        for name, spec in POLICIES.items()
    }


def test_an_applications_namespace_may_use_the_hosts_of_its_routes_only() -> None:
    table = admission.names_by_namespace(stacks.stack_config("prod"))
    assert table["reporting"] == ["reports.k8s.webgrip.nl"]
    assert table["shop"] == ["nl.shop.k8s.webgrip.nl", "shop.k8s.webgrip.nl"]


def test_the_ingress_namespace_may_use_the_names_of_the_declared_certificates() -> None:
    table = admission.names_by_namespace(stacks.stack_config("prod"))
    assert table["traefik"] == ["*.k8s.webgrip.nl", "*.shop.k8s.webgrip.nl", "k8s.webgrip.nl"]


def test_a_namespace_that_declares_nothing_is_in_no_table() -> None:
    assert "cert-manager" not in admission.names_by_namespace(stacks.everything())


def test_every_kind_that_leads_to_a_certificate_or_a_public_host_is_governed() -> None:
    assert governed() == {
        "network-certificate-names": {"certificates.cert-manager.io"},
        "network-ingress-hosts": {"ingresses.networking.k8s.io"},
        "network-certificate-requests": {
            "certificaterequests.cert-manager.io",
            "orders.acme.cert-manager.io",
            "challenges.acme.cert-manager.io",
        },
    }


def test_names_are_checked_on_every_change_not_only_at_first() -> None:
    for name in ("network-certificate-names", "network-ingress-hosts"):
        (rule,) = POLICIES[name]["matchConstraints"]["resourceRules"]
        assert rule["operations"] == ["CREATE", "UPDATE"]


def test_what_cannot_be_evaluated_is_refused() -> None:
    assert {spec["failurePolicy"] for spec in POLICIES.values()} == {"Fail"}


def test_only_who_may_change_the_policies_is_above_them() -> None:
    for spec in POLICIES.values():
        (condition,) = spec["matchConditions"]
        assert "resource('validatingadmissionpolicies').check('update')" in condition["expression"]


def test_each_policy_is_in_force() -> None:
    bound = {binding["spec"]["policyName"]: binding["spec"]["validationActions"] for binding in PLAN.bindings}
    assert bound == {name: ["Deny"] for name in POLICIES}
