"""The plan of a global load balancer: what leads where, and what it costs."""

from network.config.global_entry.entry import GlobalEntry
from network.plan import global_entry
from network.plan.global_entry import GlobalEntryPlan
from tests.global_stacks import ENTRY, HOST, stacks


def planned(**changes: object) -> GlobalEntryPlan:
    entry = GlobalEntry.model_validate({**ENTRY, **changes}, by_alias=True)
    return global_entry.build(entry, stacks())


def test_targets_are_the_environments_load_balancers_by_name_in_the_order_in_which_they_are_asked() -> None:
    swapped = planned(environments={"ams": {"priority": 2}, "fra": {"priority": 1}})
    assert [(each.load_balancer, each.region) for each in swapped.targets] == [
        ("network-fra", "fra1"),
        ("network-dev", "ams3"),
    ]
    assert "target_load_balancer_ids" not in swapped.balancer.arguments


def test_priorities_are_of_regions_and_have_a_threshold() -> None:
    settings = planned().balancer.arguments["glb_settings"]
    assert settings["region_priorities"] == {"ams3": 1, "fra1": 2}
    assert settings["failover_threshold"] == 50
    assert planned(failoverThreshold=30).balancer.arguments["glb_settings"]["failover_threshold"] == 30


def test_without_priorities_no_threshold_is_told_that_would_not_be_read_back() -> None:
    settings = planned(environments={"ams": {}, "fra": {}}).balancer.arguments["glb_settings"]
    assert settings.keys() == {"target_protocol", "target_port", "cdn"}


def test_it_has_no_region_and_asks_traefik_by_https() -> None:
    arguments = planned().balancer.arguments
    assert arguments["type"] == "GLOBAL"
    assert "region" not in arguments
    settings = arguments["glb_settings"]
    assert (settings["target_protocol"], settings["target_port"]) == ("https", 443)


def test_the_check_asks_where_traefik_redirects_whoever_asks() -> None:
    check = planned().balancer.arguments["healthcheck"]
    assert (check["protocol"], check["port"], check["path"]) == ("http", 80, "/")


def test_a_host_is_digitalocean_s_to_serve_or_has_a_certificate_of_the_account() -> None:
    hosts = {HOST: {"managed": True}, "www.example.net": {"certificate": "www"}}
    assert planned(hosts=hosts).balancer.arguments["domains"] == [
        {"name": HOST, "is_managed": True},
        {"name": "www.example.net", "certificate_name": "www"},
    ]


def test_it_is_protected_once_a_production_environment_stands_behind_it() -> None:
    entry = GlobalEntry.model_validate(ENTRY, by_alias=True)
    production = stacks(
        fra={
            "network:environment": {"tier": "production"},
            "network:cluster": {"ha": True, "destroyAssociatedResources": False},
            "network:certificates": {"issuer": "production"},
        }
    )
    assert not planned().balancer.protect
    assert global_entry.build(entry, production).balancer.protect


def test_hosts_beyond_five_cost_more() -> None:
    five = {f"h{index}.example.org": {"managed": True} for index in range(5)}
    seven = {**five, "h5.example.org": {"managed": True}, "h6.example.org": {"managed": True}}
    assert [(each.dollars, each.fewest) for each in planned(hosts=five).charges] == [(15, 1)]
    assert [(each.dollars, each.fewest) for each in planned(hosts=seven).charges] == [(15, 1), (0.14, 2)]
