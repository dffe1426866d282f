"""The VPN's machine: what cloud-init does there, and what its tags say."""

import json
import re
from ipaddress import IPv4Network
from typing import Any

import pytest
import yaml

from network.config import StackConfig
from network.config.vpn import LONGEST_TAG, peer_tag
from network.plan import build
from network.plan.vpn import MachinePlan, tags
from network.plan.vpn.client import Places, client_config
from network.plan.vpn.machine import peers
from network.plan.vpn.user_data import LONGEST, PACKAGES, cloud_config, user_data
from tests import stacks

ANNA = "HIgo9xNzJMWLKASShiTqIybxZ0U3wGLiUeJ1PKf8ykw="
BERT = "TrMvSoP4jYQlY6RIzBgbssQqY3vxI2Pi+y71lOWWXX0="
TUNNEL = IPv4Network("100.64.0.0/24")
VPN: dict[str, Any] = {
    "range": str(TUNNEL),
    "sshKeys": ["7"],
    "destinations": {"database": {"range": "10.0.7.0/28", "ports": [5432, "6000-6010"]}},
    "peers": {
        "anna": {"publicKey": ANNA, "address": "100.64.0.2"},
        "bert": {"publicKey": BERT, "address": "100.64.0.3", "reaches": ["ssh", "database"]},
    },
}
INTERNAL = {"network:ingress": {"internalLoadBalancer": {"name": "network-dev-internal"}}}


def config(over: dict[str, Any] | None = None, **vpn: Any) -> StackConfig:
    return stacks.stack_config("dev", stacks.merged({"network:vpn": {**VPN, **vpn}}, over or {}))


def machine(over: dict[str, Any] | None = None, **vpn: Any) -> MachinePlan:
    planned = build(config(over, **vpn)).vpn.machine
    assert planned is not None
    return planned


def told(over: dict[str, Any] | None = None, **vpn: Any) -> peers.Told:
    """What the machine reads out of the tags that the plan has for it."""
    planned = machine(over, **vpn)
    names = [each.arguments["name"] for each in (planned.mark, *planned.peers, *planned.destinations)]
    names.append(tags.to_api_server("dev", "https://7e57.k8s.ondigitalocean.com"))
    names += [
        tags.to_internal_load_balancer("dev", each.protocol, "10.0.255.250", each.ports)
        for each in planned.internal_load_balancer
    ]
    assert all(re.fullmatch(r"[a-zA-Z0-9:_-]{1,255}", each) for each in names), names
    return peers.told(names, "vpn:dev:", TUNNEL)


def test_without_it_nothing_is_made() -> None:
    assert build(stacks.stack_config("dev")).vpn.machine is None


def test_the_machine_understands_its_tags_as_they_are_meant() -> None:
    read = told(INTERNAL)
    assert read.peers == (
        peers.Peer("anna", "100.64.0.2", ANNA, ("api-server", "internal-load-balancer")),
        peers.Peer("bert", "100.64.0.3", BERT, ("ssh", "database")),
    )
    assert set(read.destinations) == {
        peers.Destination("api-server", "tcp", ("443",), host="7e57.k8s.ondigitalocean.com"),
        peers.Destination("internal-load-balancer", "tcp", ("80", "443"), network="10.0.255.250/32"),
        peers.Destination("database", "tcp", ("5432", "6000-6010"), network="10.0.7.0/28"),
    }


def test_the_internal_load_balancer_is_reached_on_each_of_its_ports() -> None:
    entry_points = {
        "sql": {"port": 5432, "loadBalancer": "internal"},
        "syslog": {"port": 514, "loadBalancer": "internal", "protocol": "UDP"},
        "public": {"port": 7000},
    }
    planned = machine(stacks.merged(INTERNAL, {"network:ingress": {"entryPoints": entry_points}}))
    assert {each.protocol: each.ports for each in planned.internal_load_balancer} == {
        "tcp": (80, 443, 5432),
        "udp": (514,),
    }


def test_without_an_internal_load_balancer_peers_reach_the_api_server_alone() -> None:
    assert told().peers[0].reaches == ("api-server",)
    assert machine().internal_load_balancer == ()


def test_what_nobody_reaches_is_not_told() -> None:
    alone = {"bert": VPN["peers"]["bert"] | {"reaches": ["ssh"]}}
    planned = machine(INTERNAL, peers=alone)
    assert (planned.destinations, planned.api_server, planned.internal_load_balancer) == ((), None, ())


@pytest.mark.parametrize(
    "tag",
    [
        "vpn:dev:peer:eve:100-64-0-1:" + "ab" * 32 + ":ssh",
        "vpn:dev:peer:eve:10-0-0-7:" + "ab" * 32 + ":ssh",
        "vpn:dev:peer:eve:100-64-0-9:" + "ab" * 31 + ":ssh",
        "vpn:dev:peer:eve:100-64-0-9:ssh",
        "vpn:prod:peer:eve:100-64-0-9:" + "ab" * 32 + ":ssh",
        "vpn:dev:to:eve:icmp:10-0-0-0-8:1",
        "vpn:dev:to:eve:tcp:10-0-0-0-8:any",
        "vpn:dev:to:eve:tcp:everything:443",
        "vpn:dev:at:eve:tcp:host;name:443",
        "vpn:dev:machine",
        "k8s:worker",
        "",
    ],
)
def test_a_tag_that_is_not_understood_opens_nothing(tag: str) -> None:
    assert peers.told([tag], "vpn:dev:", TUNNEL) == peers.Told()


def test_of_two_peers_with_one_address_or_one_key_neither_is_let_in() -> None:
    tags_of_two = [
        f"vpn:dev:peer:{name}:100-64-0-9:{key * 32}:ssh" for name, key in (("a", "aa"), ("b", "bb"))
    ]
    assert peers.told(tags_of_two, "vpn:dev:", TUNNEL).peers == ()
    same_key = [f"vpn:dev:peer:{name}:100-64-0-{at}:{'aa' * 32}:ssh" for name, at in (("a", 8), ("b", 9))]
    assert peers.told(same_key, "vpn:dev:", TUNNEL).peers == ()


def test_each_peer_gets_the_rules_of_what_it_reaches() -> None:
    read = told(INTERNAL)
    located = {
        each: [each.network] if each.network else ["203.0.113.9", "203.0.113.10"]
        for each in read.destinations
    }
    assert peers.rules(read, located).splitlines() == [
        "flush chain inet vpn machine",
        "flush chain inet vpn peers",
        "add rule inet vpn machine ip saddr 100.64.0.3 tcp dport 22 accept",
        "add rule inet vpn peers ip saddr 100.64.0.2 ip daddr { 203.0.113.9, 203.0.113.10 } "
        "tcp dport { 443 } accept",
        "add rule inet vpn peers ip saddr 100.64.0.2 ip daddr { 10.0.255.250/32 } "
        "tcp dport { 80, 443 } accept",
        "add rule inet vpn peers ip saddr 100.64.0.3 ip daddr { 10.0.7.0/28 } "
        "tcp dport { 5432, 6000-6010 } accept",
    ]


def test_a_host_that_does_not_resolve_opens_nothing() -> None:
    read = told()
    assert "100.64.0.2" not in peers.rules(read, {each: [] for each in read.destinations})


def test_peers_that_went_or_have_another_address_are_removed_and_new_ones_come() -> None:
    read = told()
    present = {ANNA: "100.64.0.2/32", "gone=": "100.64.0.9/32", BERT: "100.64.0.8/32"}
    going, coming = peers.changes(read, present)
    assert (going, [each.name for each in coming]) == (["gone=", BERT], ["bert"])
    assert peers.changes(read, {ANNA: "100.64.0.2/32", BERT: "100.64.0.3/32"}) == ([], [])
    assert peers.changes(peers.Told(), present) == (list(present), [])


def test_user_data_hold_no_key_and_no_peer_and_do_not_change_with_them() -> None:
    text = machine().droplet.arguments["user_data"]
    for each in (ANNA, BERT, "anna", "100.64.0.2", "10.0.7.0"):
        assert each not in text
    others = {"carl": {"publicKey": ANNA, "address": "100.64.0.77", "reaches": ["ssh"]}}
    assert machine(INTERNAL, peers=others, destinations={}).droplet == machine().droplet


def test_user_data_are_a_cloud_config_that_digitalocean_takes() -> None:
    stack = config()
    assert stack.vpn is not None
    text = user_data(stack, stack.vpn)
    first, _, rest = text.partition("\n")
    assert first == "#cloud-config"
    assert yaml.safe_load(rest) == json.loads(rest) == cloud_config(stack, stack.vpn)
    assert len(text.encode()) < LONGEST


def test_the_cloud_config_says_only_what_cloud_init_and_the_lab_know() -> None:
    stack = config()
    assert stack.vpn is not None
    told = cloud_config(stack, stack.vpn)
    assert told.keys() == {
        "packages", "package_update", "package_upgrade", "runcmd", "ssh_pwauth", "write_files",
    }  # fmt: skip
    assert told["ssh_pwauth"] is False
    assert {"unattended-upgrades", "wireguard-tools"} <= set(PACKAGES)
    for file in told["write_files"]:
        assert file.keys() == {"path", "owner", "permissions", "content"}
        assert re.fullmatch(r"0[0-7]{3}", file["permissions"])
    assert all(isinstance(word, str) for command in told["runcmd"] for word in command)


def test_only_wireguard_is_open_to_the_internet() -> None:
    assert machine(port=4500).firewall.arguments["inbound_rules"] == [
        {"protocol": "udp", "port_range": "4500", "source_addresses": ["0.0.0.0/0", "::/0"]}
    ]


def test_the_longest_tag_that_is_allowed_is_one_of_digitalocean_s() -> None:
    name = "a" * 63
    stack = config(
        peers={name: {"publicKey": ANNA, "address": "100.64.0.222", "reaches": ["database", "ssh"]}}
    )
    assert stack.vpn is not None
    assert len(peer_tag(stack.vpn, "dev", name, internal=False)) <= LONGEST_TAG


def test_a_peer_is_told_all_but_its_private_key() -> None:
    stack = config(INTERNAL, publicKey="xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=")
    assert stack.vpn is not None
    places = Places("203.0.113.8:51820", ["203.0.113.9"], "10.0.255.250")
    anna, bert = (client_config(stack, stack.vpn, name, places).splitlines() for name in ("anna", "bert"))
    assert "AllowedIPs = 203.0.113.9/32, 10.0.255.250/32" in anna
    assert "AllowedIPs = 100.64.0.1/32, 10.0.7.0/28" in bert
    for each in (
        "PrivateKey = ",
        "Address = 100.64.0.2/32",
        "PublicKey = xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=",
        "Endpoint = 203.0.113.8:51820",
    ):
        assert each in anna
