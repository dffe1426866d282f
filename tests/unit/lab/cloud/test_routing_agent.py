"""A cluster's routing agent brings the kind of its Routes, and lets them go."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from lab.cloud.routing_agent import FINALIZER, RoutingAgents
from lab.cloud.state import Json
from lab.toolbox.kubernetes_api import KubernetesError, Manifest
from network.plan.egress import ROUTE_API
from tests.unit.lab.cloud.fakes import cloud
from tests.unit.lab.cloud.requests import make_cluster, make_vpc


class FakeObjects:
    """A cluster's definitions and Routes."""

    def __init__(self) -> None:
        self.applied: list[Manifest] = []
        self.routes: dict[str, Json] = {}

    def get(self, path: str) -> dict[str, Any]:
        if not self.applied:
            raise KubernetesError(404, f"GET {path}: 404")
        return {"items": list(self.routes.values())}

    def apply(self, manifest: Manifest) -> None:
        self.applied.append(manifest)

    def merge(self, path: str, change: Mapping[str, Any]) -> dict[str, Any]:
        route = self.routes[Path(path).name]
        route["metadata"] |= change["metadata"]
        if "deletionTimestamp" in route["metadata"] and not route["metadata"]["finalizers"]:
            del self.routes[Path(path).name]
        return route

    def close(self) -> None:
        pass


class Scene:
    """A running cluster and its agent, looking when told to."""

    def __init__(self, folder: Path, enabled: bool) -> None:
        account = cloud(folder)
        self.cluster = make_cluster(account, make_vpc(account), routing_agent={"enabled": enabled})
        self.cloud = account
        self.objects = FakeObjects()
        self.agents = RoutingAgents(account, lambda _: None, connect=lambda _: self.objects)


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path, enabled=True)


def test_the_kind_is_the_one_that_the_platform_declares(scene: Scene) -> None:
    scene.agents.look()
    (definition,) = scene.objects.applied
    group, _, version = ROUTE_API.partition("/")
    assert definition["spec"]["group"] == group
    assert [each["name"] for each in definition["spec"]["versions"]] == [version]


def test_without_the_agent_there_is_no_kind(tmp_path: Path) -> None:
    scene = Scene(tmp_path, enabled=False)
    scene.agents.look()
    assert scene.objects.applied == []


def test_a_route_that_is_deleted_goes_by_the_agent_s_hand_alone(scene: Scene) -> None:
    scene.agents.look()
    scene.objects.routes["way-out"] = {"metadata": {"name": "way-out"}}
    scene.agents.look()
    assert scene.objects.routes["way-out"]["metadata"]["finalizers"] == [FINALIZER]
    scene.objects.routes["way-out"]["metadata"]["deletionTimestamp"] = "2026-11-30T00:00:00Z"
    _switch_off(scene)
    scene.agents.look()
    assert "way-out" in scene.objects.routes
    _switch_off(scene, enabled=True)
    scene.agents.look()
    assert scene.objects.routes == {}


def _switch_off(scene: Scene, enabled: bool = False) -> None:
    body = {"name": scene.cluster["name"], "routing_agent": {"enabled": enabled}}
    scene.cloud.call("PUT", f"/v2/kubernetes/clusters/{scene.cluster['id']}", body)
