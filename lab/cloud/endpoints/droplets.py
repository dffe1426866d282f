"""Droplets of one's own: kept as they were asked for, with an address on each side. No machine stands behind
them; what one does with its user data is seen in `lab.droplet`."""

from ipaddress import IPv4Network

from lab.cloud.catalogue import SIZES
from lab.cloud.endpoints.firewalls import new_tag
from lab.cloud.endpoints.load_balancers import free_address
from lab.cloud.endpoints.request import Operation, Reply, Request, lister, reader
from lab.cloud.errors import unprocessable
from lab.cloud.rules import network
from lab.cloud.rules.firewall import tag_name
from lab.cloud.state import Account, Json, Kind, now

_LONGEST_USER_DATA = 64 * 1024
"""Bytes (docs/facts/digitalocean.md#droplets)."""


def _create(request: Request) -> Reply:
    body = request.body
    with request.store.change() as account:
        network.known_region(body["region"])
        _known_size(body["size"])
        if len((body.get("user_data") or "").encode()) > _LONGEST_USER_DATA:
            raise unprocessable("user_data is too long")
        vpc = account.get(Kind.VPC, body["vpc_uuid"])
        key = account.next_serial()
        droplet: Json = {
            "id": key,
            "name": body["name"],
            "region": {"slug": body["region"]},
            "size_slug": body["size"],
            "image": {"slug": body["image"]},
            "status": "active",
            "locked": False,
            "created_at": now(),
            "vpc_uuid": vpc["id"],
            "tags": [],
            "networks": {
                "v4": [
                    {"type": "public", "ip_address": free_address(account)},
                    {"type": "private", "ip_address": _private_address(account, vpc)},
                ],
                "v6": [],
            },
        }
        account.put(Kind.DROPLET, str(key), droplet)
        for tag in body.get("tags") or []:
            _tagged(account, droplet, tag)
    return 202, {"droplet": droplet}


def _known_size(slug: str) -> None:
    if slug not in SIZES:
        raise unprocessable("You specified an invalid size for Droplet creation.")


def _private_address(account: Account, vpc: Json) -> str:
    """From the last quarter of the VPC, where neither nodes nor load balancers are."""
    taken = {
        each["ip_address"] for droplet in account.all(Kind.DROPLET) for each in droplet["networks"]["v4"]
    }
    whole = IPv4Network(vpc["ip_range"])
    start = whole.num_addresses * 3 // 4
    return next(str(each) for each in (whole[start + at] for at in range(256)) if str(each) not in taken)


def _act(request: Request) -> Reply:
    """Rename or resize; done at once."""
    with request.store.change() as account:
        droplet = account.get(Kind.DROPLET, request.ids[0])
        match request.body["type"]:
            case "rename":
                droplet["name"] = request.body["name"]
            case "resize":
                _known_size(request.body["size"])
                droplet["size_slug"] = request.body["size"]
            case "power_off" | "power_on" | "shutdown":
                pass
            case other:
                raise unprocessable(f"unknown action {other}")
    return 201, {"action": {"id": 1, "status": "completed", "type": request.body["type"]}}


def _delete(request: Request) -> Reply:
    """Its reserved address stays, and leads nowhere."""
    with request.store.change() as account:
        droplet = account.drop(Kind.DROPLET, request.ids[0])
        for tag in droplet["tags"]:
            _count(account, tag, -1)
        for address in account.all(Kind.RESERVED_IP):
            if (address["droplet"] or {}).get("id") == droplet["id"]:
                address["droplet"] = None
    return 204, {}


def _tag(request: Request) -> Reply:
    with request.store.change() as account:
        for droplet in _named(request, account):
            _tagged(account, droplet, request.ids[0])
    return 204, {}


def _untag(request: Request) -> Reply:
    with request.store.change() as account:
        account.get(Kind.TAG, request.ids[0])
        for droplet in _named(request, account):
            if request.ids[0] in droplet["tags"]:
                droplet["tags"].remove(request.ids[0])
                _count(account, request.ids[0], -1)
    return 204, {}


def _named(request: Request, account: Account) -> list[Json]:
    """The Droplets of a call about a tag's resources; nothing else is tagged here."""
    return [account.get(Kind.DROPLET, str(each["resource_id"])) for each in request.body["resources"]]


def _tagged(account: Account, droplet: Json, tag: str) -> None:
    """A tag that is not there is made."""
    tag_name(tag)
    if account.find(Kind.TAG, tag) is None:
        account.put(Kind.TAG, tag, new_tag(tag))
    if tag not in droplet["tags"]:
        droplet["tags"].append(tag)
        _count(account, tag, 1)


def _count(account: Account, name: str, by: int) -> None:
    tag = account.find(Kind.TAG, name)
    if tag is not None:
        tag["resources"]["count"] += by
        tag["resources"]["droplets"]["count"] += by


def _delete_tag(request: Request) -> Reply:
    """It is taken off everything that has it (the published description)."""
    name = request.ids[0]
    with request.store.change() as account:
        account.drop(Kind.TAG, name)
        for droplet in account.all(Kind.DROPLET):
            if name in droplet["tags"]:
                droplet["tags"].remove(name)
    return 204, {}


_DROPLETS = "/v2/droplets"

OPERATIONS = (
    Operation("list_droplets", "GET", _DROPLETS, lister(Kind.DROPLET)),
    Operation("create_droplet", "POST", _DROPLETS, _create),
    Operation("get_droplet", "GET", f"{_DROPLETS}/{{}}", reader(Kind.DROPLET, "droplet")),
    Operation("act_on_droplet", "POST", f"{_DROPLETS}/{{}}/actions", _act),
    Operation("delete_droplet", "DELETE", f"{_DROPLETS}/{{}}", _delete),
    Operation("tag_resources", "POST", "/v2/tags/{}/resources", _tag),
    Operation("untag_resources", "DELETE", "/v2/tags/{}/resources", _untag),
    Operation("delete_tag", "DELETE", "/v2/tags/{}", _delete_tag),
)
