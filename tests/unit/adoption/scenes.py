"""Accounts that an adoption looks at, by the simulated API."""

import copy
from dataclasses import replace
from pathlib import Path
from typing import Any

from network import plan
from network.adoption.reading import Reading
from network.adoption.stack import Found, find
from network.config import StackConfig
from tests.stacks import stack_config, stack_file
from tests.unit.lab.cloud.fakes import cloud
from tests.unit.lab.cloud.requests import make_cluster, make_vpc, pool_body
from tests.unit.verification.healthy import healthy

RANGE = "10.20.0.0/20"
DEV = stack_file("dev")


def own(folder: Path) -> Reading:
    """The dev stack's own resources, as they are after `up`."""
    seen = healthy(stack_config("dev"), folder).reading
    return Reading(
        seen.vpcs, seen.clusters, seen.domains, seen.firewalls, [], [], [], dict(seen.records), seen.server,
        seen.workloads,
    )  # fmt: skip


def of_others(folder: Path) -> Reading:
    """A VPC, a cluster with two pools, and the dev stack's zone, made by other hands."""
    account = cloud(folder, max_real_nodes=20)
    region, planned = DEV["network:environment"]["region"], DEV["network:cluster"]
    vpc = make_vpc(account, name="backbone", region=region, ip_range=RANGE, description="")
    size = planned["nodePools"]["default"]["size"]
    pools = [
        pool_body(name="pool-1", size=size, tags=["shop"], labels={"team": "shop"}),
        pool_body(name="batch", size="s-4vcpu-8gb", count=1),
    ]
    made = make_cluster(
        account, vpc, name="shop", region=region, version=planned["version"], node_pools=pools
    )
    account.call("POST", "/v2/domains", {"name": DEV["network:external"]["dns"]["zone"]})
    cluster = copy.deepcopy(made)
    cluster["node_pools"][0]["tags"].append("terraform:default-node-pool")
    vpcs = account.call("GET", "/v2/vpcs")[1]["vpcs"]
    domains = account.call("GET", "/v2/domains")[1]["domains"]
    return Reading(vpcs, [cluster], domains, [], [], [], [], {}, cluster["endpoint"], [])


def adopting(reading: Reading, **more: Any) -> StackConfig:
    """The dev stack, adopting what others made."""
    (cluster,) = clusters(reading)
    over = {
        "network:external": {"vpc": {"ipRange": RANGE}, "dns": {"mode": "adopt"}},
        "network:adopt": {"vpc": cluster["vpc_uuid"], "cluster": cluster["id"], **more.pop("adopt", {})},
        **more,
    }
    return stack_config("dev", over)


def clusters(reading: Reading) -> list[dict[str, Any]]:
    assert isinstance(reading.clusters, list)
    return reading.clusters


def looked(config: StackConfig, reading: Reading, **changed: Any) -> Found:
    """What is found, with parts of the reading in place of its own."""
    return find(config, plan.build(config), replace(reading, **changed))


def told(found: Found) -> dict[str, dict[str, str]]:
    """Kind of effect by property, by the first two words of what it is about."""
    return {
        " ".join(each.title.split()[:2]): {effect.path: effect.kind for effect in each.effects}
        for each in found.objects
    }
