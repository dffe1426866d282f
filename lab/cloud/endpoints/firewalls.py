"""Cloud firewalls and tags."""

import uuid

from lab.cloud.endpoints.request import Operation, Reply, Request, lister, listing, reader, remover
from lab.cloud.rules import firewall as rules
from lab.cloud.state import Account, Json, Kind, now

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


_FIREWALLS, _TAGS = "/v2/firewalls", "/v2/tags"

OPERATIONS = (
    Operation("list_firewalls", "GET", _FIREWALLS, _list_firewalls),
    Operation("create_firewall", "POST", _FIREWALLS, _create_firewall),
    Operation("get_firewall", "GET", f"{_FIREWALLS}/{{}}", _get_firewall),
    Operation("update_firewall", "PUT", f"{_FIREWALLS}/{{}}", _update_firewall),
    Operation("delete_firewall", "DELETE", f"{_FIREWALLS}/{{}}", remover(Kind.FIREWALL)),
    Operation("list_tags", "GET", _TAGS, lister(Kind.TAG)),
    Operation("create_tag", "POST", _TAGS, _create_tag),
    Operation("get_tag", "GET", f"{_TAGS}/{{}}", reader(Kind.TAG, "tag")),
)
