"""What the API refuses."""

from typing import Any

import pytest

from lab.cloud.cloud import Cloud
from lab.cloud.errors import ApiError
from lab.cloud.options import choose
from lab.cloud.state import Json, Kind
from tests.unit.lab.cloud.requests import cluster_body, make_cluster, make_vpc, pool_body, vpc_body

CLUSTERS = "/v2/kubernetes/clusters"


def refused(account: Cloud, method: str, path: str, body: Json | None = None) -> ApiError:
    """The refusal of a call; it must have changed nothing."""
    before = account.store.account
    with pytest.raises(ApiError) as error:
        account.call(method, path, body)
    assert account.store.account is before
    return error.value


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"region": "mars1"}, "region is invalid"),
        ({"region": "AMS3"}, "region is invalid"),
        ({"name": "network_dev"}, "alphanumeric"),
        ({"ip_range": "10.0.0.0/8"}, "smaller than /8"),
        ({"ip_range": "10.0.0.0/12"}, "from /16 to /24"),
        ({"ip_range": "10.0.0.0/28"}, "from /16 to /24"),
        ({"ip_range": "8.8.0.0/16"}, "private range"),
        ({"ip_range": "fd00::/64"}, "IPv4 range"),
        ({"ip_range": "10.244.1.0/24"}, "reserves"),
        ({"ip_range": "10.245.0.0/16"}, "reserves"),
        ({"ip_range": "10.246.0.0/24"}, "reserves"),
        ({"ip_range": "10.229.4.0/24"}, "reserves"),
        ({"ip_range": "10.10.0.0/16", "region": "nyc1"}, "reserves"),
        ({"ip_range": "10.133.1.0/24"}, "10.133.0.0/20"),
    ],
    ids=lambda value: value if isinstance(value, str) else ",".join(map(str, value.values())),
)
def test_vpcs_that_are_refused(account: Cloud, change: dict[str, Any], rule: str) -> None:
    refusal = refused(account, "POST", "/v2/vpcs", vpc_body(**change))
    assert refusal.status == 422
    assert rule in refusal.message


def test_names_and_ranges_of_vpcs_are_taken_once(account: Cloud) -> None:
    make_vpc(account)
    same_name = refused(account, "POST", "/v2/vpcs", vpc_body(ip_range="10.9.0.0/16"))
    assert "already exists" in same_name.message
    same_range = refused(account, "POST", "/v2/vpcs", vpc_body(name="other", ip_range="10.0.128.0/20"))
    assert "overlaps with another VPC network in your account: 10.0.0.0/16" in same_range.message


def test_a_vpc_that_asks_for_no_range_gets_a_free_one(account: Cloud) -> None:
    first = make_vpc(account, name="a", ip_range=None)
    second = make_vpc(account, name="b", ip_range=None)
    assert first["ip_range"] != second["ip_range"]
    assert first["ip_range"].endswith("/20")


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"name": "Network"}, "lower case"),
        ({"version": "1.20.0-do.0"}, "invalid version slug"),
        ({"region": "fra1"}, "the VPC is in region ams3"),
        ({"cluster_subnet": "10.0.64.0/20"}, "overlaps with the range of its VPC"),
        ({"cluster_subnet": "10.96.0.0/16"}, "overlap"),
        ({"cluster_subnet": "10.133.0.0/16"}, "another VPC network"),
        ({"service_subnet": "10.0.0.0/8"}, "smaller than /8"),
        ({"service_subnet": "192.0.2.0/24"}, "private range"),
        ({"service_subnet": None}, "together"),
        ({"maintenance_policy": {"start_time": "25:99"}}, "start_time"),
        ({"control_plane_firewall": {"allowed_addresses": ["office"]}}, "allowed address"),
        ({"node_pools": [pool_body(size="huge")]}, "size slug"),
        ({"node_pools": [pool_body(count=0)]}, "at least one node"),
        ({"node_pools": [pool_body(auto_scale=True, min_nodes=3, max_nodes=2)]}, "min_nodes"),
        ({"node_pools": [pool_body(), pool_body()]}, "unique"),
    ],
    ids=lambda value: value if isinstance(value, str) else next(iter(value)),
)
def test_clusters_that_are_refused(account: Cloud, change: dict[str, Any], rule: str) -> None:
    vpc = make_vpc(account)
    refusal = refused(account, "POST", CLUSTERS, cluster_body(vpc, **change))
    assert refusal.status == 422
    assert rule in refusal.message


def test_a_prefix_of_a_version_gets_the_newest_that_begins_with_it(account: Cloud) -> None:
    assert make_cluster(account, make_vpc(account), version="1.35")["version"] == "1.35.4-do.0"


def test_high_availability_is_on_from_1_36_unless_said_otherwise(account: Cloud) -> None:
    vpc = make_vpc(account)
    body = cluster_body(vpc)
    del body["ha"]
    made = account.call("POST", CLUSTERS, body)[1]["kubernetes_cluster"]
    assert made["ha"] is True


@pytest.mark.parametrize("version", ["1.36.1-do.0", "1.36.0-do.0", "1.36.4", "latest"])
def test_upgrades_that_lead_nowhere_are_refused(account: Cloud, version: str) -> None:
    cluster = make_cluster(account, make_vpc(account))
    path = f"{CLUSTERS}/{cluster['id']}/upgrade"
    assert refused(account, "POST", path, {"version": version}).status == 422


def test_names_and_ranges_of_clusters_are_taken_once(account: Cloud) -> None:
    vpc = make_vpc(account)
    make_cluster(account, vpc)
    assert "already exists" in refused(account, "POST", CLUSTERS, cluster_body(vpc)).message
    other = cluster_body(vpc, name="other")
    assert "cluster_subnet of cluster network-dev" in refused(account, "POST", CLUSTERS, other).message


def test_a_vpc_with_a_cluster_cannot_be_deleted_until_it_has_gone(account: Cloud) -> None:
    vpc = make_vpc(account)
    cluster = make_cluster(account, vpc)
    assert refused(account, "DELETE", f"/v2/vpcs/{vpc['id']}").status == 409
    account.call("DELETE", f"{CLUSTERS}/{cluster['id']}")
    account.fleet.settle(5)
    assert account.call("DELETE", f"/v2/vpcs/{vpc['id']}")[0] == 204


def test_what_is_not_there_is_not_found(account: Cloud) -> None:
    for path in ("/v2/vpcs/none", f"{CLUSTERS}/none", "/v2/domains/none", "/v2/firewalls/none"):
        assert refused(account, "GET", path).status == 404


@pytest.mark.parametrize(
    ("record", "rule"),
    [
        ({"type": "A", "data": "1.2.3.400"}, "IPv4"),
        ({"type": "AAAA", "data": "1.2.3.4"}, "IPv6"),
        ({"type": "CNAME", "data": "www.example.com"}, "end with a dot"),
        ({"type": "MX", "data": "mail.example.com"}, "end with a dot"),
        ({"type": "A", "data": "192.0.2.1", "ttl": 5}, "greater than or equal to 30"),
        ({"type": "A", "data": "192.0.2.1", "name": "a b"}, "hostname characters"),
        ({"type": "A", "data": ""}, "blank"),
        ({"type": "CAA", "data": "ca.example", "tag": "issue"}, "end with a dot"),
        ({"type": "CAA", "data": "ca.example.; accounturi=https://ca.example/1", "tag": "issue"}, "dot"),
        ({"type": "CAA", "data": ";", "tag": "issuewild"}, "end with a dot"),
        ({"type": "CAA", "data": "somebody@example.org", "tag": "iodef"}, "URL"),
        ({"type": "CAA", "data": "ca.example.", "tag": "issuer"}, "Tag must be issue"),
        ({"type": "CAA", "data": "ca.example.", "tag": "issue", "flags": 256}, "between 0 and 255"),
        ({"type": "CNAME", "data": "@", "name": "taken"}, "CNAME records cannot share"),
    ],
    ids=lambda value: value if isinstance(value, str) else value["data"],
)
def test_records_that_are_refused(account: Cloud, record: Json, rule: str) -> None:
    account.call("POST", "/v2/domains", {"name": "example.org"})
    path = "/v2/domains/example.org/records"
    account.call("POST", path, {"type": "A", "name": "taken", "data": "192.0.2.1"})
    refusal = refused(account, "POST", path, {"name": "r", **record})
    assert refusal.status == 422
    assert rule in refusal.message


def test_a_caa_record_is_answered_without_its_dot_and_keeps_its_value_when_only_the_ttl_changes(
    account: Cloud,
) -> None:
    account.call("POST", "/v2/domains", {"name": "example.org"})
    path = "/v2/domains/example.org/records"
    record = {"type": "CAA", "name": "@", "data": "letsencrypt.org.", "tag": "issue", "flags": 0}
    made = account.call("POST", path, record)[1]["domain_record"]
    assert made["data"] == "letsencrypt.org"
    changed = account.call("PATCH", f"{path}/{made['id']}", {"ttl": 60})[1]["domain_record"]
    assert (changed["data"], changed["ttl"]) == ("letsencrypt.org", 60)


@pytest.mark.parametrize("name", ["example", "-a.org", "a_b.org", ""])
def test_zones_that_are_no_domain_names_are_refused(account: Cloud, name: str) -> None:
    assert refused(account, "POST", "/v2/domains", {"name": name}).status == 422


def test_a_new_zone_is_delegated_and_takes_its_records_with_it(account: Cloud) -> None:
    account.call("POST", "/v2/domains", {"name": "example.org", "ip_address": "192.0.2.1"})
    records = account.call("GET", "/v2/domains/example.org/records")[1]["domain_records"]
    assert [each["type"] for each in records] == ["SOA", "NS", "NS", "NS", "A"]
    account.call("DELETE", "/v2/domains/example.org")
    assert account.store.account.all(Kind.RECORD) == []


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"ports": "99999"}, "1 to 65535"),
        ({"ports": "90-80"}, "1 to 65535"),
        ({"ports": "http"}, "1 to 65535"),
        ({"sources": {"addresses": ["nonsense"]}}, "invalid address"),
        ({"sources": {}}, "needs sources"),
        ({"sources": {"tags": ["unknown"]}}, "does not exist"),
    ],
    ids=lambda value: value if isinstance(value, str) else str(value),
)
def test_firewalls_that_are_refused(account: Cloud, change: Json, rule: str) -> None:
    allowed = {"protocol": "tcp", "ports": "22", "sources": {"addresses": ["10.0.0.0/8"]}}
    body = {"name": "nodes", "inbound_rules": [allowed | change], "outbound_rules": []}
    refusal = refused(account, "POST", "/v2/firewalls", body)
    assert refusal.status == 422
    assert rule in refusal.message


def test_a_firewall_may_name_the_tag_of_a_cluster(account: Cloud) -> None:
    cluster = make_cluster(account, make_vpc(account))
    allowed = {"protocol": "tcp", "ports": "all", "sources": {"addresses": ["10.0.0.0/8"]}}
    body = {"name": "nodes", "inbound_rules": [allowed], "tags": [f"k8s:{cluster['id']}"]}
    assert account.call("POST", "/v2/firewalls", body)[0] == 202


def test_proxy_protocol_is_refused_on_a_network_load_balancer(account: Cloud) -> None:
    vpc = make_vpc(account)
    rule = {"entry_protocol": "tcp", "entry_port": 80, "target_protocol": "tcp", "target_port": 30080}
    body: Json = {"name": "lb", "region": "ams3", "vpc_uuid": vpc["id"], "forwarding_rules": [rule]}
    wanted = body | {"type": "REGIONAL_NETWORK", "enable_proxy_protocol": True}
    assert refused(account, "POST", "/v2/load_balancers", wanted).status == 422
    assert account.call("POST", "/v2/load_balancers", wanted | {"type": "REGIONAL"})[0] == 202


def test_a_peering_needs_two_vpcs_and_keeps_both(account: Cloud) -> None:
    first = make_vpc(account)
    second = make_vpc(account, name="other", ip_range="10.2.0.0/16")
    assert refused(account, "POST", "/v2/vpc_peerings", {"name": "p", "vpc_ids": [first["id"]]}).status == 422
    account.call("POST", "/v2/vpc_peerings", {"name": "p", "vpc_ids": [first["id"], second["id"]]})
    assert refused(account, "DELETE", f"/v2/vpcs/{second['id']}").status == 409


def rule(port: int, protocol: str = "tcp") -> Json:
    return {"entry_protocol": protocol, "entry_port": port, "target_protocol": protocol, "target_port": 30000}


@pytest.mark.parametrize(
    ("rules", "why"),
    [
        ([rule(port) for port in range(1, 42)], "40 forwarding rules"),
        ([rule(50054)], "reserved"),
        ([rule(53), rule(53, "udp")], "between TCP and UDP"),
    ],
)
def test_forwarding_rules_that_digitalocean_has_no_room_for_are_refused(
    account: Cloud, rules: list[Json], why: str
) -> None:
    vpc = make_vpc(account)
    wanted = {"name": "x", "region": "ams3", "vpc_uuid": vpc["id"], "forwarding_rules": rules}
    assert why in refused(account, "POST", "/v2/load_balancers", wanted).message


def test_a_port_of_one_protocol_is_no_other_s_over_the_services_of_a_cluster(account: Cloud) -> None:
    vpc = make_vpc(account)
    wanted = {"name": "x", "region": "ams3", "vpc_uuid": vpc["id"], "tags": ["k8s:1"]}
    account.call("POST", "/v2/load_balancers", wanted | {"forwarding_rules": [rule(53)]})
    other = wanted | {"name": "y", "forwarding_rules": [rule(53, "udp")]}
    assert "between TCP and UDP" in refused(account, "POST", "/v2/load_balancers", other).message
    assert account.call("POST", "/v2/load_balancers", other | {"tags": ["k8s:2"]})[0] == 202


def test_an_internal_load_balancer_has_an_address_of_its_vpc(account: Cloud) -> None:
    vpc = make_vpc(account)
    wanted = {"name": "x", "region": "ams3", "vpc_uuid": vpc["id"], "network": "INTERNAL"}
    made = [
        account.call("POST", "/v2/load_balancers", wanted | {"forwarding_rules": [rule(443)]})[1]
        for _ in range(2)
    ]
    assert [each["load_balancer"]["ip"] for each in made] == ["10.0.255.253", "10.0.255.252"]


def test_load_balancers_are_told_in_the_state_that_was_chosen(account: Cloud) -> None:
    vpc = make_vpc(account)
    wanted = {"name": "x", "region": "ams3", "vpc_uuid": vpc["id"], "forwarding_rules": [rule(443)]}
    account.call("POST", "/v2/load_balancers", wanted)

    def states() -> list[str]:
        listed = account.call("GET", "/v2/load_balancers")[1]["load_balancers"]
        return [each["status"] for each in listed]

    assert states() == ["active"]
    choose(account.store.folder, balancer_state="errored")
    assert states() == ["errored"]


def test_a_vpc_s_members_are_its_cluster_its_nodes_as_droplets_and_load_balancers(account: Cloud) -> None:
    vpc = make_vpc(account)
    cluster = make_cluster(account, vpc)
    path = f"/v2/vpcs/{vpc['id']}/members"
    listed = account.call("GET", path)[1]["members"]
    nodes = cluster["node_pools"][0]["nodes"]
    assert {each["urn"]: each["name"] for each in listed} == {
        f"do:kubernetes:{cluster['id']}": cluster["name"],
        **{f"do:droplet:{node['droplet_id']}": node["name"] for node in nodes},
    }
    droplets = account.call("GET", path, query={"resource_type": "droplet"})[1]["members"]
    assert [each["name"] for each in droplets] == [node["name"] for node in nodes]


def test_each_cluster_has_two_firewalls_that_nobody_made_and_that_go_with_it(account: Cloud) -> None:
    cluster = make_cluster(account, make_vpc(account))
    managed = account.call("GET", "/v2/firewalls")[1]["firewalls"]
    assert len(managed) == 2
    assert all(each["tags"] == [f"k8s:{cluster['id']}"] for each in managed)
    assert all(each["name"].startswith("k8s-") and cluster["id"] in each["name"] for each in managed)
    assert managed == account.call("GET", "/v2/firewalls")[1]["firewalls"]
    one = account.call("GET", f"/v2/firewalls/{managed[0]['id']}")[1]["firewall"]
    assert one == managed[0]
    account.call("DELETE", f"{CLUSTERS}/{cluster['id']}")
    account.fleet.settle(5)
    assert account.call("GET", "/v2/firewalls")[1]["firewalls"] == []
