"""`network verify` in a running lab: every row as planned while all is well, and of each fault planted for
real exactly its rows (NET-3)."""

import json
import sys
import time
from typing import Any

import pytest

from network.plan.access import READER
from tests.lab.patience import until
from tests.lab.planting.account import refusing
from tests.lab.planting.rights import kubeconfig_of, reader_without
from tests.lab.planting.rows import FAULTS
from tests.lab.traffic_lab import TrafficLab

pytestmark = pytest.mark.lab

Row = dict[str, Any]


def verified(traffic: TrafficLab, kubeconfig: str = "") -> list[Row]:
    """Rows that are not as planned."""
    settings = [f"KUBECONFIG={kubeconfig}"] if kubeconfig else []
    file = str(traffic.engine.stack_file)
    command = [sys.executable, "-m", "network", "verify", "--file", file, "--format", "json"]
    told = json.loads(traffic.run("env", *settings, *command, status=None))
    return [each for each in told["findings"] if each["verdict"] != "as planned"]


def told(rows: list[Row]) -> list[str]:
    """Rows, each on a line."""
    return [f"{each['code']} {each['subject']}: {each['verdict']}, {each['found']}" for each in rows]


def test_all_of_a_healthy_platform_is_as_planned(traffic: TrafficLab) -> None:
    assert told(verified(traffic)) == []


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=[] if fault.in_ci else [pytest.mark.campaign])
        for name, fault in FAULTS.items()
    ],
)
def test_a_fault_is_told_by_its_rows_and_by_no_other(traffic: TrafficLab, name: str) -> None:
    fault = FAULTS[name]
    with fault.plant(traffic):
        began = time.monotonic()
        rows = verified(traffic)
        took = time.monotonic() - began
    until(lambda: not verified(traffic), "all is as planned again")
    print(f"{name}: {took:.1f} s")
    assert {(each["code"], each["subject"]) for each in rows} == fault.rows, told(rows)
    assert {each["verdict"] for each in rows} == {"differs"}
    assert all(each["remedy"] for each in rows)


@pytest.mark.campaign
@pytest.mark.parametrize(
    ("operation", "scope"),
    [
        ("list_load_balancers", "load_balancer:read"),
        ("list_firewalls", "firewall:read"),
        ("list_clusters", "kubernetes:read"),
        ("list_vpcs", "vpc:read"),
        ("list_vpc_members", "vpc:read"),
        ("list_vpc_peerings", "vpc_peering:read"),
        ("list_domains", "domain:read"),
        ("list_records", "domain:read"),
    ],
)
def test_without_a_right_of_the_account_the_rows_that_need_it_say_which(
    traffic: TrafficLab, operation: str, scope: str
) -> None:
    with refusing(operation)(traffic):
        rows = verified(traffic)
    assert rows
    assert {each["verdict"] for each in rows} == {"could not look"}, told(rows)
    assert all(f"`{scope}`" in each["remedy"] for each in rows)


@pytest.mark.campaign
def test_without_a_right_in_the_cluster_the_rows_that_need_it_say_which(traffic: TrafficLab) -> None:
    with reader_without(traffic, "cilium.io", "ciliumnodes") as kubeconfig:
        rows = verified(traffic, kubeconfig)
    assert {each["code"] for each in rows} >= {"cilium-nodes", "node-pod-range"}
    assert {each["verdict"] for each in rows} == {"could not look"}, told(rows)
    assert all('cannot list resource "ciliumnodes"' in each["found"] for each in rows)
    assert all(READER in each["remedy"] for each in rows)


def test_the_role_of_a_reader_is_enough(traffic: TrafficLab) -> None:
    assert told(verified(traffic, kubeconfig_of(traffic, "somebody", "engineering"))) == []
