"""VPCs."""

from lab.cloud.endpoints.request import Operation, Reply, Request, lister, listing, reader
from lab.cloud.rules import network as rules
from lab.cloud.state import Kind, add_vpc


def _create(request: Request) -> Reply:
    body = request.body
    with request.store.change() as account:
        rules.known_region(body["region"])
        rules.vpc_name(account, body["name"])
        if body.get("ip_range"):
            ip_range = rules.vpc_range(account, body["region"], body["ip_range"])
        else:
            ip_range = rules.free_range(account)
        first = not any(vpc["region"] == body["region"] for vpc in account.all(Kind.VPC))
        vpc = add_vpc(account, body["name"], body["region"], ip_range, body.get("description") or "", first)
    return 201, {"vpc": vpc}


def _update(request: Request) -> Reply:
    """What is left out stays [api]. `default: false` takes nothing away; `true` makes the VPC its region's
    default in the place of another (the published description)."""
    with request.store.change() as account:
        vpc = account.get(Kind.VPC, request.ids[0])
        vpc |= {key: request.body[key] for key in ("name", "description") if request.body.get(key)}
        rules.vpc_name(account, vpc["name"], own=vpc["id"])
        if request.body.get("default"):
            for other in account.all(Kind.VPC):
                if other["region"] == vpc["region"]:
                    other["default"] = other["id"] == vpc["id"]
    return 200, {"vpc": vpc}


def _delete(request: Request) -> Reply:
    with request.store.change() as account:
        rules.vpc_deletable(account, account.get(Kind.VPC, request.ids[0]))
        account.drop(Kind.VPC, request.ids[0])
    return 204, {}


def _members(request: Request) -> Reply:
    account = request.store.account
    found = rules.members(account, account.get(Kind.VPC, request.ids[0])["id"])
    if kind := request.query.get("resource_type"):
        found = [each for each in found if each["urn"].split(":")[1] == kind]
    return listing(request, "members", found)


OPERATIONS = (
    Operation("list_vpcs", "GET", "/v2/vpcs", lister(Kind.VPC)),
    Operation("create_vpc", "POST", "/v2/vpcs", _create),
    Operation("get_vpc", "GET", "/v2/vpcs/{}", reader(Kind.VPC, "vpc")),
    Operation("update_vpc", "PUT", "/v2/vpcs/{}", _update),
    Operation("delete_vpc", "DELETE", "/v2/vpcs/{}", _delete),
    Operation("list_vpc_members", "GET", "/v2/vpcs/{}/members", _members),
)
