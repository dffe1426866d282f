"""Cluster and node pools, and the traps measured with the provider."""

from network.plan import cluster
from tests import stacks


def test_both_ranges_are_explicit_so_the_cluster_is_vpc_native() -> None:
    arguments = cluster.build(stacks.stack_config("dev")).cluster.arguments
    assert arguments["cluster_subnet"] == "10.244.0.0/16"
    assert arguments["service_subnet"] == "10.96.0.0/12"


def test_a_fixed_pool_has_a_count_and_no_bounds() -> None:
    pool = cluster.build(stacks.stack_config("dev")).cluster.arguments["node_pool"]
    assert (pool["auto_scale"], pool["node_count"]) == (False, 2)
    assert {"min_nodes", "max_nodes"}.isdisjoint(pool)


def test_an_autoscaled_pool_has_bounds_and_no_count() -> None:
    (pool,) = cluster.build(stacks.everything()).pools
    arguments = pool.arguments
    assert (arguments["auto_scale"], arguments["min_nodes"], arguments["max_nodes"]) == (True, 1, 4)
    assert "node_count" not in arguments


def test_the_version_is_left_to_digitalocean_only_where_it_upgrades_by_itself() -> None:
    assert cluster.build(stacks.everything()).cluster.ignore_changes == ("version",)
    assert cluster.build(stacks.stack_config("dev")).cluster.ignore_changes == ()


def test_the_api_server_answers_listed_ranges_only() -> None:
    arguments = cluster.build(stacks.stack_config("dev")).cluster.arguments
    firewall = arguments["control_plane_firewall"]
    assert firewall == {"enabled": True, "allowed_addresses": ["203.0.113.0/24"]}


def test_the_default_pool_is_in_the_cluster_and_the_others_stand_beside_it() -> None:
    plan = cluster.build(stacks.everything())
    assert plan.cluster.arguments["node_pool"]["name"] == "default"
    assert [pool.name for pool in plan.pools] == ["batch"]


def test_a_maintenance_window_is_passed_on_only_where_there_is_one() -> None:
    window = cluster.build(stacks.everything()).cluster.arguments["maintenance_policy"]
    assert window == {"day": "sunday", "start_time": "03:00"}
    dev = cluster.build(stacks.stack_config("dev")).cluster.arguments
    assert "maintenance_policy" not in dev


def test_a_cluster_that_must_be_replaced_is_deleted_first() -> None:
    assert cluster.build(stacks.stack_config("dev")).cluster.delete_before_replace


def test_every_pool_has_a_label_so_that_its_last_own_one_can_go() -> None:
    plan = cluster.build(stacks.everything())
    assert plan.cluster.arguments["node_pool"]["labels"] == {"network.webgrip.nl/pool": "default"}
    assert plan.pools[0].arguments["labels"] == {"workload": "batch", "network.webgrip.nl/pool": "batch"}


def test_no_allowed_ranges_switch_the_api_server_s_firewall_off() -> None:
    open_to_all = stacks.stack_config("dev", {"network:cluster": {"apiAllowedRanges": []}})
    firewall = cluster.build(open_to_all).cluster.arguments["control_plane_firewall"]
    assert firewall == {"enabled": False, "allowed_addresses": ["0.0.0.0/0"]}
