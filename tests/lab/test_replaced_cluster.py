"""A cluster that is replaced, and one that must not be: the real engine, without machines.

The whole program on a real cluster goes the same way in `test_another_cluster.py`.
"""

import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pulumi
import pulumi_digitalocean as digitalocean
import pulumi_kubernetes as kubernetes
import pytest
from pulumi import automation

from lab import parts as lab_parts
from lab.cloud import api, provider
from lab.cloud.cloud import Cloud, calls
from lab.cloud.faults import Fault, inject
from lab.cloud.state import Kind
from network import plan
from network.components.cluster import Cluster, ClusterArgs, predecessor
from network.components.cluster.account import Account
from network.components.cluster.version import live_cluster, settled
from tests import stacks
from tests.lab import stand_in_kubernetes
from tests.lab.stand_in_kubernetes import Objects
from tests.unit.lab.cloud.fakes import FakeBackend, cloud

pytestmark = pytest.mark.lab

OTHER_PODS = {"network:cluster": {"podRange": "10.240.0.0/16"}}
OTHER_SIZE = {"network:cluster": {"nodePools": {"default": {"size": "s-2vcpu-4gb"}}}}
OTHER_VPC = {"network:external": {"vpc": {"ipRange": "10.8.0.0/16"}}}
POOLS = {"network:cluster": {"nodePools": {"batch": {"size": "s-2vcpu-4gb", "count": 1}}}}


def kubeconfig(*known: str) -> str:
    """Of the cluster; the stand-in for its provider makes no use of it."""
    return " ".join(known)


class Read(pulumi.CustomResource):
    """A Service that is only read."""

    def __init__(self, depends_on: pulumi.Resource, provider: pulumi.ProviderResource) -> None:
        opts = pulumi.ResourceOptions(id="traefik/traefik", provider=provider, depends_on=[depends_on])
        super().__init__("kubernetes:core/v1:Service", "read", {"status": None}, opts)


def objects_in(writer: pulumi.ProviderResource, reader: pulumi.ProviderResource) -> None:
    """Two objects, one of which must be there first, and what is read once both are."""
    opts = pulumi.ResourceOptions(provider=writer)
    namespace = kubernetes.core.v1.Namespace("namespace", metadata={"name": "traefik"}, opts=opts)
    opts = pulumi.ResourceOptions(provider=writer, depends_on=[namespace])
    last = kubernetes.core.v1.ConfigMap("last", metadata={"name": "last", "namespace": "traefik"}, opts=opts)
    Read(last, reader)


@dataclass
class Scene:
    """One stack of the program's first layers, and the account behind it."""

    folder: Path
    account: Cloud
    backend: FakeBackend
    objects: Objects
    environment: dict[str, str]
    over: dict[str, Any] = field(default_factory=dict)
    declare: Callable[["Scene"], None] | None = None
    said: list[str] = field(default_factory=list)

    def program(self) -> None:
        config = stacks.stack_config("dev", self.over)
        planned = plan.build(config)
        vpc = digitalocean.Vpc(
            "network",
            **planned.external.vpc.arguments,
            opts=pulumi.ResourceOptions(delete_before_replace=True),
        )
        account = Account(self.environment["DIGITALOCEAN_API_URL"], self.account.store.account.token)
        live = live_cluster(account, planned.cluster.cluster)
        settled_cluster = settled(config, planned.cluster.cluster, live)
        cluster = Cluster(
            "cluster",
            ClusterArgs(settled_cluster, planned.cluster.pools, vpc.id, kubeconfig, live, account.clusters),
        )
        objects_in(cluster.provider, cluster.reader)

    def stack(self) -> automation.Stack:
        settings = automation.ProjectSettings(
            name="network", runtime="python", backend=automation.ProjectBackend(url=f"file://{self.folder}")
        )
        options = automation.LocalWorkspaceOptions(
            work_dir=str(self.folder), env_vars=self.environment, project_settings=settings
        )
        program = self.program if self.declare is None else lambda: self.declare and self.declare(self)
        return automation.create_or_select_stack("dev", project_name="network", program=program, opts=options)

    def up(self) -> dict[str, int]:
        self.said.clear()
        summary = self.stack().up(refresh=True, on_output=self.said.append).summary
        return {str(key): count for key, count in (summary.resource_changes or {}).items()}

    def preview(self) -> dict[str, int]:
        found = self.stack().preview(refresh=True)
        return {str(key): count for key, count in found.change_summary.items()}

    def operations(self) -> list[str]:
        return [call.operation for call in calls(self.account.store.folder)]

    def upgraded_by_hand(self, version: str) -> None:
        path = f"/v2/kubernetes/clusters/{self.cluster['id']}/upgrade"
        self.account.call("POST", path, {"version": version})

    @property
    def cluster(self) -> dict[str, Any]:
        (found,) = self.account.store.account.all(Kind.CLUSTER)
        return found


@pytest.fixture
def scene(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scene]:
    program = lab_parts.ensure("pulumi")["pulumi"]
    monkeypatch.setenv("PATH", f"{program}:{os.environ['PATH']}")
    monkeypatch.setattr(predecessor, "INTERVAL", 0.2)
    backend, objects = FakeBackend(), Objects()
    account = cloud(tmp_path / "cloud", backend)
    server, port = provider.serve(account)
    other, other_port = stand_in_kubernetes.serve(objects)
    folder = tmp_path / "stack"
    folder.mkdir()
    environment = {
        "PULUMI_CONFIG_PASSPHRASE": "test",
        "PULUMI_DEBUG_PROVIDERS": f"digitalocean:{port},kubernetes:{other_port}",
        "PULUMI_HOME": str(folder / "home"),
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "DIGITALOCEAN_API_URL": f"http://127.0.0.1:{api.serve(account)}",
    }
    yield Scene(folder, account, backend, objects, environment)
    server.stop(None)
    other.stop(None)


@pytest.mark.parametrize("over", [OTHER_PODS, OTHER_SIZE, OTHER_VPC], ids=["pods", "size", "vpc"])
def test_a_cluster_is_replaced_by_one_up_with_all_that_is_in_it(scene: Scene, over: dict[str, Any]) -> None:
    scene.over = POOLS
    scene.up()
    before, made, called = scene.cluster, len(scene.objects.done), len(scene.operations())
    scene.over = stacks.merged(POOLS, over)
    previewed = scene.preview()
    assert previewed["replace"] == (
        7 if over is OTHER_VPC else 6
    )  # cluster, pool, stash, provider, two objects
    assert scene.up() == previewed
    assert scene.objects.done[made:] == ["delete last", "delete namespace", "create namespace", "create last"]
    done = scene.operations()[called:]
    assert (
        done.index("delete_node_pool") < done.index("delete_cluster_dangerous") < done.index("create_cluster")
    )
    assert scene.cluster["id"] != before["id"]
    assert set(scene.up()) == {"same"}
    scene.stack().destroy()
    assert scene.account.store.account.all(Kind.CLUSTER) == []


def test_a_deletion_that_fails_halfway_is_gone_on_with(scene: Scene) -> None:
    scene.up()
    old, made = scene.cluster["id"], len(scene.objects.done)
    scene.over, scene.objects.stuck = OTHER_PODS, "namespace"
    with pytest.raises(automation.CommandError, match="has a finalizer"):
        scene.up()
    assert scene.cluster["id"] == old
    scene.objects.stuck = ""
    scene.up()
    assert scene.cluster["id"] != old
    assert scene.objects.done[made:] == ["delete last", "delete namespace", "create namespace", "create last"]
    assert set(scene.up()) == {"same"}


def test_an_edit_that_is_taken_back_halfway_leaves_the_cluster_whole(scene: Scene) -> None:
    scene.up()
    old, made = scene.cluster["id"], len(scene.objects.done)
    scene.over, scene.objects.stuck = OTHER_PODS, "namespace"
    with pytest.raises(automation.CommandError, match="has a finalizer"):
        scene.up()
    scene.over = {}
    scene.up()
    assert scene.cluster["id"] == old
    assert scene.objects.done[made:] == ["delete last", "create last"]
    assert set(scene.up()) == {"same"}


def test_a_replaced_cluster_waits_until_its_own_ranges_and_name_are_free(scene: Scene) -> None:
    scene.up()
    old = scene.cluster["id"]
    scene.over = OTHER_SIZE
    scene.backend.gate.clear()
    refused = threading.Thread(target=_open_after_refusal, args=(scene,))
    refused.start()
    scene.up()
    refused.join()
    assert scene.operations().count("create_cluster") == 3
    assert scene.cluster["id"] != old
    assert any("waiting until DigitalOcean has deleted the cluster" in line for line in scene.said)


def _open_after_refusal(scene: Scene) -> None:
    """Let the deletion, and later the boot, go on once the new cluster has been refused."""
    while scene.operations().count("create_cluster") < 2:
        threading.Event().wait(0.05)
    threading.Event().wait(0.5)
    scene.backend.gate.set()


def test_somebody_elses_cluster_is_not_waited_for(scene: Scene) -> None:
    inject(scene.account.store.folder, Fault("create_cluster", lose_answer=True))
    with pytest.raises(automation.CommandError, match="name already exists"):
        scene.up()
    with pytest.raises(automation.CommandError, match="name already exists"):
        scene.up()
    assert not any("waiting" in line for line in scene.said)


def unguarded(scene: Scene) -> None:
    """The cluster as planned, whatever the account has."""
    config = stacks.stack_config("dev", scene.over)
    vpc = digitalocean.Vpc("network", **plan.build(config).external.vpc.arguments)
    planned = plan.build(config).cluster.cluster
    digitalocean.KubernetesCluster("cluster", **planned.arguments, vpc_uuid=vpc.id)


def test_the_provider_itself_replaces_a_cluster_that_was_upgraded_by_hand(scene: Scene) -> None:
    scene.declare = unguarded
    scene.up()
    scene.upgraded_by_hand("1.36.4-do.0")
    assert scene.preview()["replace"] == 1


@pytest.mark.parametrize("version", ["1.36.1-do.0", "1.36.0-do.0", "1.35.4-do.0"])
def test_a_version_below_the_live_one_deletes_nothing(scene: Scene, version: str) -> None:
    scene.up()
    before, made = scene.cluster["id"], len(scene.objects.done)
    scene.upgraded_by_hand("1.36.4-do.0")
    scene.over = {"network:cluster": {"version": version}}
    for run in (scene.preview, scene.up, scene.up):
        with pytest.raises(automation.CommandError) as refused:
            run()
        assert "write `version: 1.36.4-do.0`" in str(refused.value)
        assert version in str(refused.value)
    assert scene.cluster["id"] == before
    assert len(scene.objects.done) == made
    scene.over = {"network:cluster": {"version": "1.36.4-do.0"}}
    assert set(scene.up()) == {"same"}


def test_a_version_above_the_live_one_arrives(scene: Scene) -> None:
    scene.over = {"network:cluster": {"version": "1.35.4-do.0"}}
    scene.up()
    before = scene.cluster["id"]
    scene.over = {"network:cluster": {"version": "1.36.4-do.0"}}
    assert scene.preview()["update"] == 1
    scene.up()
    assert (scene.cluster["id"], scene.cluster["version"]) == (before, "1.36.4-do.0")
    assert set(scene.up()) == {"same"}


def test_digitaloceans_own_upgrade_changes_nothing_until_it_is_ours_again(scene: Scene) -> None:
    window = {"autoUpgrade": True, "maintenance": {"day": "sunday", "startTime": "03:00"}}
    scene.over = {"network:cluster": window}
    scene.up()
    before = scene.cluster["id"]
    scene.upgraded_by_hand("1.36.4-do.0")
    assert set(scene.up()) == {"same"}
    scene.over = {}
    with pytest.raises(automation.CommandError, match=r"write `version: 1\.36\.4-do\.0`"):
        scene.up()
    assert scene.cluster["id"] == before
    scene.over = {"network:cluster": {"version": "1.36.4-do.0"}}
    scene.up()
    assert (scene.cluster["id"], scene.cluster["auto_upgrade"]) == (before, False)


def test_a_version_is_left_alone_where_the_account_does_not_tell_it(scene: Scene) -> None:
    scene.up()
    before = scene.cluster["id"]
    scene.upgraded_by_hand("1.36.4-do.0")
    scene.environment["DIGITALOCEAN_API_URL"] = "http://127.0.0.1:9"
    assert set(scene.up()) == {"same"}
    assert scene.cluster["id"] == before
    assert any("is not applied in this run" in line for line in scene.said)


def asked(scene: Scene) -> None:
    """The cluster's provider, which the engine asks what differs."""
    config = stacks.stack_config("dev", scene.over)
    vpc = digitalocean.Vpc("network", **plan.build(config).external.vpc.arguments)
    cluster = digitalocean.KubernetesCluster(
        "cluster",
        **plan.build(config).cluster.cluster.arguments,
        vpc_uuid=vpc.id,
        opts=pulumi.ResourceOptions(delete_before_replace=True),
    )
    raw = cluster.kube_configs[0].raw_config
    asked_one = kubernetes.Provider("cluster", kubeconfig=raw, cluster_identifier=cluster.id)
    objects_in(asked_one, kubernetes.Provider("reader", kubeconfig=raw, cluster_identifier="any"))


def test_the_engine_still_ends_a_provider_that_it_asks_and_needs_afterwards(scene: Scene) -> None:
    """Once this fails, the engine is mended, and `deleted_with` of the cluster's provider may go."""
    scene.declare = asked
    scene.up()
    scene.over = OTHER_PODS
    scene.preview()
    with pytest.raises(automation.CommandError, match="client connection is closing"):
        scene.up()
    assert "delete_cluster_dangerous" not in scene.operations()


def test_the_engine_still_cannot_replace_the_provider_of_what_is_only_read(scene: Scene) -> None:
    """Once this fails, the engine is mended, and the provider that only reads may go."""

    def one_provider(self: Scene) -> None:
        config = stacks.stack_config("dev", self.over)
        planned = plan.build(config).cluster
        vpc = digitalocean.Vpc("network", **plan.build(config).external.vpc.arguments)
        cluster = Cluster("cluster", ClusterArgs(planned.cluster, (), vpc.id, kubeconfig, None, lambda: ()))
        objects_in(cluster.provider, cluster.provider)

    scene.declare = one_provider
    scene.up()
    scene.over = OTHER_PODS
    with pytest.raises(automation.CommandError, match="refers to unknown provider"):
        scene.preview()
