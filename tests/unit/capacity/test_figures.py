"""Limits and needs of the prod stack, each reckoned here by hand from the facts that it rests on."""

from ipaddress import IPv4Network
from typing import Any

import pytest

from network import capacity
from network.capacity import account, load, policy_map
from network.capacity.policy_map import entries
from network.capacity.rows import Row, cost, rows
from network.config import StackConfig, droplets
from network.plan import build
from network.plan.ingress.capacity import cores_per_handshake
from network.plan.model.flows import Entity, Flow, Host, Pods, Port, Range
from tests import stacks

REQUESTS = 500.0
"""A second, of which one in twenty comes by a new connection."""
RESERVED = REQUESTS * 1.3

LOAD = {"network:ingress": {"expectedLoad": {"requestsPerSecond": REQUESTS, "newTlsPercent": 5}}}


def prod(over: dict[str, Any] | None = None) -> StackConfig:
    return stacks.stack_config("prod", stacks.merged(LOAD, over or {}))


def found(config: StackConfig, *, node_gone: bool = True, requests: float | None = None) -> dict[str, Row]:
    asked = load.declared(config) if requests is None else load.of(config, requests)
    assert asked is not None
    limits = capacity.build(config, build(config)).limits
    return {row.name: row for row in rows(limits, asked, node_gone=node_gone)}


@pytest.fixture(scope="module")
def by_name() -> dict[str, Row]:
    return found(prod())


MIB, GIB = 1, 1024

# New connections a second, each open for 180 s without a request, and what of it is reckoned.
HANDSHAKES = RESERVED * 0.05
CONNECTIONS = HANDSHAKES * 180
# Traefik with metrics and access log: 67 + 47 + 101 microseconds of a core; P-256 600 a handshake.
CORES = RESERVED * 215e-6 + HANDSHAKES * 600e-6
# A replica more for each 70 % of its half core.
REPLICAS = 3 + CORES / (0.5 * 0.7)

MEMORY_OF_NODE = 6 * GIB - 5 * 139 - 32  # kube-system, node-exporter
MEMORY = (
    6 * 128  # cert-manager: controller, webhook, CA injector, twice each
    + 2 * 96  # metrics-server
    + REPLICAS * 512  # Traefik
    + 2 * (512 + 48)  # Prometheus and its reloader
    + 2 * (64 + 48)  # Alertmanager and its reloader
    + 96  # operator
    + 64  # kube-state-metrics
    + 192 + 96  # Grafana and its sidecar
    + 32  # blackbox exporter
    + 2 * (3 + 2) * 256  # two pods of each workload of shop and reports
    + 4 * 70  # CoreDNS twice, Hubble's relay and page
)  # fmt: skip
CPU_OF_NODE = 4 - 0.12 - 5 * 0.105 - 0.02
CPU = (
    6 * 0.1
    + 2 * 0.05
    + REPLICAS * 0.5
    + 2 * (0.2 + 0.01)
    + 2 * (0.02 + 0.01)
    + 0.02
    + 0.02
    + 0.05 + 0.01
    + 0.02
    + 2 * (3 + 2) * 0.1
    + 4 * 0.1
)  # fmt: skip


@pytest.mark.parametrize(
    ("name", "holds", "needed"),
    [
        ("load balancer, public: requests", 2 * 10_000, RESERVED),
        ("load balancer, public: connections", 2 * 10_000, CONNECTIONS),
        # Twelve replicas on three nodes: four go with one.
        ("Traefik: CPU", (12 - 4) * 0.5, CORES),
        ("Traefik: CPU until the autoscaler has answered", 3 * 0.5, CORES),
        # Three replicas, since connections alone make none more; one goes.
        ("Traefik: connections by memory", (3 - 1) * (1024 - 120) * 1024 / 64, CONNECTIONS),
        # 20 kB a request, in and out again.
        ("Traefik's nodes: bandwidth", 2 * 2000, 2 * RESERVED * 20 * 8 / 1000),
        # 8 GiB at 9,418 are fewer than there are at least; ten seconds after its end an entry is there.
        ("Traefik's nodes: tracked connections", 2 * 131_072, 4 * CONNECTIONS + 4 * 10 * HANDSHAKES),
        ("nodes: memory", 2 * MEMORY_OF_NODE, MEMORY),
        ("nodes: CPU", 2 * CPU_OF_NODE, CPU),
        ("nodes: memory of the largest pod", MEMORY_OF_NODE, 512 + 48),
        ("nodes: volumes", 2 * 15, 2 + 2),
        # At most 3 and 8 nodes, and ten more while an upgrade runs.
        ("nodes: ranges of pods", 2 ** (25 - 20), 11 + 10),
        ("nodes: of a cluster", 512, 11 + 10),
        ("nodes: addresses of the VPC", 10_000 - 16, 2 * 11),
        # The shop asks a host outside: five queries; of two replicas one goes.
        ("CoreDNS: queries", 33_669, RESERVED * 5),
        ("Prometheus: volume", 10, 6),
        ("Let's Encrypt: certificates of webgrip.nl", 50, 2),
        ("Let's Encrypt: orders", 300, 2),
        # The zone with its wildcard, and the shops' wildcard.
        ("certificates: names of the largest", 100, 2),
        ("DigitalOcean's API: challenges", 250, 6 * 3),
        ("quota of shop: pods", 100, 2 * 3),
        ("quota of shop: CPU", 16, 2 * 3 * 0.1),
        ("quota of reporting: memory", 8 * GIB, 2 * 2 * 256),
    ],
)
def test_a_limit_and_its_need_are_as_reckoned_by_hand(
    by_name: dict[str, Row], name: str, holds: float, needed: float
) -> None:
    assert by_name[name].holds == pytest.approx(holds)
    assert by_name[name].needed == pytest.approx(needed)
    assert by_name[name].used == pytest.approx(needed / holds)


def test_prometheus_holds_as_many_series_as_fit_its_memory(by_name: dict[str, Row]) -> None:
    # 1536 MiB, of which 90 are its own, at 6 KiB each.
    assert by_name["Prometheus: series by memory"].holds == (1536 - 90) * 1024 // 6


def test_pods_are_counted_beside_those_of_each_node(by_name: dict[str, Row]) -> None:
    # Five of kube-system and node-exporter on each.
    assert by_name["nodes: pods"].holds == 2 * (110 - 6)
    beside = 6 + 2 + 2 + 2 + 1 + 1 + 1 + 1 + 2 * 5 + 4
    assert by_name["nodes: pods"].needed == pytest.approx(beside + REPLICAS)


def test_before_the_autoscaler_answers_the_load_grows_by_its_lag() -> None:
    # Metrics 15 s, its own look 15, a pod's start 30, and 2 checks at 5 s with 3 to answer; 5 min to double.
    grown = 2 ** ((15 + 15 + 30 + 13) / 300)
    row = found(prod(), requests=1e6)["Traefik: CPU until the autoscaler has answered"]
    assert row.needed == pytest.approx(1.5 * 0.7 * grown)
    fast = prod({"network:ingress": {"expectedLoad": {"doublesIn": "60s"}}})
    row = found(fast, requests=1e6)["Traefik: CPU until the autoscaler has answered"]
    assert row.needed == pytest.approx(1.5 * 0.7 * 2 ** (73 / 60))
    assert row.verdict == "does not fit"


def test_without_room_for_the_autoscaler_there_is_no_lag() -> None:
    fixed = prod({"network:ingress": {"scale": {"minReplicas": 12}}})
    assert "Traefik: CPU until the autoscaler has answered" not in found(fixed)


@pytest.mark.parametrize(
    ("algorithm", "milliseconds"), [("ECDSA", 0.6), ("RSA", 1.5)], ids=["P-256", "RSA-2048"]
)
def test_a_handshake_costs_by_its_key(algorithm: str, milliseconds: float) -> None:
    config = prod({"network:certificates": {"keyAlgorithm": algorithm}})
    assert cores_per_handshake(config) == milliseconds / 1000


def test_a_load_balancer_that_passes_packets_is_held_by_its_bandwidth() -> None:
    config = prod(
        {
            "network:ingress": {
                "loadBalancer": {"type": "REGIONAL_NETWORK", "proxyProtocol": False, "sizeUnit": 1}
            }
        }
    )
    row = found(config)["load balancer, public: bandwidth"]
    assert row.holds == 50
    assert row.needed == pytest.approx(RESERVED * 20 * 8 / 1000)
    assert row.verdict == "does not fit"


def test_with_all_nodes_there_none_is_missing() -> None:
    row = found(prod(), node_gone=False)["Traefik: CPU"]
    assert row.holds == 12 * 0.5


def test_with_its_only_node_gone_nothing_is_left() -> None:
    config = stacks.stack_config("dev", {"network:cluster": {"nodePools": {"default": {"count": 1}}}})
    row = found(config)["nodes: memory"]
    assert (row.holds, row.used, row.verdict) == (0, float("inf"), "does not fit")


def test_what_breaks_first_stands_on_top() -> None:
    config = prod()
    limits = capacity.build(config, build(config)).limits
    listed = [row.used or 0 for row in rows(limits, load.of(config, REQUESTS), node_gone=True)]
    assert listed == sorted(listed, reverse=True)
    assert len(listed) > 25


def test_a_size_that_nobody_knows_is_no_size_that_fits() -> None:
    size = "gpu-h100x1-80gb"
    config = prod({"network:cluster": {"nodePools": {"default": {"size": size}}}})
    row = found(config)["nodes: memory"]
    assert (row.holds, row.verdict) == (None, "could not look")
    bill = cost(capacity.build(config, build(config)).charges)
    assert bill.unknown == (f"nodes of pool default ({size})",)


def test_the_month_costs_what_its_parts_cost() -> None:
    config = prod()
    bill = cost(capacity.build(config, build(config)).charges)
    # Nodes, control plane, two units, two checks, volumes of 10 and 1 GiB twice.
    beside = 3 * 48 + 40 + 2 * 12 + 2 * 1 + 2 * 10 * 0.1 + 2 * 1 * 0.1
    assert bill.lowest == pytest.approx(beside + 1 * 84)
    assert bill.highest == pytest.approx(beside + 8 * 84)
    dearer = cost(capacity.build(config, build(config)).charges, {"s-4vcpu-8gb": 50.0})
    assert dearer.lowest == pytest.approx(bill.lowest + 3 * 2)


def test_a_vpn_costs_its_machine_and_counts_as_one_and_its_successor() -> None:
    config = prod({"network:vpn": {"range": "100.64.0.0/24", "size": "s-1vcpu-2gb", "peers": {}}})
    without, bill = (
        cost(capacity.build(each, build(each)).charges, {"s-1vcpu-2gb": 13.0}) for each in (prod(), config)
    )
    assert bill.lowest == pytest.approx(without.lowest + 13)
    assert bill.highest == pytest.approx(without.highest + 13)
    needs = [account.droplets(each, 25, 1).need.fixed for each in (prod(), config)]
    assert needs[1] == needs[0] + 2


def test_every_size_that_has_a_price_is_offered_and_tells_what_it_has() -> None:
    from network.config.offers import SIZES

    assert droplets.DOLLARS.keys() <= SIZES
    # Of less than 1 GiB the slug has no whole number.
    assert [slug for slug in droplets.DOLLARS if droplets.droplet(slug) is None] == ["s-1vcpu-512mb-10gb"]


@pytest.mark.parametrize(
    ("slug", "cpus", "memory", "megabits"),
    [
        ("s-4vcpu-8gb", 4, 6 * GIB, 2_000),
        ("c-8-intel", 8, 13 * GIB, 10_000),
        ("g-8vcpu-32gb", 8, 28 * GIB, 2_000),
        ("s-2vcpu-4gb-120gb-intel", 2, 2.5 * GIB, 2_000),
        # Beyond the table: its last share.
        ("so1_5-8vcpu-64gb", 8, 56 * GIB, 2_000),
    ],
)
def test_a_node_has_what_its_size_says(slug: str, cpus: int, memory: float, megabits: int) -> None:
    node = droplets.droplet(slug)
    assert node is not None
    assert (node.millicores, node.mebibytes, node.megabits) == (cpus * 1000 - 120, memory, megabits)


WEB, API, BATCH = (Pods("shop", name, {"app": name}) for name in ("web", "api", "batch"))
ALL = Pods("shop", "all", {})


def test_a_pod_s_policies_have_an_entry_for_each_identity_and_port() -> None:
    flows = (
        Flow("web-to-api", WEB, API, (Port(80), Port(81)), "-"),
        Flow("all-to-dns", ALL, Pods("kube-system", "dns", {"k8s-app": "kube-dns"}), (Port(53),), "-"),
        Flow("nodes-to-api", Entity("nodes"), API, (Port(80),), "-"),
        Flow("api-to-outside", API, Host("api.example"), (Port(443),), "-"),
        # 1000 to 1999: 8, 16, 512, 256, 128, 64 and 16 ports.
        Flow("batch-to-all", BATCH, ALL, (Port(1000, end_port=1999),), "-"),
    )
    found = entries(flows)
    # Own 2; web twice; DNS, which has five identities; two kinds of nodes; the name; from batch seven blocks.
    assert found["shop", "api"] == 2 + 2 + 5 + 2 + 1 + 7
    assert found["shop", "web"] == 2 + 2 + 5 + 7
    # To three kinds of pods, and from itself.
    assert found["shop", "batch"] == 2 + 5 + 3 * 7 + 7
    # Whoever asks: three kinds.
    assert found["kube-system", "dns"] == 2 + 3


def test_the_api_server_has_two_identities_one_of_which_lies_in_the_vpc_and_in_the_world() -> None:
    ways = (Entity("kube-apiserver"), Entity("world"), Range(IPv4Network("10.0.0.0/16")))
    flows = [Flow(f"way-{number}", API, way, (Port(443),), "-") for number, way in enumerate(ways)]
    assert entries(flows)["shop", "api"] == 2 + 2 + 2 + 2
    outside = Flow("outside", API, Range(IPv4Network("8.8.8.0/24")), (Port(443),), "-")
    assert entries([outside])["shop", "api"] == 2 + 1


def test_pods_that_no_policy_is_about_count_for_no_entries() -> None:
    workloads: dict[str, Any] = {
        f"w{n}": {"labels": {"app": f"w{n}"}, "ports": {"http": {"port": 80}}} for n in range(30)
    }
    routes = {
        name: {"host": f"{name}.dev.k8s.webgrip.nl", "workload": name, "port": "http"} for name in workloads
    }
    over = {"network:applications": {"many": {"workloads": workloads, "routes": routes}}}
    config = stacks.stack_config("dev", over, without=stacks.WATCHING)
    plan = build(config)
    (limit,) = policy_map.limits(config, plan)
    counts = entries(plan.flows)
    assert max(counts, key=lambda pods: counts[pods]) == ("kube-system", "cluster-dns")
    assert limit.need.fixed == max(
        count for (namespace, _), count in counts.items() if namespace != "kube-system"
    )
