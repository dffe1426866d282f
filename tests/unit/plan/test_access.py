"""Roles and bindings."""

from typing import Any

import pytest

from network.plan import build
from tests import stacks

PLAN = build(stacks.everything()).access
ROLES = {role["metadata"]["name"]: role["rules"] for role in PLAN.roles}


def may(role: str, verb: str, group: str, resource: str) -> bool:
    """Say whether a role grants a verb on a resource."""
    return any(
        {verb, "*"} & set(rule["verbs"])
        and {group, "*"} & set(rule.get("apiGroups", ()))
        and {resource, "*"} & set(rule.get("resources", ()))
        for rule in ROLES[role]
    )


def bound() -> set[tuple[Any, ...]]:
    """Return who holds which role where; None is everywhere."""
    return {
        (
            subject["name"],
            binding["roleRef"]["name"],
            binding["metadata"].get("namespace"),
        )
        for binding in PLAN.bindings
        for subject in binding["subjects"]
    }


def test_there_are_four_roles_beside_cluster_admin() -> None:
    assert ROLES.keys() == {
        "network-platform-engineer",
        "network-developer",
        "network-reader",
        "network-deployer",
    }


def test_readers_read_everything_but_secrets_and_change_nothing() -> None:
    assert may("network-reader", "list", "", "pods")
    assert may("network-reader", "get", "networking.k8s.io", "networkpolicies")
    assert not may("network-reader", "get", "", "secrets")
    verbs = {verb for rule in ROLES["network-reader"] for verb in rule["verbs"]}
    assert verbs == {"get", "list", "watch"}


def test_readers_alone_see_what_the_api_server_counts() -> None:
    counts = {"nonResourceURLs": ["/metrics"], "verbs": ["get"]}
    assert [name for name, rules in ROLES.items() if counts in rules] == ["network-reader"]


@pytest.mark.parametrize("role", ["network-developer", "network-deployer"])
@pytest.mark.parametrize("verb", ["create", "update", "patch", "delete"])
@pytest.mark.parametrize(
    ("group", "resource"),
    [
        ("networking.k8s.io", "networkpolicies"),
        ("networking.k8s.io", "ingresses"),
        ("cilium.io", "ciliumnetworkpolicies"),
        ("traefik.io", "ingressroutes"),
        ("traefik.io", "middlewares"),
        ("cert-manager.io", "certificates"),
        ("rbac.authorization.k8s.io", "rolebindings"),
        ("", "services"),
        ("", "resourcequotas"),
        ("", "namespaces"),
    ],
)
def test_applications_change_no_policy_route_certificate_or_role(
    role: str, verb: str, group: str, resource: str
) -> None:
    assert not may(role, verb, group, resource)


def test_developers_debug_and_deployers_do_not() -> None:
    assert may("network-developer", "create", "", "pods/exec")
    assert not may("network-deployer", "create", "", "pods/exec")
    assert may("network-deployer", "patch", "apps", "deployments")


def test_each_role_is_bound_where_it_belongs() -> None:
    assert bound() == {
        ("owner@webgrip.nl", "cluster-admin", None),
        ("engineering", "network-reader", None),
        ("platform-engineers", "network-reader", None),
        ("platform-engineers", "network-platform-engineer", "cert-manager"),
        ("platform-engineers", "network-platform-engineer", "metrics-server"),
        ("platform-engineers", "network-platform-engineer", "monitoring"),
        ("platform-engineers", "network-platform-engineer", "monitoring-nodes"),
        ("platform-engineers", "network-platform-engineer", "telemetry"),
        ("platform-engineers", "network-platform-engineer", "telemetry-nodes"),
        ("platform-engineers", "network-platform-engineer", "traefik"),
        ("shop-developers", "network-developer", "shop"),
        ("api-deployer", "network-deployer", "backend"),
    }


def test_a_role_that_nobody_holds_is_not_bound() -> None:
    config = stacks.stack_config("dev")
    roles = {binding["roleRef"]["name"] for binding in build(config).access.bindings}
    assert "cluster-admin" not in roles
