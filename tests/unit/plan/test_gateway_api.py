"""Gateway API by Traefik: off, unless the stack says that the cluster's CRDs let it start (ING-2)."""

from typing import Any

from network.plan import build
from network.plan.model.kubernetes import Manifest
from tests import stacks


def built(over: dict[str, Any]) -> tuple[Any, tuple[Manifest, ...]]:
    ingress = build(stacks.stack_config("dev", {"network:ingress": over})).ingress
    return ingress.release.values, ingress.access.roles


def groups(roles: tuple[Manifest, ...]) -> set[str]:
    return {group for role in roles for rule in role["rules"] for group in rule["apiGroups"]}


def test_nothing_of_it_is_read_unless_it_is_asked_for() -> None:
    values, roles = built({})
    assert "kubernetesGateway" not in values["providers"]
    assert "gateway.networking.k8s.io" not in groups(roles)


def test_where_the_crds_are_new_enough_traefik_reads_its_namespaces_and_makes_no_gateway() -> None:
    values, roles = built({"gatewayApi": {"crdsVersion": "v1.5.1"}})
    provider = values["providers"]["kubernetesGateway"]
    assert provider["namespaces"] == values["providers"]["kubernetesCRD"]["namespaces"]
    assert provider["enabled"] is True
    assert values["gateway"] == {"enabled": False}
    read = {kind for role in roles for rule in role["rules"] for kind in rule["resources"]}
    assert {"backendtlspolicies", "tlsroutes", "gatewayclasses", "httproutes/status"} <= read
