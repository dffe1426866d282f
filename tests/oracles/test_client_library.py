"""The simulated API under DigitalOcean's own client library, which sends what no test would think of."""

import json
import subprocess
from typing import Any

import pytest

from lab.cloud import api
from lab.cloud.state import Kind
from lab.parts.provide import ensure
from tests.unit.lab.cloud.fakes import cloud

pytestmark = pytest.mark.lab


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the library understood of the answers to the calls of the Terraform provider."""
    program = ensure("godo")["godo"] / "godo-calls"
    account = cloud(tmp_path_factory.mktemp("account"))
    with account.store.change() as changed:
        # The library knows nothing of buckets, which have an API of their own.
        changed.put(Kind.BUCKET, "a", {"name": "a", "domain_name": "a.ams3.digitaloceanspaces.com"})
    url = f"http://127.0.0.1:{api.serve(account)}"
    command = [program, url, account.store.account.token]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_every_call_is_answered_and_a_vpc_keeps_what_was_not_meant(found: dict[str, Any]) -> None:
    assert (found["vpc"]["description"], "default" in found["vpc"]) == ("second", False)
    assert found["firewall"]["inbound_rules"][0]["ports"] == "22"


def test_an_update_full_of_nulls_changes_what_it_names_only(found: dict[str, Any]) -> None:
    cluster = found["changed"]
    assert cluster["maintenance_policy"] == {"start_time": "04:00", "duration": "4h0m0s", "day": "any"}
    assert cluster["control_plane_firewall"] == {"enabled": False, "allowed_addresses": []}
    assert "cluster_autoscaler_configuration" not in cluster
    assert cluster["routing_agent"] == {"enabled": False}
    assert cluster["rdma_shared_dev_plugin"] == {"enabled": True}
    assert cluster["surge_upgrade"] is True
    assert "changed" in cluster["tags"]


def test_taints_are_taken_with_capitals(found: dict[str, Any]) -> None:
    assert found["taints"] == [{"Key": "only", "Value": "batch", "Effect": "PreferNoSchedule"}]
    assert found["changed pool"]["taints"] == [{"Key": "only", "Value": "batch", "Effect": "NoSchedule"}]


def test_a_pool_may_scale_from_nothing_follows_its_bounds_and_keeps_its_last_label(
    found: dict[str, Any],
) -> None:
    assert "count" not in found["pool"]
    assert found["changed pool"]["count"] == 2
    assert found["changed pool"]["labels"] == {"last": "label"}


def test_records_tags_addresses_and_cdns_are_answered_as_the_library_reads_them(
    found: dict[str, Any],
) -> None:
    assert found["record"]["data"] == "192.0.2.2"
    assert found["record"]["priority"] == 0
    assert (found["tagged"], found["region"], found["ttl"]) == (0, "ams3", 3600)


def test_a_refusal_is_read_with_its_request(found: dict[str, Any]) -> None:
    assert found["refusal"].startswith("POST http://127.0.0.1:")
    assert ': 422 (request "' in found["refusal"]
    assert found["refusal"].endswith("A VPC with the name network-dev already exists.")
