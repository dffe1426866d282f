"""Cloud firewalls, load balancers and tags."""

import uuid

from lab.cloud.endpoints.request import Operation, Reply, Request, lister, reader, remover
from lab.cloud.errors import unprocessable
from lab.cloud.rules import firewall as rules
from lab.cloud.state import Account, Json, Kind, now
from lab.internet.addresses import LOAD_BALANCERS


def _firewall(request: Request, key: str, created: str, account: Account) -> Json:
    body = request.body
    wanted: Json = {
        "id": key,
        "name": body["name"],
        "status": "succeeded",
        "created_at": created,
        "pending_changes": [],
        "inbound_rules": body.get("inbound_rules") or [],
        "outbound_rules": body.get("outbound_rules") or [],
        "droplet_ids": body.get("droplet_ids") or [],
        "tags": body.get("tags") or [],
    }
    rules.firewall(account, wanted)
    return account.put(Kind.FIREWALL, key, wanted)


def _create_firewall(request: Request) -> Reply:
    with request.store.change() as account:
        firewall = _firewall(request, str(uuid.uuid4()), now(), account)
    return 202, {"firewall": firewall}


def _update_firewall(request: Request) -> Reply:
    with request.store.change() as account:
        current = account.get(Kind.FIREWALL, request.ids[0])
        firewall = _firewall(request, current["id"], current["created_at"], account)
    return 200, {"firewall": firewall}


def _balancer(request: Request, account: Account, fixed: Json) -> Json:
    body = request.body
    wanted: Json = {
        **fixed,
        "name": body["name"],
        "type": body.get("type") or "REGIONAL_NETWORK",
        "size_unit": body.get("size_unit") or 1,
        "forwarding_rules": body["forwarding_rules"],
        "health_check": body.get("health_check") or {},
        "enable_proxy_protocol": body.get("enable_proxy_protocol") or False,
        "firewall": body.get("firewall") or {"allow": [], "deny": []},
        "droplet_ids": body.get("droplet_ids") or [],
        "tags": body.get("tags") or [],
    }
    rules.load_balancer(wanted)
    return account.put(Kind.LOAD_BALANCER, fixed["id"], wanted)


def _create_balancer(request: Request) -> Reply:
    with request.store.change() as account:
        key = str(uuid.uuid4())
        fixed: Json = {
            "id": key,
            "ip": free_address(account),
            "status": "active",
            "created_at": now(),
            "region": {"slug": request.body["region"]},
            "vpc_uuid": account.get(Kind.VPC, request.body["vpc_uuid"])["id"],
            "network": request.body.get("network") or "EXTERNAL",
        }
        balancer = _balancer(request, account, fixed)
    return 202, {"load_balancer": balancer}


def free_address(account: Account) -> str:
    """A public address that nothing in the account has. Raises a 422 ApiError when all are taken."""
    taken = {each["ip"] for kind in (Kind.LOAD_BALANCER, Kind.RESERVED_IP) for each in account.all(kind)}
    for gateway in account.all(Kind.NAT_GATEWAY):
        taken |= {each["ipv4"] for each in gateway["egresses"]["public_gateways"]}
    for address in LOAD_BALANCERS:
        if str(address) not in taken:
            return str(address)
    raise unprocessable("You have reached the limit of public addresses for your account.")


def _update_balancer(request: Request) -> Reply:
    with request.store.change() as account:
        current = account.get(Kind.LOAD_BALANCER, request.ids[0])
        kept = ("id", "ip", "status", "created_at", "region", "vpc_uuid", "network")
        balancer = _balancer(request, account, {key: current[key] for key in kept})
    return 200, {"load_balancer": balancer}


def new_tag(name: str) -> Json:
    """A tag that nothing has yet. The plugin reads the count of every kind, and ends where one is missing."""
    kinds = ("droplets", "images", "volumes", "volume_snapshots", "databases")
    return {"name": name, "resources": {"count": 0, **{kind: {"count": 0} for kind in kinds}}}


def _create_tag(request: Request) -> Reply:
    name = request.body["name"]
    rules.tag_name(name)
    with request.store.change() as account:
        tag = account.find(Kind.TAG, name) or account.put(Kind.TAG, name, new_tag(name))
    return 201, {"tag": tag}


_FIREWALLS, _BALANCERS, _TAGS = "/v2/firewalls", "/v2/load_balancers", "/v2/tags"

OPERATIONS = (
    Operation("list_firewalls", "GET", _FIREWALLS, lister(Kind.FIREWALL)),
    Operation("create_firewall", "POST", _FIREWALLS, _create_firewall),
    Operation("get_firewall", "GET", f"{_FIREWALLS}/{{}}", reader(Kind.FIREWALL, "firewall")),
    Operation("update_firewall", "PUT", f"{_FIREWALLS}/{{}}", _update_firewall),
    Operation("delete_firewall", "DELETE", f"{_FIREWALLS}/{{}}", remover(Kind.FIREWALL)),
    Operation("list_load_balancers", "GET", _BALANCERS, lister(Kind.LOAD_BALANCER)),
    Operation("create_load_balancer", "POST", _BALANCERS, _create_balancer),
    Operation("get_load_balancer", "GET", f"{_BALANCERS}/{{}}", reader(Kind.LOAD_BALANCER, "load_balancer")),
    Operation("update_load_balancer", "PUT", f"{_BALANCERS}/{{}}", _update_balancer),
    Operation("delete_load_balancer", "DELETE", f"{_BALANCERS}/{{}}", remover(Kind.LOAD_BALANCER)),
    Operation("list_tags", "GET", _TAGS, lister(Kind.TAG)),
    Operation("create_tag", "POST", _TAGS, _create_tag),
    Operation("get_tag", "GET", f"{_TAGS}/{{}}", reader(Kind.TAG, "tag")),
    Operation("delete_tag", "DELETE", f"{_TAGS}/{{}}", remover(Kind.TAG)),
)
