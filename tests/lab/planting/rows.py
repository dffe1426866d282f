"""Faults by the rows that `network verify` gives for each: planted for real in the lab of the proofs by
requests."""

from dataclasses import dataclass
from typing import Any

from lab.cloud.annotations import ID, PREFIX
from lab.cloud.state import Kind
from tests.lab.planting.account import (
    Object,
    another,
    another_record,
    balancer,
    cluster,
    load_balancers_in_error,
    nobody_looks_after_services,
    record,
    the_cluster,
)
from tests.lab.planting.objects import Plant, all_of, made, patched
from tests.lab.traffic_lab import ZONE, TrafficLab


@dataclass(frozen=True)
class Fault:
    """What is planted, and which rows differ by it."""

    rows: frozenset[tuple[str, str]]
    """Code and subject of each."""
    plant: Plant
    in_ci: bool = False
    """One of those that are quick and tell most."""


NAME = "network-dev"
"""Of the VPC, the cluster and the public load balancer."""
PUBLIC, INTERNAL = f"load balancer {NAME}", f"load balancer {NAME}-internal"
NODES, CLUSTER = f"nodes of {NAME}", f"cluster {NAME}"


def one(code: str, subject: str, plant: Plant, *, in_ci: bool = False) -> Fault:
    """A fault that a single row tells."""
    return Fault(frozenset({(code, subject)}), plant, in_ci)


def of_service(annotation: str, value: str) -> Plant:
    """Traefik's Service has another annotation, and the cloud controller has not seen it."""
    change = {"metadata": {"annotations": {annotation: value}}}
    return all_of(nobody_looks_after_services, patched("service", "traefik", "traefik", change))


def another_firewall(ports: str, sources: str) -> Plant:
    """Somebody makes a firewall that applies to the nodes."""

    def body(traffic: TrafficLab) -> Object:
        rule = {"protocol": "tcp", "ports": ports}
        return {
            "name": "by-hand",
            "inbound_rules": [{**rule, "sources": {"addresses": [sources]}}],
            "outbound_rules": [],
            "tags": [f"k8s:{the_cluster(traffic)['id']}"],
        }

    return another("firewalls", "firewall", body)


def vpc_named(traffic: TrafficLab, name: str) -> str:
    """The id of a VPC."""
    return next(key for key, each in traffic.platform.account[Kind.VPC].items() if each["name"] == name)


def a_gateway(traffic: TrafficLab) -> Object:
    """A NAT gateway in the stack's VPC."""
    where = {"region": "ams3", "vpcs": [{"vpc_uuid": vpc_named(traffic, NAME)}]}
    return {"name": "by-hand", "type": "PUBLIC", "size": 1, **where}


def a_peering(traffic: TrafficLab) -> Object:
    """A peering of the stack's VPC with somebody's."""
    return {"name": "by-hand", "vpc_ids": [vpc_named(traffic, NAME), vpc_named(traffic, "partner")]}


def another_vpc(name: str, region: str, ip_range: str) -> Plant:
    """The account has another VPC."""
    return another("vpcs", "vpc", {"name": name, "region": region, "ip_range": ip_range})


def _api_server_open(found: Object) -> Object:
    firewall = found["control_plane_firewall"]
    allowed = [*firewall["allowed_addresses"], "198.51.100.0/24"]
    return {"control_plane_firewall": {**firewall, "allowed_addresses": allowed}}


def _check_every_minute(found: Object) -> Object:
    return {"health_check": {**found["health_check"], "check_interval_seconds": 60}}


def _of_public(**what: Any) -> Plant:
    return balancer(NAME, lambda _: what)


FAULTS: dict[str, Fault] = {
    "a record that lives longer": one("record", "A *", record("A", "*", {"ttl": 600}), in_ci=True),
    "a second address": one("record", "A *", another_record("A", "*", "203.0.113.99")),
    "a record of a further zone": one(
        "record", "A www of shops.example", record("A", "www", {"data": "203.0.113.99"}, "shops.example")
    ),
    "another authority": one(
        "record-caa", f"zone {ZONE}", record("CAA", "@", {"data": "example.net."}, tag="issue")
    ),
    "load balancers in error": Fault(
        frozenset({("load-balancer", PUBLIC), ("load-balancer", INTERNAL)}),
        load_balancers_in_error,
    ),
    "a larger load balancer": one("load-balancer-size", PUBLIC, _of_public(size_unit=7)),
    "no PROXY protocol": one("load-balancer-proxy", PUBLIC, _of_public(enable_proxy_protocol=False)),
    "a rule that is gone": one(
        "load-balancer-rules",
        PUBLIC,
        balancer(NAME, lambda found: {"forwarding_rules": found["forwarding_rules"][1:]}),
    ),
    "a slow check": one("load-balancer-check", PUBLIC, balancer(NAME, _check_every_minute)),
    "nodes that were taken from behind it": one(
        "load-balancer-nodes",
        PUBLIC,
        balancer(NAME, lambda found: {"droplet_ids": found["droplet_ids"][1:]}),
        in_ci=True,
    ),
    "deny rules": one(
        "load-balancer-sources",
        PUBLIC,
        _of_public(firewall={"allow": [], "deny": ["ip:198.51.100.7"]}),
        in_ci=True,
    ),
    "idle connections kept longer": one(
        "load-balancer-idle", PUBLIC, _of_public(http_idle_timeout_seconds=599)
    ),
    "a Service that knows another load balancer": one(
        "load-balancer-service", PUBLIC, of_service(ID, "11111111-2222-4333-8444-555555555555")
    ),
    "an annotation that nobody planned": one(
        "load-balancer-annotations", PUBLIC, of_service(f"{PREFIX}size-unit", "7")
    ),
    "another firewall": one("firewall-others", NODES, another_firewall("22", "198.51.100.0/24"), in_ci=True),
    "nodes that are open to everybody": Fault(
        frozenset({("firewall-others", NODES), ("firewall-open", NODES)}),
        another_firewall("30000-32767", "0.0.0.0/0"),
    ),
    "somebody else in the VPC": one(
        "vpc-members", f"VPC {NAME}", another("vpc_nat_gateways", "vpc_nat_gateway", a_gateway)
    ),
    "a peering with somebody": one(
        "vpc-peerings",
        f"VPC {NAME}",
        all_of(
            another_vpc("partner", "fra1", "10.200.0.0/20"),
            another("vpc_peerings", "vpc_peering", a_peering),
        ),
    ),
    "a network larger than the stack file says": one(
        "other-ranges", "office-vpn, 10.250.0.0/24", another_vpc("office", "fra1", "10.250.0.0/20")
    ),
    "an API server that more may reach": one(
        "cluster-api-firewall", CLUSTER, cluster(_api_server_open), in_ci=True
    ),
    "upgrades that come by themselves": one(
        "cluster-upgrades", CLUSTER, cluster(lambda _: {"auto_upgrade": True})
    ),
    "tags that are gone": one("cluster-tags", CLUSTER, cluster(lambda _: {"tags": []})),
    "another range of Services": one(
        "service-range",
        "ServiceCIDRs",
        made(
            {
                "apiVersion": "networking.k8s.io/v1",
                "kind": "ServiceCIDR",
                "metadata": {"name": "by-hand"},
                "spec": {"cidrs": ["10.201.0.0/24"]},
            }
        ),
    ),
    "a node that Cilium alone knows": one(
        "cilium-nodes",
        "CiliumNodes",
        made(
            {
                "apiVersion": "cilium.io/v2",
                "kind": "CiliumNode",
                "metadata": {"name": "by-hand"},
                "spec": {},
            }
        ),
    ),
    "Cilium that routes another range": one(
        "cilium-ranges",
        "cilium-config",
        patched(
            "configmap",
            "cilium-config",
            "kube-system",
            {"data": {"ipv4-native-routing-cidr": "10.9.0.0/16"}},
        ),
    ),
    "an older chart's workload": one(
        "chart-version",
        "release cert-manager/cert-manager",
        patched(
            "deployment",
            "cert-manager-cainjector",
            "cert-manager",
            {"metadata": {"labels": {"helm.sh/chart": "cert-manager-v1.0.0"}}},
        ),
    ),
}
