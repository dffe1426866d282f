"""The whole program on a real cluster that is upgraded by hand, and then replaced by one `up`. The load
balancer keeps its address by the commands of docs/tasks/keep-the-address.md."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from lab.cloud.cloud import calls
from lab.cloud.state import Kind
from tests import stacks
from tests.lab import runbook
from tests.lab.outside import Outside
from tests.lab.platform import TIMEOUT_SECONDS, Platform

pytestmark = pytest.mark.lab

LIVE = "1.36.4-do.0"
"""What the cluster is upgraded to by hand."""
LEFT = stacks.stack_file("dev")["network:cluster"]["version"]
"""What the stack file still says."""
UPGRADE = """
import json, os, sys, urllib.request
def ask(path, body=None):
    request = urllib.request.Request(
        "https://api.digitalocean.com/v2/kubernetes/clusters" + path,
        data=json.dumps(body).encode() if body else None,
        headers={"Authorization": "Bearer " + os.environ["DIGITALOCEAN_TOKEN"]},
    )
    return urllib.request.urlopen(request).read()
(cluster,) = json.loads(ask(""))["kubernetes_clusters"]
ask("/" + cluster["id"] + "/upgrade", {"version": sys.argv[1]})
"""
"""As `doctl kubernetes cluster upgrade` does."""
RUNS = [
    ("preview", "--non-interactive"),
    ("up", "--yes", "--non-interactive"),
    ("up", "--yes", "--non-interactive", "--skip-preview"),
]


@dataclass
class Story:
    """One lab on its way: what was said, and what the account had."""

    platform: Platform
    overlay: Path
    refused: list[str]
    before: Any
    kept: Any
    address: str
    """Of the load balancer, before the cluster was replaced."""
    previewed: str

    def edit(self, over: dict[str, Any]) -> None:
        self.overlay.write_text(yaml.safe_dump(over))


def _cluster(platform: Platform) -> Any:
    (found,) = platform.account[Kind.CLUSTER].values()
    return found


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    folder = tmp_path_factory.mktemp("another")
    overlay = folder / "overlay.yaml"
    overlay.write_text("{}")
    with Platform(folder, overlay=overlay) as platform:
        platform.lab("up")
        before = _cluster(platform)
        platform.run("python3", "-c", UPGRADE, LIVE)
        refused = [platform.run("pulumi", *run, status=None) for run in RUNS]
        address = platform.run("pulumi", "stack", "output", "loadBalancerAddress").strip()
        told = Story(platform, overlay, refused, before, _cluster(platform), address, "")
        told.edit({"network:cluster": {"version": LIVE, "destroyAssociatedResources": False}})
        platform.run("pulumi", "up", "--yes", "--skip-preview", "--non-interactive")
        (let_go,) = runbook.read(stacks.ROOT / "docs" / "tasks" / "keep-the-address.md")["Let it go"]
        platform.run("bash", "-euc", let_go)
        default = {"default": {"size": "s-2vcpu-4gb"}}
        told.edit({"network:cluster": {"version": LIVE, "nodePools": default}})
        told.previewed = platform.run("pulumi", "preview", "--non-interactive")
        # A `destroy`, one object after the other, and an `up`.
        platform.lab("up", seconds=3 * TIMEOUT_SECONDS)
        yield told


def test_a_version_that_was_left_behind_is_told_with_the_fix_and_touches_nothing(story: Story) -> None:
    for said in story.refused:
        assert f"runs {LIVE}" in said
        assert LEFT in said
        assert f"write `version: {LIVE}`" in said
    assert story.kept["id"] == story.before["id"]
    assert story.kept["version"] == LIVE


def test_the_replacement_shows_in_a_preview(story: Story) -> None:
    assert "KubernetesCluster cluster replace" in story.previewed


def test_one_up_replaces_the_cluster_with_all_that_is_in_it(story: Story) -> None:
    after = _cluster(story.platform)
    assert after["id"] != story.before["id"]
    assert (after["vpc_uuid"], after["version"]) == (story.before["vpc_uuid"], LIVE)
    assert [pool["size"] for pool in after["node_pools"]] == ["s-2vcpu-4gb"]
    (balancer,) = story.platform.account[Kind.LOAD_BALANCER].values()
    assert f"k8s:{after['id']}" in balancer["tags"]


def test_the_load_balancer_that_was_let_go_has_its_address_still(story: Story) -> None:
    (balancer,) = story.platform.account[Kind.LOAD_BALANCER].values()
    assert balancer["ip"] == story.address
    done = [call.operation for call in calls(story.platform.folder / "cloud")]
    assert "delete_cluster" in done
    assert "delete_load_balancer" not in done


def test_names_lead_to_the_new_cluster_with_certificates_of_its_own(story: Story) -> None:
    assert Outside(story.platform).get("https://shop.dev.k8s.webgrip.nl/").status_code == 200


def test_nothing_is_left_to_do(story: Story) -> None:
    story.platform.run("pulumi", "preview", "--expect-no-changes", "--non-interactive")


def test_destroy_leaves_nothing(story: Story) -> None:
    story.platform.lab("destroy")
    done = [call.operation for call in calls(story.platform.folder / "cloud")]
    assert done.index("delete_load_balancer") < done.index("delete_cluster_dangerous")
    left = {kind: held for kind, held in story.platform.account.items() if held and kind is not Kind.TAG}
    assert left == {}
