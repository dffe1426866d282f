"""What the platform uses of DigitalOcean beside its core: kept as it was asked for, with few rules."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv4Network

from lab.cloud.endpoints.load_balancers import free_address
from lab.cloud.endpoints.request import Operation, Reply, Request, lister, listing, reader, remover
from lab.cloud.errors import ApiError, unprocessable
from lab.cloud.options import options
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


def _peering(account: Account, new: Json) -> Json:
    del account, new
    return {"status": "ACTIVE"}


def _gateway(account: Account, new: Json) -> Json:
    """It has an address of the VPC, before that of the resolver, and is nobody's default one: that is not
    implemented (docs/facts/digitalocean.md#nat-gateways)."""
    vpcs = [
        {**each, "gateway_ip": _address(account, each["vpc_uuid"]), "default_gateway": False}
        for each in new["vpcs"]
    ]
    timeouts = {"icmp_timeout_seconds": 30, "tcp_timeout_seconds": 300, "udp_timeout_seconds": 30}
    egress = {"public_gateways": [{"ipv4": free_address(account)}]}
    state = {"state": "NEW", "project_id": "", "updated_at": now(), "egresses": egress}
    given = {key: value for key, value in new.items() if value is not None}
    return {**timeouts, **given, **state, "vpcs": vpcs}


def _address(account: Account, vpc: str) -> str:
    return str(IPv4Network(account.get(Kind.VPC, vpc)["ip_range"])[-3])


def _get_gateway(request: Request) -> Reply:
    """A new one is ready when it is looked at for the first time, or for the second, where the account is
    told to take its time."""
    with request.store.change() as account:
        gateway = account.get(Kind.NAT_GATEWAY, request.ids[0])
        slow = options(request.store.folder).gateways_take_time and gateway["state"] == "NEW"
        gateway["state"] = "PROVISIONING" if slow else "ACTIVE"
    return 200, {"vpc_nat_gateway": gateway}


def _accept(account: Account, body: Json) -> None:
    del account, body


def _project(account: Account, new: Json) -> Json:
    del account, new
    return {"resources": []}


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
    _Collection(Kind.VPC_PEERING, "vpc_peering", "/v2/vpc_peerings", network.peering, _peering),
    _Collection(Kind.NAT_GATEWAY, "vpc_nat_gateway", "/v2/vpc_nat_gateways", network.nat_gateway, _gateway),
    _Collection(Kind.PROJECT, "project", "/v2/projects", _accept, _project),
    _Collection(Kind.VOLUME, "volume", "/v2/volumes", _volume_check, _volume),
)


def _act(request: Request) -> Reply:
    """Give a reserved address to a Droplet, or take it back; done at once."""
    with request.store.change() as account:
        address = account.get(Kind.RESERVED_IP, request.ids[0])
        droplet = request.body.get("droplet_id")
        address["droplet"] = {"id": droplet, "region": address["region"]} if droplet else None
    return 201, {"action": {"id": 1, "status": "completed", "type": request.body["type"]}}


def _resources(request: Request) -> Reply:
    project = request.store.account.get(Kind.PROJECT, request.ids[0])
    return listing(request, "resources", [{"urn": urn, "status": "ok"} for urn in project["resources"]])


def _assign(request: Request) -> Reply:
    """A resource is in one project: it leaves the one that it was in."""
    with request.store.change() as account:
        project = account.get(Kind.PROJECT, request.ids[0])
        for urn in request.body["resources"]:
            for other in account.all(Kind.PROJECT):
                other["resources"] = [each for each in other["resources"] if each != urn]
            project["resources"].append(urn)
    return 200, {"resources": [{"urn": urn, "status": "assigned"} for urn in request.body["resources"]]}


def _delete_project(request: Request) -> Reply:
    """One goes when nothing is in it (the published description); what has gone is in none."""
    with request.store.change() as account:
        project = account.get(Kind.PROJECT, request.ids[0])
        if any(_is_there(account, urn) for urn in project["resources"]):
            raise ApiError(412, "A project with resources cannot be deleted.")
        account.drop(Kind.PROJECT, request.ids[0])
    return 204, {}


_URN_KINDS = {
    "kubernetes": Kind.CLUSTER,
    "loadbalancer": Kind.LOAD_BALANCER,
    "domain": Kind.DOMAIN,
    "droplet": Kind.DROPLET,
    "volume": Kind.VOLUME,
    "reservedip": Kind.RESERVED_IP,
}


def _is_there(account: Account, urn: str) -> bool:
    _, kind, key = urn.split(":", 2)
    return kind in _URN_KINDS and account.find(_URN_KINDS[kind], key) is not None


OPERATIONS = (
    Operation("list_project_resources", "GET", "/v2/projects/{}/resources", _resources),
    Operation("assign_project_resources", "POST", "/v2/projects/{}/resources", _assign),
    Operation("delete_project", "DELETE", "/v2/projects/{}", _delete_project),
    Operation("get_vpc_nat_gateway", "GET", "/v2/vpc_nat_gateways/{}", _get_gateway),
    *(each for collection in _COLLECTIONS for each in collection.operations()),
    Operation("act_on_reserved_ip", "POST", "/v2/reserved_ips/{}/actions", _act),
)
