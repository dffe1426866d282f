"""The team that the token is of, and the sizes of Droplets that it is offered, in the shape of the API's
published description."""

import uuid

from lab.cloud.catalogue import REGIONS, SIZES
from lab.cloud.endpoints.request import Operation, Reply, Request, listing
from lab.cloud.state import Account, Json
from network.config.droplets import DOLLARS

_HOURS = 672
"""After which a month's price is reached (docs/facts/digitalocean.md#prices)."""


def team(account: Account) -> str:
    """The id of the account's team, which no other account has."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, account.token))


def _get_account(request: Request) -> Reply:
    key = team(request.store.account)
    return 200, {
        "account": {
            "droplet_limit": 25,
            "floating_ip_limit": 3,
            "reserved_ip_limit": 3,
            "volume_limit": 100,
            "email": "owner@example.org",
            "name": "The lab",
            "uuid": key.replace("-", ""),
            "email_verified": True,
            "status": "active",
            "status_message": "",
            "team": {"uuid": key, "name": "The lab's team"},
        }
    }


def _list_sizes(request: Request) -> Reply:
    return listing(request, "sizes", [_size(slug) for slug in sorted(SIZES)])


def _size(slug: str) -> Json:
    """One that the program's table has no price of is retired: it is listed, and nobody is offered it."""
    dollars = DOLLARS.get(slug)
    return {
        "slug": slug,
        "available": dollars is not None,
        "price_monthly": dollars or 0,
        "price_hourly": round((dollars or 0) / _HOURS, 5),
        "regions": sorted(REGIONS) if dollars is not None else [],
        "description": slug.partition("-")[0],
    }


OPERATIONS = (
    Operation("get_account", "GET", "/v2/account", _get_account),
    Operation("list_sizes", "GET", "/v2/sizes", _list_sizes),
)
