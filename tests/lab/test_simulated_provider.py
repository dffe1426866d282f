"""The real Pulumi engine on the simulated provider, without machines behind the clusters."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Iterator, Mapping
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
from network import plan
from network.components.external import Cdns, CdnsArgs, Network, NetworkArgs
from network.components.secrets import secret_values
from network.components.vpn import Vpn, VpnArgs
from network.config.cluster import NodePool
from network.plan.cluster import pool_name
from network.plan.external import ZonePlan
from network.plan.model.cloud import CloudResource
from tests import stacks
from tests.lab.patience import until
from tests.unit.lab.cloud.fakes import FakeBackend, cloud

pytestmark = pytest.mark.lab

DEFAULT_ASKED = ["list_vpcs", "get_vpc"]

PEERS = {
    "anna": "HIgo9xNzJMWLKASShiTqIybxZ0U3wGLiUeJ1PKf8ykw=",
    "bert": "TrMvSoP4jYQlY6RIzBgbssQqY3vxI2Pi+y71lOWWXX0=",
    "carla": "3v1Yb0DGdxYO1mM2bM5TgmAH3cxfQsdRIMl8jmxkRQE=",
}

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
    peers: tuple[str, ...] = ()
    """Of a VPN; none without any."""
    vpn_port: int = 51820
    outer: "OuterOptions | None" = None
    """Declare the outer network instead."""


@dataclass(frozen=True)
class OuterOptions:
    """What the outer network is."""

    external: Mapping[str, Any]
    """Laid over the dev stack's."""


def declare_outer(options: OuterOptions) -> None:
    """VPC with what is declared beside it, as the platform does; without a cluster."""
    config = stacks.stack_config("dev", {"network:external": {**options.external}})
    planned = plan.build(config)
    network = Network(
        "network", NetworkArgs(planned.external.vpc, planned.external.zones, planned.external.peerings)
    )
    if planned.external.cdns is not None:
        cdns = Cdns("cdn", CdnsArgs(planned.external.cdns, secret_values(config), network.first_domain))
        pulumi.export("endpoints", cdns.endpoints)
        pulumi.export("keys", cdns.upload_keys)
    if planned.egress.gateway is not None:
        digitalocean.VpcNatGateway(
            "egress", **planned.egress.gateway.arguments, vpcs=[{"vpc_uuid": network.vpc_id}]
        )


def declare(options: Options) -> None:
    """VPC, cluster with a further pool, zone with records, and a firewall."""
    if options.outer is not None:
        declare_outer(options.outer)
        return
    vpc = {
        "name": "network-dev",
        "region": "ams3",
        "ip_range": options.ip_range,
        "description": options.description,
    }
    network = Network(
        "network",
        NetworkArgs(
            CloudResource("Vpc", "network-dev", vpc),
            [ZonePlan("", "dev.example.org", "digitalocean", options.zone, protect=False, records=())],
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
    zone = network.zones["dev.example.org"]
    digitalocean.DnsRecord("apex", domain=zone, type="A", name="@", value="203.0.113.100", ttl=300)
    digitalocean.DnsRecord("secret", domain=zone, type="TXT", name="_s", value=pulumi.Output.secret(SECRET))
    rule = digitalocean.FirewallInboundRuleArgs(
        protocol="tcp", port_range="22", source_addresses=["10.0.0.0/8"]
    )
    tag = pulumi.Output.format("k8s:{0}", cluster.id)
    digitalocean.Firewall("nodes", name="nodes", inbound_rules=[rule], tags=[tag])
    if options.peers:
        declare_vpn(options, network, cluster)
    pulumi.export("kubeconfig", cluster.kube_configs[0].raw_config)


def declare_vpn(options: Options, network: Network, cluster: digitalocean.KubernetesCluster) -> None:
    """A VPN whose peers reach the API server."""
    known = {name: (key, f"100.64.0.{at}") for at, (name, key) in enumerate(PEERS.items(), 2)}
    listed = {name: {"publicKey": known[name][0], "address": known[name][1]} for name in options.peers}
    vpn = {"range": "100.64.0.0/24", "port": options.vpn_port, "peers": listed}
    over = {"network:vpn": vpn}
    machine = plan.build(stacks.stack_config("dev", over)).vpn.machine
    assert machine is not None
    Vpn("vpn", VpnArgs("dev", machine, network.vpc_id, cluster.endpoint, (), None))


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


def test_peers_of_a_vpn_come_and_go_in_place(scene: Scene) -> None:
    account = scene.account.store
    scene.change(peers=("anna", "bert"))
    scene.up()
    (before,) = account.account.all(Kind.DROPLET)
    assert peers_of(before) == {"anna", "bert"}
    assert set(scene.up()) == {"same"}
    assert set(scene.stack().refresh().summary.resource_changes or {}) == {"same"}
    assert set(scene.preview()) == {"same"}

    scene.change(peers=("carla", "anna"))
    changes = scene.up()
    assert (changes["create"], changes["update"], changes["delete"]) == (1, 1, 1)
    (after,) = account.account.all(Kind.DROPLET)
    assert after["id"] == before["id"]
    assert peers_of(after) == {"anna", "carla"}
    assert set(scene.up()) == {"same"}
    (address,) = account.account.all(Kind.RESERVED_IP)
    assert address["droplet"]["id"] == after["id"]

    scene.stack().destroy()
    left = [each for kind in (Kind.DROPLET, Kind.RESERVED_IP) for each in account.account.all(kind)]
    assert left == []
    assert [tag["name"] for tag in account.account.all(Kind.TAG) if tag["name"].startswith("vpn:")] == []


def test_the_reserved_address_of_a_vpn_leads_to_the_machine_that_takes_its_place(scene: Scene) -> None:
    scene.change(peers=("anna",))
    scene.up()
    (before,) = scene.account.store.account.all(Kind.DROPLET)
    scene.change(vpn_port=4500)
    scene.up()
    (after,) = scene.account.store.account.all(Kind.DROPLET)
    assert after["id"] != before["id"]
    (address,) = scene.account.store.account.all(Kind.RESERVED_IP)
    assert address["droplet"]["id"] == after["id"]


def peers_of(droplet: dict[str, Any]) -> set[str]:
    """The names that its tags let in."""
    return {tag.split(":")[3] for tag in droplet["tags"] if tag.startswith("vpn:dev:peer:")}


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


def outer(bucket: str = "webgrip-dev-assets", host: str = "assets", **external: Any) -> OuterOptions:
    """Static files with a certificate, and whatever else."""
    cdn = {"bucket": bucket, "domain": {"host": host}, "cors": {"origins": ["*"]}, "expire": {"tmp/": 1}}
    return OuterOptions({"cdn": {"assets": cdn}, **external})


def test_the_outer_network_lives_from_preview_to_destroy(scene: Scene) -> None:
    peer = scene.account.call(
        "POST", "/v2/vpcs", {"name": "data", "region": "fra1", "ip_range": "10.40.0.0/16"}
    )
    peerings = {"data": {"vpcId": peer[1]["vpc"]["id"], "range": "10.40.0.0/16", "region": "fra1"}}
    scene.change(outer=outer(vpc={"peerings": peerings}, natGateway={}))
    planned = scene.preview()
    assert scene.operations() == ["create_vpc"]
    assert scene.up() == planned
    assert scene.up() == {"same": planned["create"]}
    assert dict(scene.stack().refresh().summary.resource_changes or {}) == {"same": planned["create"]}
    assert scene.preview() == {"same": planned["create"]}
    assert scene.stack().outputs()["keys"].value["assets"]["secretKey"]
    state = scene.state_files()
    for key in scene.account.store.account.all(Kind.SPACES_KEY):
        assert key["access_key"] in state
        assert key["secret_key"] not in state
    scene.stack().destroy()
    left = (Kind.BUCKET, Kind.CDN, Kind.CERTIFICATE, Kind.SPACES_KEY, Kind.NAT_GATEWAY, Kind.VPC_PEERING)
    assert [each for kind in left for each in scene.account.store.account.all(kind)] == []
    order = scene.operations()
    assert order.index("delete_endpoint") < order.index("delete_bucket")
    assert order.index("delete_vpc_peering") < order.index("delete_vpc")


def test_the_next_certificate_is_shown_before_the_former_goes(scene: Scene) -> None:
    scene.change(outer=outer())
    scene.up()
    before = len(scene.operations())
    scene.change(outer=outer(host="files"))
    scene.up()
    done = [each for each in scene.operations()[before:] if each.partition("_")[0] != "get"]
    order = [done.index(each) for each in ("create_certificate", "update_endpoint", "delete_certificate")]
    assert order == sorted(order)
    (cdn,) = scene.account.store.account.all(Kind.CDN)
    assert cdn["custom_domain"] == "files.dev.k8s.webgrip.nl"


def test_a_renamed_bucket_is_made_and_the_former_deleted(scene: Scene) -> None:
    scene.change(outer=outer())
    scene.up()
    scene.change(outer=outer(bucket="webgrip-dev-files"))
    assert scene.preview()["replace"] == 4  # with its policy, its rules for origins and its CDN
    scene.up()
    (bucket,) = scene.account.store.account.all(Kind.BUCKET)
    assert (bucket["name"], bool(bucket["policy"])) == ("webgrip-dev-files", True)
    assert scene.preview().keys() == {"same"}


def test_after_a_gateway_that_took_its_time_the_next_up_passes(scene: Scene) -> None:
    choose(scene.account.store.folder, gateways_take_time=True)
    scene.change(outer=OuterOptions({"natGateway": {}}))
    with pytest.raises(automation.CommandError, match="unexpected state 'PROVISIONING'"):
        scene.up()
    assert scene.up()["update"] == 1
    assert scene.preview().keys() == {"same"}
    assert scene.operations().count("create_vpc_nat_gateway") == 1
