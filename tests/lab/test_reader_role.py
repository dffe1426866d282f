"""A real API server, alone: who has the role `network-reader` and nothing else sees all that is read of the
cluster before an upgrade and to verify it, and no Secret (NET-3, ADM-1, ADM-7)."""

from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from lab import parts as lab_parts
from network import plan
from network.live.cluster import Cluster
from network.live.finding import CannotLookError
from network.plan.access import READER
from network.preflight import apis
from network.preflight import reading as preflight
from network.verification.reading import Reading, read
from tests.lab.api_server import ApiServer, api_server
from tests.stacks import stack_config

pytestmark = pytest.mark.lab

READING, OTHER = "ann", "bob"
CONFIG = stack_config("dev")
NO_ACCOUNT = CannotLookError("GET /v2", "not asked", "")
OF_ACCOUNT = {"clusters", "vpcs", "members", "peerings", "load_balancers", "firewalls", "domains", "records"}
RBAC = "rbac.authorization.k8s.io"
CILIUM_NODES: dict[str, Any] = {
    "apiVersion": "apiextensions.k8s.io/v1",
    "kind": "CustomResourceDefinition",
    "metadata": {"name": "ciliumnodes.cilium.io"},
    "spec": {
        "group": "cilium.io",
        "scope": "Cluster",
        "names": {"kind": "CiliumNode", "plural": "ciliumnodes", "singular": "ciliumnode"},
        "versions": [
            {
                "name": "v2",
                "served": True,
                "storage": True,
                "schema": {
                    "openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
                },
            }
        ],
    },
}
OBJECTS: tuple[dict[str, Any], ...] = (
    {"apiVersion": "v1", "kind": "Node", "metadata": {"name": "default-1"}},
    {"apiVersion": "cilium.io/v2", "kind": "CiliumNode", "metadata": {"name": "default-1"}, "spec": {}},
    {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "cilium-config", "namespace": "kube-system"},
        "data": {"ipam": "kubernetes"},
    },
    {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "token", "namespace": "default"},
        "stringData": {"token": "x"},
    },
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiServer]:
    with api_server(tmp_path_factory.mktemp("api")) as running:
        binding = {
            "apiVersion": f"{RBAC}/v1",
            "kind": "ClusterRoleBinding",
            "metadata": {"name": "reads"},
            "roleRef": {"apiGroup": RBAC, "kind": "ClusterRole", "name": READER},
            "subjects": [{"apiGroup": RBAC, "kind": "User", "name": READING}],
        }
        running.make([*plan.build(CONFIG).access.roles, binding, CILIUM_NODES, *OBJECTS])
        yield running


def looked(server: ApiServer, user: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Reading:
    """What somebody sees of the cluster."""
    kubeconfig = folder / "kubeconfig"
    kubeconfig.write_text(server.config_of(user))
    monkeypatch.setenv("KUBECONFIG", str(kubeconfig))
    monkeypatch.setenv("PATH", str(lab_parts.ensure("kubectl")["kubectl"]))
    return read(CONFIG, Cluster(), NO_ACCOUNT)


def unseen(reading: Reading) -> dict[str, CannotLookError]:
    """What was not seen of the cluster."""
    parts = {each.name: getattr(reading, each.name) for each in fields(reading)}
    return {
        name: part
        for name, part in parts.items()
        if isinstance(part, CannotLookError) and name not in OF_ACCOUNT
    }


def test_the_role_sees_all_that_is_read(
    server: ApiServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reading: Any = looked(server, READING, tmp_path, monkeypatch)
    assert {name: error.reason for name, error in unseen(reading).items()} == {}
    assert [each["metadata"]["name"] for each in reading.nodes] == ["default-1"]
    assert [each["metadata"]["name"] for each in reading.cilium_nodes] == ["default-1"]
    assert reading.cilium_config["data"] == {"ipam": "kubernetes"}
    assert [each["spec"]["cidrs"] for each in reading.service_ranges] == [["10.96.0.0/16"]]
    assert "kubernetes" in {each["metadata"]["name"] for each in reading.services}
    assert reading.api_endpoints[0]["ports"][0]["port"] > 0
    with pytest.raises(CannotLookError, match='cannot list resource "secrets"'):
        Cluster().list("secrets")


def test_the_role_sees_all_that_is_read_before_an_upgrade(
    server: ApiServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked(server, READING, tmp_path, monkeypatch)
    reading: Any = preflight.read("network-dev", Cluster(), NO_ACCOUNT)
    parts = {each.name: getattr(reading, each.name) for each in fields(reading)}
    reasons = {name: part.reason for name, part in parts.items() if isinstance(part, CannotLookError)}
    assert reasons == dict.fromkeys(("clusters", "upgrades", "account", "droplets"), NO_ACCOUNT.reason)
    assert apis.requested(reading.metrics, 99) == []


def test_without_it_each_part_says_which_role_is_missing(
    server: ApiServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    missing = unseen(looked(server, OTHER, tmp_path, monkeypatch))
    assert missing.keys() == {each.name for each in fields(Reading)} - OF_ACCOUNT - {"server"}
    assert all(READER in error.remedy for error in missing.values())
