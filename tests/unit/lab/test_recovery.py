"""What an interrupted run left is told from the state, the account and Helm's own records."""

from typing import Any

import pytest

from lab.cloud.state import Account, Kind, fresh_account
from lab.recovery.leftovers import account_commands, release_commands
from network.config.external import Dns
from network.config.zones import zones

VPC = "digitalocean:index/vpc:Vpc"


def export(*resources: dict[str, Any]) -> dict[str, Any]:
    return {"deployment": {"resources": list(resources)}}


def release(identity: str | None) -> dict[str, Any]:
    return {"type": "kubernetes:helm.sh/v3:Release", **({"id": identity} if identity else {})}


def revision(name: str, status: str) -> dict[str, Any]:
    labels = {"owner": "helm", "name": name, "status": status, "version": "1"}
    return {"metadata": {"namespace": name, "labels": labels}}


def component(kind: str, name: str) -> dict[str, Any]:
    return {"urn": f"urn:pulumi:dev::network::webgrip:{kind}::{name}", "type": f"webgrip:{kind}"}


COMPONENTS = (
    component("external:Network", "network"),
    component("cluster:Cluster", "cluster"),
    component("external:NodeFirewall", "firewall"),
    component("external:Records", "records"),
)


def resource(token: str, name: str, identity: str) -> dict[str, Any]:
    return {"urn": f"urn:pulumi:dev::network::{token}::{name}", "type": token, "id": identity}


def account(kind: Kind, key: str, **value: Any) -> Account:
    """An account that holds one object beside what belongs to it from the beginning."""
    account = fresh_account()
    account.put(kind, key, {"id": key, **value})
    return account


def pool(name: str, size: str = "s-2vcpu-4gb") -> dict[str, Any]:
    return {"id": f"id-of-{name}", "name": name, "size": size}


def cluster(state: str) -> Account:
    pools = [pool("default"), pool("big-m3-8x-64gb", "m3_8x-64gb")]
    return account(Kind.CLUSTER, "c1", name="network-dev", status={"state": state}, node_pools=pools)


ZONES = zones(Dns.model_validate({"zone": "example.org", "furtherZones": {"shop": {"zone": "shop.example"}}}))

LOST: dict[str, tuple[Account, list[str]]] = {
    "a VPC": (account(Kind.VPC, "123", default=False), [f"{VPC} network 123"]),
    "a zone": (
        account(Kind.DOMAIN, "example.org", name="example.org"),
        ["digitalocean:index/domain:Domain network example.org"],
    ),
    "a cluster and its further pool": (
        cluster("running"),
        [
            "digitalocean:index/kubernetesCluster:KubernetesCluster cluster c1",
            "digitalocean:index/kubernetesNodePool:KubernetesNodePool cluster-big id-of-big-m3-8x-64gb",
        ],
    ),
    "a firewall": (account(Kind.FIREWALL, "f1"), ["digitalocean:index/firewall:Firewall firewall f1"]),
    "the record of a host": (
        account(Kind.RECORD, "7", type="A", name="shop", zone="example.org"),
        ["digitalocean:index/dnsRecord:DnsRecord records-host-shop example.org,7"],
    ),
    "the apex by IPv6": (
        account(Kind.RECORD, "6", type="AAAA", name="@", zone="example.org"),
        ["digitalocean:index/dnsRecord:DnsRecord records-apex-ipv6 example.org,6"],
    ),
    "a CAA record": (
        account(Kind.RECORD, "8", type="CAA", name="@", tag="issue", zone="example.org"),
        ["digitalocean:index/dnsRecord:DnsRecord records-caa-issue example.org,8"],
    ),
    "a further zone": (
        account(Kind.DOMAIN, "shop.example", name="shop.example"),
        ["digitalocean:index/domain:Domain network-shop shop.example"],
    ),
    "the wildcard of a further zone": (
        account(Kind.RECORD, "5", type="A", name="*", zone="shop.example"),
        ["digitalocean:index/dnsRecord:DnsRecord records-zone-shop.wildcard shop.example,5"],
    ),
    "a zone of another stack": (account(Kind.DOMAIN, "other.example", name="other.example"), []),
    "a record that the program never makes": (
        account(Kind.RECORD, "9", type="NS", name="@", zone="example.org"),
        [],
    ),
    "a cluster that does not run yet": (cluster("provisioning"), []),
}


@pytest.mark.parametrize("lost", LOST)
def test_an_object_that_the_state_does_not_know_is_imported_below_its_component(lost: str) -> None:
    held, expected = LOST[lost]
    commands = [*account_commands(export(*COMPONENTS), held, ZONES)]
    assert all(command.startswith("pulumi import ") for command in commands)
    assert [
        command.split("parent=urn:pulumi:dev::network::webgrip:")[1].split(" ", 1)[1] for command in commands
    ] == expected


def test_what_the_state_knows_and_the_region_s_default_vpc_are_left_alone() -> None:
    known = export(*COMPONENTS, resource(VPC, "network", "123"))
    assert not [*account_commands(known, account(Kind.VPC, "123", default=False), ZONES)]


def test_a_cluster_in_state_error_is_deleted_and_never_imported() -> None:
    token = "digitalocean:index/kubernetesCluster:KubernetesCluster"
    for state in (export(*COMPONENTS), export(*COMPONENTS, resource(token, "cluster", "c1"))):
        (command,) = account_commands(state, cluster("error"), ZONES)
        assert command.startswith("curl ")
        assert "--request DELETE" in command
        assert command.endswith("/kubernetes/clusters/c1/destroy_with_associated_resources/dangerous")


def test_of_two_records_or_firewalls_the_one_that_the_state_does_not_know_is_deleted() -> None:
    known = export(*COMPONENTS, resource("digitalocean:index/firewall:Firewall", "firewall", "f0"))
    (command,) = account_commands(known, account(Kind.FIREWALL, "f1"), ZONES)
    assert command.startswith("curl ")
    assert command.endswith("https://api.digitalocean.com/v2/firewalls/f1")


def test_what_was_being_made_is_dropped_from_the_state_in_the_end() -> None:
    state = export(*COMPONENTS)
    state["deployment"]["pending_operations"] = [
        {"type": "creating", "resource": resource(VPC, "network", "")}
    ]
    commands = [*account_commands(state, account(Kind.VPC, "123", default=False), ZONES)]
    assert [command.split(" --")[0] for command in commands] == ["pulumi import", "pulumi refresh"]
    assert "--clear-pending-creates" in commands[-1]


@pytest.mark.parametrize("status", ["pending-install", "deployed", "failed"])
@pytest.mark.parametrize("state", [export(), export(release(None)), export(release("other/other"))])
def test_a_release_that_the_state_does_not_know_gives_up_its_name(state: dict[str, Any], status: str) -> None:
    assert [*release_commands(state, [revision("traefik", status)])] == [
        "kubectl delete secrets --namespace traefik --selector owner=helm,name=traefik"
    ]


def test_of_a_known_release_only_a_revision_that_was_cut_off_goes() -> None:
    found = [revision("traefik", "deployed"), revision("traefik", "superseded")]
    state = export(release("traefik/traefik"))
    assert not [*release_commands(state, found)]
    assert [*release_commands(state, [*found, revision("traefik", "pending-upgrade")])] == [
        "kubectl delete secrets --namespace traefik --selector owner=helm,name=traefik,status=pending-upgrade"
    ]
