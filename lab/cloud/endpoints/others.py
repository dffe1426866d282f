"""What the platform uses of DigitalOcean beside its core: kept as it was asked for, with few rules."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass

from lab.cloud.endpoints.firewalls import free_address
from lab.cloud.endpoints.request import Operation, Reply, Request, lister, reader, remover
from lab.cloud.errors import unprocessable
from lab.cloud.rules import network
from lab.cloud.state import Account, Json, Kind, now


@dataclass(frozen=True)
class _Collection:
    """Objects that are created, read, changed and deleted without anything happening elsewhere."""

    kind: Kind
    singular: str
    """Names the object in answers and in operations."""
    path: str
    check: Callable[[Account, Json], None]
    """Raises ApiError for a body that is refused."""
    fill: Callable[[Account, Json], Json]
    """What the API adds to a new object."""
    key: str = "id"

    def operations(self) -> tuple[Operation, ...]:
        name, one = self.singular, f"{self.path}/{{}}"
        return (
            Operation(f"list_{name}s", "GET", self.path, lister(self.kind)),
            Operation(f"create_{name}", "POST", self.path, self._create),
            Operation(f"get_{name}", "GET", one, reader(self.kind, name)),
            Operation(f"update_{name}", "PUT", one, self._update),
            Operation(f"delete_{name}", "DELETE", one, remover(self.kind)),
        )

    def _create(self, request: Request) -> Reply:
        with request.store.change() as account:
            self.check(account, request.body)
            new = {"id": str(uuid.uuid4()), "created_at": now(), **request.body}
            new |= self.fill(account, new)
            account.put(self.kind, new[self.key], new)
        return 201, {self.singular: new}

    def _update(self, request: Request) -> Reply:
        with request.store.change() as account:
            current = account.get(self.kind, request.ids[0])
            # Null stands for what the caller did not mean to change.
            current |= {key: value for key, value in request.body.items() if value is not None}
            self.check(account, current)
        return 200, {self.singular: current}


def _taken(account: Account, kind: Kind, body: Json) -> bool:
    """Whether another object has the name."""
    return any(each["name"] == body["name"] and each["id"] != body.get("id") for each in account.all(kind))


def _region_check(account: Account, body: Json) -> None:
    del account
    network.known_region(body["region"])


def _reserved_ip(account: Account, new: Json) -> Json:
    """Asked for with the slug of its region, answered with the region."""
    address = free_address(account)
    region = {"slug": new["region"], "name": new["region"]}
    return {"ip": address, "region": region, "droplet": None, "project_id": "", "locked": False}


def _certificate_check(account: Account, body: Json) -> None:
    if _taken(account, Kind.CERTIFICATE, body):
        raise unprocessable("name is already used")
    if body["type"] == "lets_encrypt":
        for name in body["dns_names"]:
            if not any(name.endswith(domain["name"]) for domain in account.all(Kind.DOMAIN)):
                raise unprocessable(f"{name} is not in a domain that DigitalOcean manages")


def _certificate(account: Account, new: Json) -> Json:
    del account, new
    return {"state": "verified", "not_after": "2099-01-01T00:00:00Z", "sha1_fingerprint": uuid.uuid4().hex}


_CDN_TTL = 3600
"""Seconds, where a CDN is asked for with 0 or none."""


def _cdn_check(account: Account, body: Json) -> None:
    del account
    if body.get("custom_domain") and not body.get("certificate_id"):
        raise unprocessable("a custom domain needs a certificate")
    if (body.get("ttl") or _CDN_TTL) not in (60, 600, 3600, 86400, 604800):
        raise unprocessable(f"ttl is invalid: {body['ttl']}")


def _cdn(account: Account, new: Json) -> Json:
    del account
    endpoint = new["origin"].replace(".digitaloceanspaces", ".cdn.digitaloceanspaces")
    return {"endpoint": endpoint, "ttl": new.get("ttl") or _CDN_TTL}


def _peering_check(account: Account, body: Json) -> None:
    network.peering(account, body["vpc_ids"])


def _peering(account: Account, new: Json) -> Json:
    del account, new
    return {"status": "ACTIVE"}


def _gateway(account: Account, new: Json) -> Json:
    timeouts = {"icmp_timeout_seconds": 30, "tcp_timeout_seconds": 300, "udp_timeout_seconds": 30}
    egress = {"public_gateways": [{"ipv4": free_address(account)}]}
    state = {"state": "ACTIVE", "project_id": "", "updated_at": now(), "egresses": egress}
    return {**timeouts, **{key: value for key, value in new.items() if value is not None}, **state}


def _accept(account: Account, body: Json) -> None:
    del account, body


def _project(account: Account, new: Json) -> Json:
    del account, new
    return {"resources": []}


def _bucket_check(account: Account, body: Json) -> None:
    network.known_region(body["region"])
    if _taken(account, Kind.BUCKET, body):
        raise unprocessable("BucketAlreadyExists")


def _bucket(account: Account, new: Json) -> Json:
    del account
    host = f"{new['region']}.digitaloceanspaces.com"
    return {"endpoint": host, "domain_name": f"{new['name']}.{host}", "urn": f"do:space:{new['name']}"}


def _volume_check(account: Account, body: Json) -> None:
    if "id" not in body:
        network.known_region(body["region"])
    if not 1 <= body["size_gigabytes"] <= 16384:
        raise unprocessable("size_gigabytes must be between 1 and 16384")
    if _taken(account, Kind.VOLUME, body):
        raise unprocessable("volume name already exists")


def _volume(account: Account, new: Json) -> Json:
    """Asked for with the slug of its region, answered with the region."""
    del account
    return {"region": {"slug": new["region"], "name": new["region"]}, "droplet_ids": []}


_COLLECTIONS = (
    _Collection(Kind.RESERVED_IP, "reserved_ip", "/v2/reserved_ips", _region_check, _reserved_ip, key="ip"),
    _Collection(Kind.CERTIFICATE, "certificate", "/v2/certificates", _certificate_check, _certificate),
    _Collection(Kind.CDN, "endpoint", "/v2/cdn/endpoints", _cdn_check, _cdn),
    _Collection(Kind.VPC_PEERING, "vpc_peering", "/v2/vpc_peerings", _peering_check, _peering),
    _Collection(Kind.NAT_GATEWAY, "vpc_nat_gateway", "/v2/vpc_nat_gateways", network.nat_gateway, _gateway),
    _Collection(Kind.PROJECT, "project", "/v2/projects", _accept, _project),
    _Collection(Kind.VOLUME, "volume", "/v2/volumes", _volume_check, _volume),
    # Spaces have an API of their own (S3); the lab keeps the buckets beside everything else.
    _Collection(Kind.BUCKET, "bucket", "/v2/spaces", _bucket_check, _bucket, key="name"),
)


def _act(request: Request) -> Reply:
    """Give a reserved address to a Droplet, or take it back; done at once."""
    with request.store.change() as account:
        address = account.get(Kind.RESERVED_IP, request.ids[0])
        droplet = request.body.get("droplet_id")
        address["droplet"] = {"id": droplet, "region": address["region"]} if droplet else None
    return 201, {"action": {"id": 1, "status": "completed", "type": request.body["type"]}}


OPERATIONS = (
    *(each for collection in _COLLECTIONS for each in collection.operations()),
    Operation("act_on_reserved_ip", "POST", "/v2/reserved_ips/{}/actions", _act),
)
