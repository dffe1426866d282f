"""digitalocean.Vpc."""

from typing_extensions import override

from lab.cloud.plugin import checks
from lab.cloud.plugin.client import CallError, Client, explained
from lab.cloud.plugin.fields import BOOLEAN, STRING, fields
from lab.cloud.plugin.resource import Resource, found
from lab.cloud.plugin.values import State

_PATH = "/v2/vpcs"

_LONGEST_WAIT = 10.0
"""Seconds between two attempts to delete, once they have doubled up to it
(docs/facts/provider.md#deleting-a-vpc)."""


class Vpc(Resource):
    """A VPC: `region` and `ipRange` replace it, its deletion is tried again while it has members."""

    token = "digitalocean:index/vpc:Vpc"
    inputs = fields(
        {
            "name": STRING.but(check=checks.not_empty),
            "region": STRING.but(required=True, replaces=True, check=checks.not_empty),
            "description": STRING.but(check=checks.shorter_than(256)),
            "ipRange": STRING.but(computed=True, replaces=True, check=checks.cidr),
        }
    )
    outputs = fields({"vpcUrn": STRING, "default": BOOLEAN, "createdAt": STRING})

    @override
    def create(self, client: Client, inputs: State) -> str:
        names = {"name": "name", "region": "region", "description": "description", "ipRange": "ip_range"}
        body = {names[key]: inputs[key] for key in names if inputs.get(key)}
        with explained("Error creating VPC"):
            return client.call("POST", _PATH, body)["vpc"]["id"]

    @override
    def read(self, client: Client, key: str, state: State) -> State | None:
        vpc = found(client, f"{_PATH}/{key}", "vpc", "Error reading VPC")
        return vpc and {
            "name": vpc["name"],
            "region": vpc["region"],
            "description": vpc["description"],
            "ipRange": vpc["ip_range"],
            "vpcUrn": vpc["urn"],
            "default": vpc["default"],
            "createdAt": vpc["created_at"],
        }

    @override
    def update(self, client: Client, key: str, olds: State, planned: State, changed: set[str]) -> None:
        if changed & {"name", "description"}:
            # The client library leaves an empty description out.
            given = {"description": planned["description"]} if planned.get("description") else {}
            body = {"name": planned["name"], **given, "default": planned.get("default") or False}
            with explained("Error updating VPC "):
                client.call("PUT", f"{_PATH}/{key}", body)

    @override
    def delete(self, client: Client, key: str, state: State, timeout: float) -> None:
        """403 and 409 are tried again at 0, 1, 2, 4, 8 s, then each 10 s
        (docs/facts/provider.md#deleting-a-vpc)."""
        waited, pause = 0.0, 1.0
        while True:
            try:
                client.call("DELETE", f"{_PATH}/{key}")
                return
            except CallError as error:
                if error.status not in (403, 409):
                    raise CallError(error.status, f"Error deleting VPC: {error}") from error
                if waited > timeout or not client.alive():
                    raise
            client.await_cloud(pause)
            waited += pause
            pause = min(pause * 2, _LONGEST_WAIT)
