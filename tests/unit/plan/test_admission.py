"""Which names each namespace may ask for; that the API server agrees is shown in the lab."""

import json
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


def table_of_ingresses() -> dict[str, list[str]]:
    """Which hosts Ingresses of each namespace may be for."""
    (declared,) = (
        each["expression"]
        for each in POLICIES["network-ingress-hosts"]["variables"]
        if each["name"] == "declared"
    )
    return json.loads(declared)


def test_an_ingress_may_be_for_no_host_of_the_internal_load_balancer() -> None:
    config = stacks.everything()
    ledger = "ledger.dev.k8s.webgrip.nl"
    assert admission.internal_hosts(config) == (r"^staff-[0-9]{1,3}\.shop\.example$", ledger)
    assert ledger in admission.names_by_namespace(config)["backend"]
    assert not any(ledger in names for names in table_of_ingresses().values())


def test_public_hosts_are_for_ingresses_as_for_certificates() -> None:
    table = admission.names_by_namespace(stacks.everything())
    without = {
        namespace: [name for name in names if name != "ledger.dev.k8s.webgrip.nl"]
        for namespace, names in table.items()
    }
    assert table_of_ingresses() == without


def test_a_namespace_that_declares_nothing_is_in_no_table() -> None:
    assert "cert-manager" not in admission.names_by_namespace(stacks.everything())


def test_every_kind_that_leads_to_a_certificate_a_public_host_or_past_a_chain_is_governed() -> None:
    assert governed() == {
        "network-ingress-references": {"ingresses.networking.k8s.io"},
        "network-service-references": {"services."},
        "network-certificate-names": {"certificates.cert-manager.io"},
        "network-ingress-hosts": {"ingresses.networking.k8s.io"},
        "network-certificate-requests": {
            "certificaterequests.cert-manager.io",
            "orders.acme.cert-manager.io",
            "challenges.acme.cert-manager.io",
        },
    }


def test_an_ingress_begins_with_the_default_chain_where_there_is_one() -> None:
    def first(policy: dict[str, Any]) -> bool:
        return any("traefik_public@kubernetescrd" in each["expression"] for each in policy["validations"])

    assert first(POLICIES["network-ingress-references"])
    without = stacks.stack_config("dev", {"network:traffic": {"defaultChain": None}})
    (policy,) = (
        each["spec"]
        for each in admission.build(without).policies
        if each["metadata"]["name"] == "network-ingress-references"
    )
    assert not first(policy)


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
