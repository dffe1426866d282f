"""Namespaces and what bounds them."""

from network.plan import build
from network.plan.model.namespaces import NamespacePlan
from tests import stacks


def by_name() -> dict[str, NamespacePlan]:
    """Return the namespaces of the configuration that uses every option."""
    return {plan.name: plan for plan in build(stacks.everything()).namespaces}


def test_each_part_of_the_platform_has_a_namespace_and_each_application_one() -> None:
    assert list(by_name()) == [
        "metrics-server",
        "cert-manager",
        "traefik",
        "shop",
        "backend",
        "legacy",
        "monitoring",
        "monitoring-nodes",
    ]


def test_every_namespace_enforces_audits_and_warns_at_the_clusters_version() -> None:
    for plan in by_name().values():
        labels = plan.namespace["metadata"]["labels"]
        for mode in ("enforce", "audit", "warn"):
            assert labels[f"pod-security.kubernetes.io/{mode}-version"] == "v1.36"
            standard = labels[f"pod-security.kubernetes.io/{mode}"]
            assert standard in {"restricted", "baseline"} or plan.name == "monitoring-nodes"


def test_a_baseline_namespace_still_warns_of_what_restricted_would_refuse() -> None:
    labels = by_name()["backend"].namespace["metadata"]["labels"]
    assert labels["pod-security.kubernetes.io/enforce"] == "baseline"
    assert labels["pod-security.kubernetes.io/warn"] == "restricted"


def test_an_existing_namespace_is_adopted() -> None:
    assert {name: plan.owner for name, plan in by_name().items()} == {
        "cert-manager": "created",
        "metrics-server": "created",
        "traefik": "created",
        "shop": "created",
        "backend": "adopted",
        "legacy": "created",
        "monitoring": "created",
        "monitoring-nodes": "created",
    }


def test_applications_are_bounded_with_the_owners_defaults() -> None:
    quota, limits = by_name()["shop"].bounds
    assert quota["spec"]["hard"]["requests.cpu"] == "4"
    (container,) = limits["spec"]["limits"]
    assert container["defaultRequest"] == {"cpu": "100m", "memory": "256Mi"}
    assert container["default"] == {"cpu": "500m", "memory": "512Mi"}


def test_an_application_can_open_no_second_public_entry() -> None:
    hard = by_name()["shop"].bounds[0]["spec"]["hard"]
    assert (hard["services.loadbalancers"], hard["services.nodeports"]) == ("0", "0")


def test_an_application_has_as_many_ports_and_load_balancers_as_it_declares() -> None:
    hard = by_name()["backend"].bounds[0]["spec"]["hard"]
    assert (hard["services.loadbalancers"], hard["services.nodeports"]) == ("1", "3")


def test_the_platforms_namespaces_have_no_quota() -> None:
    assert by_name()["traefik"].bounds == ()
