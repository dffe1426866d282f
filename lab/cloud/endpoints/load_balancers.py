"""Load balancers: those of one region, and GLOBAL ones over them."""

import uuid
from ipaddress import IPv4Network

from lab.cloud.endpoints import domains
from lab.cloud.endpoints.request import Operation, Reply, Request, listing
from lab.cloud.errors import unprocessable
from lab.cloud.options import options
from lab.cloud.rules import firewall as rules
from lab.cloud.rules import global_load_balancers as global_rules
from lab.cloud.state import Account, Json, Kind, now
from lab.internet.addresses import LOAD_BALANCERS, of_ipv4

GLOBAL = "GLOBAL"


def _regional(request: Request, account: Account, fixed: Json) -> Json:
    body = request.body
    wanted: Json = {
        **fixed,
        "name": body["name"],
        "type": body.get("type") or "REGIONAL_NETWORK",
        "size_unit": body.get("size_unit") or 1,
        "forwarding_rules": body["forwarding_rules"],
        "health_check": body.get("health_check") or {},
        "enable_proxy_protocol": body.get("enable_proxy_protocol") or False,
        "http_idle_timeout_seconds": body.get("http_idle_timeout_seconds") or 60,
        "firewall": body.get("firewall") or {"allow": [], "deny": []},
        "droplet_ids": body.get("droplet_ids") or [],
        "tags": body.get("tags") or [],
    }
    rules.load_balancer(account, wanted)
    return account.put(Kind.LOAD_BALANCER, fixed["id"], wanted)


def _create(request: Request) -> Reply:
    with request.store.change() as account:
        key = str(uuid.uuid4())
        if request.body.get("type") == GLOBAL:
            balancer = _create_global(request, account, key)
        else:
            balancer = _create_regional(request, account, key)
    return 202, {"load_balancer": _shown(balancer)}


def _create_regional(request: Request, account: Account, key: str) -> Json:
    vpc = account.get(Kind.VPC, request.body["vpc_uuid"])
    internal = request.body.get("network") == "INTERNAL"
    # Chosen once, as the network is: DigitalOcean is not known to change either later.
    stack = request.body.get("network_stack") or "IPV4"
    fixed: Json = {
        "id": key,
        "ip": _address_within(account, vpc) if internal else free_address(account),
        "status": "active",
        "created_at": now(),
        "region": {"slug": request.body["region"]},
        "vpc_uuid": vpc["id"],
        "network": "INTERNAL" if internal else "EXTERNAL",
        "network_stack": stack,
    }
    fixed["ipv6"] = str(of_ipv4(fixed["ip"])) if stack == "DUALSTACK" else ""
    return _regional(request, account, fixed)


def _create_global(request: Request, account: Account, key: str) -> Json:
    """It has two addresses of each family, which the API does not tell: DigitalOcean writes them into the
    zone of a host that it manages, and shows them in the control panel
    (docs/facts/digitalocean.md#global-load-balancers)."""
    fixed: Json = {
        "id": key,
        "ip": "",
        "ipv6": "",
        "status": "active",
        "created_at": now(),
        "region": None,
        "vpc_uuid": "",
        "network": "EXTERNAL",
        "network_stack": "",
        "edges": _free_addresses(account, 2),
        "domains": [],
    }
    return _global(request, account, fixed)


def _global(request: Request, account: Account, fixed: Json) -> Json:
    body = request.body
    former = {each["name"] for each in fixed["domains"] if each["is_managed"]}
    wanted: Json = {
        **fixed,
        "name": body["name"],
        "type": GLOBAL,
        "size_unit": 0,
        "forwarding_rules": [],
        "health_check": {**_CHECK, **(body.get("health_check") or {})},
        "enable_proxy_protocol": False,
        "http_idle_timeout_seconds": body.get("http_idle_timeout_seconds") or 60,
        "redirect_http_to_https": body.get("redirect_http_to_https") or False,
        "firewall": {"allow": [], "deny": []},
        "droplet_ids": [],
        "tags": [],
        "glb_settings": body.get("glb_settings") or {},
        "target_load_balancer_ids": body.get("target_load_balancer_ids") or [],
        "domains": [{"is_managed": False, **each} for each in body.get("domains") or []],
    }
    global_rules.balancer(account, wanted)
    managed = {each["name"] for each in wanted["domains"] if each["is_managed"]}
    _forget_records(account, former - managed, fixed["edges"])
    for each in wanted["domains"]:
        each["verification_error_reasons"] = []
        each["ssl_validation_error_reasons"] = []
        if each["is_managed"] and each["name"] not in former:
            each["verification_error_reasons"] = _write_records(account, each["name"], fixed["edges"])
    return account.put(Kind.LOAD_BALANCER, fixed["id"], wanted)


_CHECK: Json = {
    "protocol": "http",
    "port": 80,
    "path": "/",
    "check_interval_seconds": 10,
    "response_timeout_seconds": 5,
    "unhealthy_threshold": 3,
    "healthy_threshold": 5,
}


def _write_records(account: Account, host: str, edges: list[str]) -> list[str]:
    """Write two records of each family into the zone that the host is of, and return why that cannot be."""
    zone = global_rules.zone_of(account, host)
    if zone is None:
        return [f"{host} is in no domain that DigitalOcean manages"]
    for edge in edges:
        for kind, data in (("A", edge), ("AAAA", str(of_ipv4(edge)))):
            domains.add(account, zone, {"type": kind, "name": f"{host}.", "data": data})
    return []


def _forget_records(account: Account, hosts: set[str], edges: list[str]) -> None:
    told = {*edges, *(str(of_ipv4(edge)) for edge in edges)}
    for host in hosts:
        for record in global_rules.addresses_of(account, host):
            if record["data"] in told:
                account.drop(Kind.RECORD, str(record["id"]))


def free_address(account: Account) -> str:
    """A public address that nothing in the account has. Raises a 422 ApiError when all are taken."""
    return _free_addresses(account, 1)[0]


def _free_addresses(account: Account, count: int) -> list[str]:
    balancers = account.all(Kind.LOAD_BALANCER)
    taken = {each["ip"] for each in (*balancers, *account.all(Kind.RESERVED_IP))}
    for balancer in balancers:
        taken |= set(balancer.get("edges", ()))
    for droplet in account.all(Kind.DROPLET):
        taken |= {each["ip_address"] for each in droplet["networks"]["v4"]}
    for gateway in account.all(Kind.NAT_GATEWAY):
        taken |= {each["ipv4"] for each in gateway["egresses"]["public_gateways"]}
    free = [str(address) for address in LOAD_BALANCERS if str(address) not in taken]
    if len(free) < count:
        raise unprocessable("You have reached the limit of public addresses for your account.")
    return free[:count]


def _address_within(account: Account, vpc: Json) -> str:
    """A private address for an internal load balancer, from the end of the VPC where no node has one."""
    taken = {each["ip"] for each in account.all(Kind.LOAD_BALANCER)}
    network = IPv4Network(vpc["ip_range"])
    # The last but one is the VPC's resolver (docs/facts/digitalocean.md#ranges-of-a-vpc).
    return next(str(each) for each in (network[-3 - index] for index in range(64)) if str(each) not in taken)


def _shown(balancer: Json) -> Json:
    """The load balancer as the API answers it, which does not tell the addresses of a GLOBAL one."""
    return {key: value for key, value in balancer.items() if key != "edges"}


def _list(request: Request) -> Reply:
    told = options(request.store.folder).balancer_state
    found = [
        {**_shown(each), "status": told or each["status"]}
        for each in request.store.account.all(Kind.LOAD_BALANCER)
    ]
    return listing(request, Kind.LOAD_BALANCER.value, found)


def _get(request: Request) -> Reply:
    return 200, {"load_balancer": _shown(request.store.account.get(Kind.LOAD_BALANCER, request.ids[0]))}


def _update(request: Request) -> Reply:
    with request.store.change() as account:
        current = account.get(Kind.LOAD_BALANCER, request.ids[0])
        kept = ("id", "ip", "ipv6", "status", "created_at", "region", "vpc_uuid", "network", "network_stack")
        fixed = {key: current[key] for key in kept}
        if current["type"] == GLOBAL:
            fixed |= {key: current[key] for key in ("edges", "domains")}
            balancer = _global(request, account, fixed)
        else:
            balancer = _regional(request, account, fixed)
    return 200, {"load_balancer": _shown(balancer)}


def _delete(request: Request) -> Reply:
    """What DigitalOcean wrote for it goes with it; a GLOBAL one loses a target that goes [api]."""
    with request.store.change() as account:
        gone = account.drop(Kind.LOAD_BALANCER, request.ids[0])
        _forget_records(account, {each["name"] for each in gone.get("domains", ())}, gone.get("edges", []))
        for each in account.all(Kind.LOAD_BALANCER):
            if gone["id"] in each.get("target_load_balancer_ids", ()):
                each["target_load_balancer_ids"].remove(gone["id"])
    return 204, {}


_PATH = "/v2/load_balancers"

OPERATIONS = (
    Operation("list_load_balancers", "GET", _PATH, _list),
    Operation("create_load_balancer", "POST", _PATH, _create),
    Operation("get_load_balancer", "GET", f"{_PATH}/{{}}", _get),
    Operation("update_load_balancer", "PUT", f"{_PATH}/{{}}", _update),
    Operation("delete_load_balancer", "DELETE", f"{_PATH}/{{}}", _delete),
)
