"""Claims of the clusters become volumes of the account."""

from pathlib import Path
from typing import Any

import pytest

from lab.cloud.cloud import Cloud
from lab.cloud.faults import Fault, inject
from lab.cloud.state import Json, Kind
from lab.cloud.volumes import ASKED_OF, Volumes, gibibytes
from lab.machine.addons import RECLAIM_POLICIES, VOLUMES_DRIVER, storage_classes
from lab.toolbox.kubernetes_api import Manifest
from tests.unit.lab.cloud.fakes import cloud
from tests.unit.lab.cloud.requests import make_cluster, make_vpc


class FakeObjects:
    """A cluster's claims and volumes."""

    def __init__(self) -> None:
        self.claims: list[Json] = []
        self.volumes: list[Json] = []

    def get(self, path: str) -> dict[str, Any]:
        return {"items": list(self.claims if path.endswith("claims") else self.volumes)}

    def create(self, manifest: Manifest) -> dict[str, Any]:
        self.volumes.append(dict(manifest))
        return self.volumes[-1]

    def delete(self, path: str) -> None:
        self.volumes = [each for each in self.volumes if each["metadata"]["name"] != Path(path).name]

    def close(self) -> None:
        pass


class Scene:
    """A running cluster, its claims, and the driver, looking when told to."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "volumes"
        self.cloud: Cloud = cloud(folder)
        make_cluster(self.cloud, make_vpc(self.cloud))
        self.objects = FakeObjects()
        self.reports: list[str] = []
        self.driver = Volumes(self.cloud, self.folder, self.reports.append, connect=lambda _: self.objects)

    @property
    def made(self) -> list[Json]:
        return self.cloud.store.account.all(Kind.VOLUME)


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path)


def a_claim(of: str = VOLUMES_DRIVER, storage_class: str = "do-block-storage") -> Json:
    return {
        "metadata": {"name": "data", "namespace": "monitoring", "uid": "1234", "annotations": {ASKED_OF: of}},
        "spec": {
            "accessModes": ["ReadWriteOnce"],
            "storageClassName": storage_class,
            "resources": {"requests": {"storage": "20Gi"}},
        },
    }


def test_a_claim_gets_a_volume_of_the_account_that_every_node_can_mount(scene: Scene) -> None:
    scene.objects.claims.append(a_claim())
    scene.driver.look()
    (made,) = scene.made
    (volume,) = scene.objects.volumes
    assert (made["name"], made["size_gigabytes"]) == ("pvc-1234", 20)
    assert volume["spec"]["claimRef"]["uid"] == "1234"
    assert Path(volume["spec"]["local"]["path"]).is_dir()


def test_a_claim_gets_one_volume(scene: Scene) -> None:
    scene.objects.claims.append(a_claim())
    scene.driver.look()
    scene.driver.look()
    assert (len(scene.made), len(scene.objects.volumes)) == (1, 1)


def test_a_volume_whose_creation_got_no_answer_is_found_again(scene: Scene) -> None:
    scene.objects.claims.append(a_claim())
    inject(scene.cloud.store.folder, Fault("create_volume", lose_answer=True))
    scene.driver.look()
    assert scene.objects.volumes == []
    scene.driver.look()
    assert (len(scene.made), len(scene.objects.volumes)) == (1, 1)


def test_a_claim_of_another_driver_is_left_to_it(scene: Scene) -> None:
    scene.objects.claims.append(a_claim(of="rancher.io/local-path"))
    scene.driver.look()
    assert scene.made == []


@pytest.mark.parametrize(("storage_class", "kept"), [("do-block-storage", 0), ("do-block-storage-retain", 1)])
def test_a_volume_goes_with_its_claim_unless_its_class_keeps_it(
    scene: Scene, storage_class: str, kept: int
) -> None:
    scene.objects.claims.append(a_claim(storage_class=storage_class))
    scene.driver.look()
    scene.objects.claims.clear()
    scene.objects.volumes[0]["status"] = {"phase": "Released"}
    scene.driver.look()
    assert (len(scene.made), len(scene.objects.volumes)) == (kept, kept)
    assert len(list(scene.folder.iterdir())) == kept


def test_trouble_is_told_once(scene: Scene) -> None:
    scene.objects.claims.append(a_claim())
    scene.objects.claims[0]["spec"]["resources"]["requests"]["storage"] = "16385Gi"
    scene.driver.look()
    scene.driver.look()
    (told,) = scene.reports
    assert "between 1 and 16384" in told


@pytest.mark.parametrize(("quantity", "size"), [("1Gi", 1), ("1500Mi", 2), ("2Ti", 2048), ("1", 1)])
def test_sizes_are_sold_in_whole_gibibytes(quantity: str, size: int) -> None:
    assert gibibytes(quantity) == size


def test_claims_without_a_class_get_the_first_one() -> None:
    default, *others = storage_classes()
    annotation = "storageclass.kubernetes.io/is-default-class"
    assert default["metadata"]["annotations"][annotation] == "true"
    assert {each["metadata"]["annotations"][annotation] for each in others} == {"false"}
    assert [each["metadata"]["name"] for each in (default, *others)] == list(RECLAIM_POLICIES)


def test_a_volume_that_goes_with_its_cluster_leaves_nothing(scene: Scene) -> None:
    scene.objects.claims.append(a_claim())
    scene.driver.look()
    (cluster,) = scene.cloud.store.account.all(Kind.CLUSTER)
    path = f"/v2/kubernetes/clusters/{cluster['id']}/destroy_with_associated_resources"
    (listed,) = scene.cloud.call("GET", path)[1]["volumes"]
    assert listed["name"] == "pvc-1234"
    scene.cloud.call("DELETE", f"{path}/dangerous")
    scene.driver.look()
    assert scene.made == []
    assert list(scene.folder.iterdir()) == []
