"""VPC, zone, records and firewall."""

from network.config import StackConfig
from network.plan import external
from network.plan.model.records import RecordPlan
from tests import stacks

PRODUCTION = {
    "network:environment": {"tier": "production"},
    "network:cluster": {"ha": True, "destroyAssociatedResources": False},
    "network:certificates": {"issuer": "production"},
}
"""What makes the dev stack one of production."""


def records_of(config: StackConfig) -> tuple[RecordPlan, ...]:
    """Return the records of a stack with one zone."""
    (zone,) = external.build(config).zones
    return zone.records


def test_apex_wildcard_and_hosts_point_at_the_load_balancer() -> None:
    records = records_of(stacks.stack_config("dev"))
    addresses = {record.name: record.value for record in records if record.type == "A"}
    assert addresses == {"@": None, "*": None, "shop": None}


def test_only_lets_encrypt_may_issue_and_at_digitalocean_its_name_ends_with_a_dot() -> None:
    records = records_of(stacks.stack_config("dev"))
    caa = {record.tag: record.value for record in records if record.type == "CAA"}
    assert caa == {"issue": "letsencrypt.org.", "issuewild": "letsencrypt.org."}


def test_without_caa_there_is_none() -> None:
    config = stacks.stack_config("dev", {"network:external": {"dns": {"caa": {"publish": False}}}})
    assert {record.type for record in records_of(config)} == {"A"}


def test_a_zone_served_elsewhere_is_not_made_but_its_records_are_told() -> None:
    config = stacks.stack_config(
        "dev",
        {
            "network:external": {"dns": {"provider": "external"}},
            "network:certificates": {"dns01": {"provider": "cloudflare"}},
        },
    )
    (zone,) = external.build(config).zones
    assert zone.provider == "external"
    assert {record.value for record in zone.records if record.type == "CAA"} == {"letsencrypt.org"}
    assert [record.name for record in zone.records if record.type == "A"] == ["@", "*", "shop"]


def test_apex_and_wildcard_may_belong_to_somebody_else() -> None:
    over = {"network:external": {"dns": {"apex": False, "wildcard": False, "hosts": ["shop", "api", "www"]}}}
    records = records_of(stacks.stack_config("dev", over))
    assert [record.name for record in records if record.type == "A"] == ["shop", "api", "www"]


def test_production_protects_vpc_and_zone() -> None:
    plan = external.build(stacks.stack_config("dev", PRODUCTION))
    assert (plan.vpc.protect, plan.zones[0].protect) == (True, True)


def test_development_can_be_destroyed() -> None:
    plan = external.build(stacks.stack_config("dev"))
    assert (plan.vpc.protect, plan.zones[0].protect) == (False, False)


def test_a_firewall_is_made_only_for_rules() -> None:
    assert external.build(stacks.stack_config("dev")).firewall is None


def test_a_firewall_rule_for_icmp_has_no_ports() -> None:
    firewall = external.build(stacks.everything()).firewall
    assert firewall is not None
    assert firewall.arguments["inbound_rules"] == [
        {"protocol": "tcp", "port_range": "22", "source_addresses": ["10.250.0.0/24"]},
        {"protocol": "icmp", "source_addresses": ["10.250.0.0/24"]},
    ]


def test_the_vpc_waits_for_its_cluster_to_vanish_and_goes_before_its_successor() -> None:
    vpc = external.build(stacks.stack_config("dev")).vpc
    assert vpc.delete_before_replace
    assert vpc.delete_timeout == "15m"


def test_ipv6_comes_with_records_of_its_own() -> None:
    over = {"network:ingress": {"loadBalancer": {"ipv6": True}}}
    records = records_of(stacks.stack_config("dev", over))
    assert {r.key: r.name for r in records if r.type == "AAAA"} == {
        "apex-ipv6": "@",
        "wildcard-ipv6": "*",
        "host-shop-ipv6": "shop",
    }
    assert {r.value for r in records if r.type == "AAAA"} == {None}
