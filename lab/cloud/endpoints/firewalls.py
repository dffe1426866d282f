"""Cloud firewalls, load balancers and tags."""

import uuid
from ipaddress import IPv4Network

from lab.cloud.endpoints.request import Operation, Reply, Request, lister, listing, reader, remover
from lab.cloud.errors import unprocessable
from lab.cloud.options import options
from lab.cloud.rules import firewall as rules
from lab.cloud.state import Account, Json, Kind, now
from lab.internet.addresses import LOAD_BALANCERS, of_ipv4

_PROTOCOLS = ("tcp", "udp", "icmp")


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


def _list_firewalls(request: Request) -> Reply:
    account = request.store.account
    return listing(request, Kind.FIREWALL.value, [*account.all(Kind.FIREWALL), *managed(account)])


def _get_firewall(request: Request) -> Reply:
    account, key = request.store.account, request.ids[0]
    found = next((each for each in managed(account) if each["id"] == key), None)
    return 200, {"firewall": found or account.get(Kind.FIREWALL, key)}


def managed(account: Account) -> list[Json]:
    """The two firewalls that DigitalOcean keeps for each cluster: for what its own addresses may reach, and
    for what its controller opens, NodePorts to their load balancers alone
    (docs/facts/digitalocean.md#firewalls-and-tags).

    They follow from the account, and nobody changes them. Services of type NodePort, whose ports a real
    one opens to everybody, the account does not know of.
    """
    return [each for cluster in account.all(Kind.CLUSTER) for each in _managed(account, cluster)]


def _managed(account: Account, cluster: Json) -> list[Json]:
    vpc = account.get(Kind.VPC, cluster["vpc_uuid"])
    inside = {"addresses": [vpc["ip_range"], cluster["cluster_subnet"]]}
    mark = f"k8s:{cluster['id']}"
    opened = [
        {
            "protocol": rule["target_protocol"],
            "ports": str(rule["target_port"]),
            "sources": {"load_balancer_uids": [balancer["id"]]},
        }
        for balancer in account.all(Kind.LOAD_BALANCER)
        if mark in balancer["tags"]
        for rule in balancer["forwarding_rules"]
    ]
    own = [{"protocol": each, "ports": "0", "sources": inside} for each in _PROTOCOLS]
    everywhere = {"addresses": ["0.0.0.0/0", "::/0"]}
    return [
        {
            "id": str(uuid.uuid5(uuid.UUID(cluster["id"]), name)),
            "name": name,
            "status": "succeeded",
            "created_at": cluster["created_at"],
            "pending_changes": [],
            "inbound_rules": rules_in,
            "outbound_rules": [
                {"protocol": each, "ports": "0", "destinations": everywhere}
                for each in ("tcp", "udp", "icmp")
            ],
            "droplet_ids": [],
            "tags": [mark],
        }
        for name, rules_in in (
            (f"k8s-{cluster['id']}-worker", own),
            (f"k8s-public-access-{cluster['id']}", opened),
        )
    ]


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
        "http_idle_timeout_seconds": body.get("http_idle_timeout_seconds") or 60,
        "firewall": body.get("firewall") or {"allow": [], "deny": []},
        "droplet_ids": body.get("droplet_ids") or [],
        "tags": body.get("tags") or [],
    }
    rules.load_balancer(account, wanted)
    return account.put(Kind.LOAD_BALANCER, fixed["id"], wanted)


def _create_balancer(request: Request) -> Reply:
    with request.store.change() as account:
        key = str(uuid.uuid4())
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
        balancer = _balancer(request, account, fixed)
    return 202, {"load_balancer": balancer}


def free_address(account: Account) -> str:
    """A public address that nothing in the account has. Raises a 422 ApiError when all are taken."""
    taken = {each["ip"] for kind in (Kind.LOAD_BALANCER, Kind.RESERVED_IP) for each in account.all(kind)}
    for droplet in account.all(Kind.DROPLET):
        taken |= {each["ip_address"] for each in droplet["networks"]["v4"]}
    for gateway in account.all(Kind.NAT_GATEWAY):
        taken |= {each["ipv4"] for each in gateway["egresses"]["public_gateways"]}
    for address in LOAD_BALANCERS:
        if str(address) not in taken:
            return str(address)
    raise unprocessable("You have reached the limit of public addresses for your account.")


def _address_within(account: Account, vpc: Json) -> str:
    """A private address for an internal load balancer, from the end of the VPC where no node has one."""
    taken = {each["ip"] for each in account.all(Kind.LOAD_BALANCER)}
    network = IPv4Network(vpc["ip_range"])
    # The last but one is the VPC's resolver (docs/facts/digitalocean.md#ranges-of-a-vpc).
    return next(str(each) for each in (network[-3 - index] for index in range(64)) if str(each) not in taken)


def _list_balancers(request: Request) -> Reply:
    told = options(request.store.folder).balancer_state
    found = [
        {**each, "status": told or each["status"]} for each in request.store.account.all(Kind.LOAD_BALANCER)
    ]
    return listing(request, Kind.LOAD_BALANCER.value, found)


def _update_balancer(request: Request) -> Reply:
    with request.store.change() as account:
        current = account.get(Kind.LOAD_BALANCER, request.ids[0])
        kept = ("id", "ip", "ipv6", "status", "created_at", "region", "vpc_uuid", "network", "network_stack")
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
    Operation("list_firewalls", "GET", _FIREWALLS, _list_firewalls),
    Operation("create_firewall", "POST", _FIREWALLS, _create_firewall),
    Operation("get_firewall", "GET", f"{_FIREWALLS}/{{}}", _get_firewall),
    Operation("update_firewall", "PUT", f"{_FIREWALLS}/{{}}", _update_firewall),
    Operation("delete_firewall", "DELETE", f"{_FIREWALLS}/{{}}", remover(Kind.FIREWALL)),
    Operation("list_load_balancers", "GET", _BALANCERS, _list_balancers),
    Operation("create_load_balancer", "POST", _BALANCERS, _create_balancer),
    Operation("get_load_balancer", "GET", f"{_BALANCERS}/{{}}", reader(Kind.LOAD_BALANCER, "load_balancer")),
    Operation("update_load_balancer", "PUT", f"{_BALANCERS}/{{}}", _update_balancer),
    Operation("delete_load_balancer", "DELETE", f"{_BALANCERS}/{{}}", remover(Kind.LOAD_BALANCER)),
    Operation("list_tags", "GET", _TAGS, lister(Kind.TAG)),
    Operation("create_tag", "POST", _TAGS, _create_tag),
    Operation("get_tag", "GET", f"{_TAGS}/{{}}", reader(Kind.TAG, "tag")),
)
