"""The real Pulumi engine on the simulated provider, without machines behind the clusters."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

import pulumi
import pulumi_digitalocean as digitalocean
import pytest
from pulumi import automation

from lab import parts as lab_parts
from lab.cloud.cloud import Cloud, calls
from lab.cloud.faults import Fault, inject, release
from lab.cloud.options import choose
from lab.cloud.provider import serve
from lab.cloud.state import Kind
from network.components.external import Network, NetworkArgs
from network.config.cluster import NodePool
from network.plan.cluster import pool_name
from network.plan.external import ZonePlan
from network.plan.model.cloud import CloudResource
from tests.lab.patience import until
from tests.unit.lab.cloud.fakes import FakeBackend, cloud

pytestmark = pytest.mark.lab

DEFAULT_ASKED = ["list_vpcs", "get_vpc"]

SECRET = "a-value-that-nobody-may-read"


@dataclass(frozen=True)
class Options:
    """What the test's program declares."""

    ip_range: str = "10.0.0.0/16"
    description: str = "made by a test"
    version: str = "1.36.1-do.0"
    nodes: int = 2
    cluster_id: str | None = None
    """Adopt this cluster."""
    zone: Literal["create", "adopt"] = "create"
    pool_size: str = "s-2vcpu-4gb"


def declare(options: Options) -> None:
    """VPC, cluster with a further pool, zone with records, and a firewall."""
    vpc = {
        "name": "network-dev",
        "region": "ams3",
        "ip_range": options.ip_range,
        "description": options.description,
    }
    network = Network(
        "network",
        NetworkArgs(
            CloudResource("Vpc", "network-dev", vpc), ZonePlan("dev.example.org", options.zone, protect=False)
        ),
    )
    cluster = digitalocean.KubernetesCluster(
        "cluster",
        name="network-dev",
        region="ams3",
        version=options.version,
        vpc_uuid=network.vpc_id,
        cluster_subnet="10.244.0.0/16",
        service_subnet="10.96.0.0/12",
        ha=False,
        node_pool={"name": "default", "size": "s-2vcpu-4gb", "node_count": options.nodes},
        opts=pulumi.ResourceOptions(import_=options.cluster_id),
    )
    digitalocean.KubernetesNodePool(
        "extra",
        cluster_id=cluster.id,
        name=pool_name("extra", NodePool(size=options.pool_size, count=1)),
        size=options.pool_size,
        node_count=1,
        labels={"a/b_c": "d"},
        # As the platform declares it: the provider itself asks to delete first whatever the program names.
        opts=pulumi.ResourceOptions(delete_before_replace=False),
    )
    zone = network.zone
    assert zone is not None
    digitalocean.DnsRecord("apex", domain=zone, type="A", name="@", value="203.0.113.100", ttl=300)
    digitalocean.DnsRecord("secret", domain=zone, type="TXT", name="_s", value=pulumi.Output.secret(SECRET))
    rule = digitalocean.FirewallInboundRuleArgs(
        protocol="tcp", port_range="22", source_addresses=["10.0.0.0/8"]
    )
    tag = pulumi.Output.format("k8s:{0}", cluster.id)
    digitalocean.Firewall("nodes", name="nodes", inbound_rules=[rule], tags=[tag])
    pulumi.export("kubeconfig", cluster.kube_configs[0].raw_config)


@dataclass
class Scene:
    """One stack, its state in a folder, and the account behind it."""

    folder: Path
    account: Cloud
    backend: FakeBackend
    port: int
    options: Options = field(default_factory=Options)

    @property
    def environment(self) -> dict[str, str]:
        return {
            "PULUMI_CONFIG_PASSPHRASE": "test",
            "PULUMI_DEBUG_PROVIDERS": f"digitalocean:{self.port}",
            "PULUMI_HOME": str(self.folder / "home"),
            "PULUMI_SKIP_UPDATE_CHECK": "true",
        }

    def stack(self) -> automation.Stack:
        settings = automation.ProjectSettings(
            name="network",
            runtime="python",
            backend=automation.ProjectBackend(url=f"file://{self.folder}"),
        )
        options = automation.LocalWorkspaceOptions(
            work_dir=str(self.folder), env_vars=self.environment, project_settings=settings
        )
        return automation.create_or_select_stack(
            "dev", project_name="network", program=lambda: declare(self.options), opts=options
        )

    def change(self, **options: Any) -> None:
        self.options = replace(self.options, **options)

    def up(self) -> dict[str, int]:
        changes = self.stack().up().summary.resource_changes or {}
        return {str(key): count for key, count in changes.items()}

    def preview(self) -> dict[str, int]:
        return {str(key): count for key, count in self.stack().preview().change_summary.items()}

    def operations(self) -> list[str]:
        return [call.operation for call in calls(self.account.store.folder)]

    def state_files(self) -> str:
        return "".join(file.read_text() for file in (self.folder / ".pulumi").rglob("*.json"))


@pytest.fixture
def scene(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scene]:
    with standing(tmp_path, monkeypatch) as scene:
        yield scene


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scene]:
    """An account whose regions have no default VPC yet."""
    (tmp_path / "cloud").mkdir()
    choose(tmp_path / "cloud", default_vpcs=False)
    with standing(tmp_path, monkeypatch) as scene:
        yield scene


@contextmanager
def standing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Generator[Scene]:
    program = lab_parts.ensure("pulumi")["pulumi"]
    monkeypatch.setenv("PATH", f"{program}:{os.environ['PATH']}")
    backend = FakeBackend()
    account = cloud(tmp_path / "cloud", backend)
    server, port = serve(account)
    folder = tmp_path / "stack"
    folder.mkdir()
    yield Scene(folder, account, backend, port)
    server.stop(None)


def test_a_stack_lives_from_preview_to_destroy(scene: Scene) -> None:
    assert scene.preview() == {"create": 9}
    assert scene.operations() == []
    assert scene.up() == {"create": 9}
    made = scene.operations()
    assert scene.up() == {"same": 9}
    # Whether the VPC has become its region's default, which is never deleted, is all that an `up` asks.
    assert scene.operations() == [*made, *DEFAULT_ASKED]
    assert dict(scene.stack().refresh().summary.resource_changes or {}) == {"same": 9}
    assert scene.preview() == {"same": 9}
    scene.change(nodes=3, description="changed")
    assert scene.preview() == {"same": 7, "update": 2}
    scene.up()
    assert scene.up() == {"same": 9}
    scene.stack().destroy()
    billable = (Kind.CLUSTER, Kind.LOAD_BALANCER, Kind.DOMAIN, Kind.FIREWALL)
    assert [each for kind in billable for each in scene.account.store.account.all(kind)] == []
    order = scene.operations()
    assert order.index("delete_node_pool") < order.index("delete_cluster") < order.index("delete_vpc")
    assert all(vpc["default"] for vpc in scene.account.store.account.all(Kind.VPC))


def test_no_secret_is_in_plain_text_in_the_state(scene: Scene) -> None:
    scene.up()
    state = scene.state_files()
    assert "network-dev" in state
    for secret in (SECRET, "admin-token", "current-context"):
        assert secret not in state
    assert scene.stack().outputs()["kubeconfig"].secret


def test_what_replaces_shows_in_a_preview(scene: Scene) -> None:
    scene.up()
    scene.change(version="1.36.0-do.0")
    assert scene.preview()["replace"] == 2  # the pool goes with its cluster
    scene.change(version="1.36.1-do.0", ip_range="10.8.0.0/16")
    assert scene.preview()["replace"] == 3


def test_a_zone_is_handed_over_and_taken_back_without_being_made_or_deleted(scene: Scene) -> None:
    scene.up()
    made = zone_operations(scene)
    assert made == ["create_domain"]
    scene.change(zone="adopt")
    assert scene.up() == {"same": 9}
    scene.change(zone="create")
    assert scene.up() == {"same": 9}
    scene.change(zone="adopt")
    scene.up()
    scene.stack().destroy()
    assert zone_operations(scene) == made
    assert [each["name"] for each in scene.account.store.account.all(Kind.DOMAIN)] == ["dev.example.org"]
    assert scene.up() == {"create": 8, "import": 1}
    scene.change(zone="create")
    scene.up()
    scene.stack().destroy()
    assert zone_operations(scene) == [*made, "delete_domain"]


def zone_operations(scene: Scene) -> list[str]:
    """What was done to zones, apart from reading them."""
    return [each for each in scene.operations() if each in ("create_domain", "delete_domain")]


def test_a_pool_of_another_size_stands_before_the_old_one_goes(scene: Scene) -> None:
    scene.up()
    before = len(scene.operations())
    scene.change(pool_size="s-4vcpu-8gb")
    scene.up()
    done = [each for each in scene.operations()[before:] if each.endswith("node_pool")]
    assert done.index("create_node_pool") < done.index("delete_node_pool")
    pools = scene.account.store.account.all(Kind.CLUSTER)[0]["node_pools"]
    assert [each["name"] for each in pools] == ["default", "extra-s-4vcpu-8gb"]


def test_an_up_after_a_refused_one_is_green_and_changes_nothing(scene: Scene) -> None:
    scene.up()
    scene.change(nodes=4)
    inject(scene.account.store.folder, Fault("update_node_pool", status=422))
    with pytest.raises(automation.CommandError):
        scene.up()
    assert scene.up()["update"] == 1
    assert scene.account.store.account.all(Kind.CLUSTER)[0]["node_pools"][0]["count"] == 2
    assert scene.preview() == {"same": 9}
    scene.stack().refresh()
    assert scene.preview() == {"same": 8, "update": 1}


def test_an_error_of_the_api_is_told_twice_in_the_plugin_s_words(scene: Scene) -> None:
    inject(scene.account.store.folder, Fault("create_vpc", status=422, message="no more VPCs"))
    with pytest.raises(automation.CommandError) as failed:
        scene.up()
    said = str(failed.value).rpartition("Diagnostics:")[2]
    assert said.count("Error creating VPC: POST https://api.digitalocean.com/v2/vpcs: 422 (request") == 2
    assert "1 error occurred" in said


def test_a_vpc_that_can_never_be_deleted_is_left_at_once_and_taken_over_later(bare: Scene) -> None:
    warned: list[str] = []
    bare.stack().up(on_output=warned.append)
    assert "is the default VPC of ams3" in "".join(warned)
    started_at = time.monotonic()
    bare.stack().destroy()
    assert time.monotonic() - started_at < 30
    assert "delete_vpc" not in bare.operations()
    (left,) = bare.account.store.account.all(Kind.VPC)
    assert bare.up() == {"create": 8, "import": 1}
    assert bare.up() == {"same": 9}
    bare.account.call("POST", "/v2/vpcs", {"name": "default-ams3", "region": "ams3"})
    other = bare.account.store.account.all(Kind.VPC)[-1]
    bare.account.call("PUT", f"/v2/vpcs/{other['id']}", {"default": True})
    assert bare.up() == {"same": 9}
    bare.stack().destroy()
    assert [vpc["id"] for vpc in bare.account.store.account.all(Kind.VPC)] == [other["id"]]
    assert left["id"] != other["id"]


def test_a_cluster_that_does_not_come_up_is_left_in_the_state_error(scene: Scene) -> None:
    choose(scene.account.store.folder, cluster_fails="no capacity in ams3")
    with pytest.raises(
        automation.CommandError, match="Error creating Kubernetes cluster: no capacity in ams3"
    ):
        scene.up()
    assert scene.account.store.account.all(Kind.CLUSTER)[0]["status"]["state"] == "error"


def test_a_cluster_whose_creation_was_killed_is_adopted_by_import(scene: Scene) -> None:
    """SIGKILL of the engine: the state has a pending operation, the cloud the cluster."""
    scene.backend.gate.clear()
    killed_while(scene, lambda: bool(scene.account.store.account.all(Kind.CLUSTER)))
    scene.backend.gate.set()
    assert scene.account.fleet.settle(5)
    assert "pending_operations" in scene.state_files()
    scene.stack().cancel()
    with pytest.raises(automation.CommandError, match="name already exists"):
        scene.up()
    scene.change(cluster_id=scene.account.store.account.all(Kind.CLUSTER)[0]["id"])
    assert scene.up().get("import") == 1
    scene.change(cluster_id=None)
    assert scene.up() == {"same": 9}


def test_a_call_that_hangs_is_waited_for(scene: Scene) -> None:
    inject(scene.account.store.folder, Fault("create_domain", hang=-1))
    with started(scene) as run:
        until(lambda: "create_firewall" in scene.operations(), "the firewall is made", seconds=60)
        assert run.poll() is None
        release(scene.account.store.folder, "create_domain")
        assert run.wait(60) == 0
    assert scene.preview() == {"same": 9}


RUNNER = """
import json, sys
from pathlib import Path
from tests.lab.test_simulated_provider import Options, Scene
given = json.loads(sys.argv[1])
Scene(Path(given["folder"]), None, None, given["port"], Options(**given["options"])).up()
"""


def started(scene: Scene) -> "subprocess.Popen[bytes]":
    """An `up` in a process group of its own."""
    given = {"folder": str(scene.folder), "port": scene.port, "options": vars(scene.options)}
    return subprocess.Popen(
        [sys.executable, "-c", RUNNER, json.dumps(given)],
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )


def killed_while(scene: Scene, condition: Callable[[], bool]) -> None:
    """Start an `up` and kill it, engine and program, when `condition` holds."""
    with started(scene) as run:
        until(condition, "the run came so far", seconds=60)
        os.killpg(run.pid, signal.SIGKILL)
