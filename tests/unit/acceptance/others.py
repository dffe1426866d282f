"""An account full of other people's things, many of them called almost as those of a run."""

import uuid
from collections.abc import Iterator, Sequence
from typing import Any

from lab.cloud.cloud import Cloud
from lab.cloud.endpoints.firewalls import new_tag
from lab.cloud.state import Account, Json, Kind, now

TEST_ZONE = "test.webgrip.nl"
"""In which a run makes its own."""

RUN = "a2b3c4d5e6"
"""Whose names the others' are like."""

SIMILAR = (
    "network-accept",
    "network-accept-",
    "network-accept-production",
    "network-accept-management",
    f"network-accept-{RUN}f",
    f"network-accept-{RUN[:-1]}",
    f"network-accept-{RUN[:-1]}7",
    f"my-network-accept-{RUN}",
    f"network-{RUN}",
    f"accept-{RUN}",
    f"Network-Accept-{RUN}",
    f"network-accept-{RUN}_old",
)
"""None is the run's."""


def crowd(cloud: Cloud, names: Sequence[str]) -> None:
    """Fill an account with a thing of every kind for each of the names, and others beside them."""
    with cloud.store.change() as account:
        for kind, key, value in _things(account, names):
            account.put(kind, key, value)


def fill_pages(cloud: Cloud) -> None:
    """Have two pages of records of the test zone, so that a run's are on the second, and two of tags."""
    with cloud.store.change() as account:
        for number in range(205):
            account.put(*_record(account, f"host{number}"))
            tag = f"tag{number}"
            account.put(Kind.TAG, tag, new_tag(tag))


def _record(account: Account, name: str) -> tuple[Kind, str, Json]:
    serial = account.next_serial()
    record = {"id": serial, "type": "A", "name": name, "data": "192.0.2.1", "ttl": 60, "zone": TEST_ZONE}
    return Kind.RECORD, str(serial), record


def _things(account: Account, similar: Sequence[str]) -> Iterator[tuple[Kind, str, Json]]:
    yield Kind.DOMAIN, TEST_ZONE, {"name": TEST_ZONE, "ttl": 1800, "zone_file": ""}
    names = [f"accept-{RUN}f", f"accept-{RUN[:-1]}7", f"x-accept-{RUN}", f"network-accept-{RUN}", "accept"]
    for name in names:
        yield _record(account, name)
    for zone in (f"accept-{RUN}f.{TEST_ZONE}", f"my-accept-{RUN}.{TEST_ZONE}", "accept.webgrip.nl"):
        yield Kind.DOMAIN, zone, {"name": zone, "ttl": 1800, "zone_file": ""}
    for number, name in enumerate(similar):
        yield from _similar(account, name, number)
    for tag in ["k8s:of-others", "environment:accept", f"environment:accept-{RUN}f", "tag-1"]:
        yield Kind.TAG, tag, new_tag(tag)


def _similar(account: Account, name: str, number: int) -> Iterator[tuple[Kind, str, Json]]:
    vpc = _one(Kind.VPC, name, ip_range=f"10.{60 + number}.0.0/20", region="fra1", default=False, urn="")
    yield vpc
    cluster: dict[str, Any] = {
        "version": "1.36.1-do.0", "region": "fra1", "vpc_uuid": vpc[1], "vpc_native": True, "ha": False,
        "cluster_subnet": f"10.{160 + number}.0.0/20", "service_subnet": f"10.{190 + number}.0.0/22",
        "node_pools": [], "status": {"state": "error", "message": ""}, "tags": ["k8s"], "endpoint": "",
        "machines": {"control_plane": "10.0.0.2", "nodes": {}},
    }  # fmt: skip
    yield _one(Kind.CLUSTER, name, **cluster)
    tags = [f"environment:accept-{RUN}f", "k8s:another"]
    network = {"vpc_uuid": vpc[1], "ip": f"198.51.100.{number}", "tags": tags, "forwarding_rules": []}
    yield _one(Kind.LOAD_BALANCER, name, **network, status="active")
    yield _one(Kind.VOLUME, f"{name}-volume", tags=tags, region={"slug": "fra1"})
    yield _one(Kind.FIREWALL, name, tags=tags, droplet_ids=[])
    yield _one(Kind.CERTIFICATE, name, dns_names=[])
    yield _one(Kind.UPTIME_CHECK, name)
    yield _one(Kind.PROJECT, name, resources=[])
    yield Kind.SPACES_KEY, f"KEY{number}", {"name": name, "access_key": f"KEY{number}", "grants": []}
    origin = f"{name}.fra1.digitaloceanspaces.com"
    yield _one(Kind.CDN, name, origin=origin)
    gateway = {"vpcs": [], "egresses": {"public_gateways": []}, "state": "ACTIVE", "project_id": "theirs"}
    yield _one(Kind.NAT_GATEWAY, name, **gateway)
    yield _one(Kind.VPC_PEERING, name, vpc_ids=[vpc[1], "another"])
    serial = account.next_serial()
    droplet: dict[str, Any] = {
        "id": serial, "name": name, "vpc_uuid": vpc[1], "tags": tags, "networks": {"v4": [], "v6": []},
    }  # fmt: skip
    yield Kind.DROPLET, str(serial), {**droplet, "created_at": now()}
    address = f"198.51.100.{100 + number}"
    yield Kind.RESERVED_IP, address, {"ip": address, "droplet": {"id": serial}, "project_id": "theirs"}


def _one(kind: Kind, name: str, **more: Any) -> tuple[Kind, str, Json]:
    key = str(uuid.uuid5(uuid.NAMESPACE_DNS, f"{kind}{name}"))
    return kind, key, {"id": key, "name": name, "created_at": now(), **more}
