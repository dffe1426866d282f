"""The account itself: whose it is, and how much it may have."""

from lab.cloud.endpoints.request import Operation, Reply, Request

_ACCOUNT = {
    "droplet_limit": 25,
    "floating_ip_limit": 5,
    "reserved_ip_limit": 5,
    "volume_limit": 100,
    "email": "ops@example.com",
    "name": "Ops",
    "uuid": "b6fr89dbf6d9156cace5f3c78dc9851d957381ef",
    "email_verified": True,
    "status": "active",
    "status_message": "",
    "team": {"uuid": "5df3e3004a17e242b7c20ca6c9fc25b701a47ece", "name": "Network"},
}
"""Limits as an account of some age has them; the form is that of the API's description."""


def _get(request: Request) -> Reply:
    del request
    return 200, {"account": _ACCOUNT}


OPERATIONS = (Operation("get_account", "GET", "/v2/account", _get),)
