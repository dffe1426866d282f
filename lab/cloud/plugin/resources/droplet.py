"""digitalocean.Droplet."""

import hashlib

from typing_extensions import override

from lab.cloud.plugin import checks
from lab.cloud.plugin.client import CallError, Client, explained
from lab.cloud.plugin.fields import BOOLEAN, INTEGER, NUMBER, STRING, fields, object_of, set_of
from lab.cloud.plugin.resource import Resource, found
from lab.cloud.plugin.values import State, Value

_PATH = "/v2/droplets"
_KEPT = ("backups", "gracefulShutdown", "ipv6", "monitoring", "resizeDisk", "sshKeys", "dropletAgent")
"""Inputs that are as they were given: none of them is read here."""


class Droplet(Resource):
    """A Droplet: size, name and tags are changed in place. Its user data are kept as their digest."""

    token = "digitalocean:index/droplet:Droplet"
    inputs = fields(
        {
            "backupPolicy": object_of({"plan": STRING, "weekday": STRING, "hour": INTEGER}),
            "backups": BOOLEAN.but(default=False),
            "dropletAgent": BOOLEAN.but(replaces=True),
            "gpuPartitionMode": STRING,
            "gracefulShutdown": BOOLEAN.but(default=False),
            "image": STRING.but(required=True, replaces=True, check=checks.not_empty),
            "ipv6": BOOLEAN.but(default=False),
            "ipv6Address": STRING.but(computed=True),
            "monitoring": BOOLEAN.but(default=False, replaces=True),
            "name": STRING,
            "privateNetworking": BOOLEAN.but(computed=True),
            "publicNetworking": BOOLEAN.but(computed=True, replaces=True),
            "region": STRING.but(computed=True, replaces=True),
            "resizeDisk": BOOLEAN.but(default=True),
            "size": STRING.but(required=True, check=checks.not_empty),
            "sshKeys": set_of(STRING, replaces=True),
            "tags": set_of(STRING.but(check=checks.tag)),
            "userData": STRING.but(replaces=True, same=lambda old, new, _: old == _digest(new)),
            "volumeIds": set_of(STRING, computed=True),
            "vpcUuid": STRING.but(computed=True, replaces=True),
        }
    )
    outputs = fields(
        {
            "createdAt": STRING,
            "disk": INTEGER,
            "dropletUrn": STRING,
            "ipv4Address": STRING,
            "ipv4AddressPrivate": STRING,
            "locked": BOOLEAN,
            "memory": INTEGER,
            "priceHourly": NUMBER,
            "priceMonthly": NUMBER,
            "status": STRING,
            "vcpus": INTEGER,
        }
    )

    @override
    def create(self, client: Client, inputs: State) -> str:
        body = {
            "name": inputs["name"],
            "region": inputs["region"],
            "size": inputs["size"],
            "image": inputs["image"],
            "ssh_keys": inputs.get("sshKeys") or [],
            "monitoring": inputs.get("monitoring"),
            "user_data": inputs.get("userData") or "",
            "vpc_uuid": inputs.get("vpcUuid") or "",
            "tags": inputs.get("tags") or [],
        }
        with explained("Error creating droplet"):
            return str(client.call("POST", _PATH, body)["droplet"]["id"])

    @override
    def read(self, client: Client, key: str, state: State) -> State | None:
        droplet = found(client, f"{_PATH}/{key}", "droplet", "Error retrieving droplet")
        if droplet is None:
            return None
        address = {each["type"]: each["ip_address"] for each in droplet["networks"]["v4"]}
        return {
            **{name: state.get(name) for name in _KEPT},
            "userData": _digest(state.get("userData")),
            "name": droplet["name"],
            "region": droplet["region"]["slug"],
            "size": droplet["size_slug"],
            "image": droplet["image"]["slug"],
            "tags": droplet["tags"],
            "vpcUuid": droplet["vpc_uuid"],
            "privateNetworking": True,
            "publicNetworking": True,
            "volumeIds": [],
            "createdAt": droplet["created_at"],
            "dropletUrn": f"do:droplet:{key}",
            "ipv4Address": address["public"],
            "ipv4AddressPrivate": address["private"],
            "locked": droplet["locked"],
            "status": droplet["status"],
        }

    @override
    def update(self, client: Client, key: str, olds: State, planned: State, changed: set[str]) -> None:
        with explained(f"Error updating droplet ({key})"):
            if "size" in changed:
                for action in ({"type": "power_off"}, _resize(planned), {"type": "power_on"}):
                    client.call("POST", f"{_PATH}/{key}/actions", action)
            if "name" in changed:
                client.call("POST", f"{_PATH}/{key}/actions", {"type": "rename", "name": planned["name"]})
            if "tags" in changed:
                self._tag(client, key, set(olds.get("tags") or ()), set(planned.get("tags") or ()))

    def _tag(self, client: Client, key: str, old: set[str], new: set[str]) -> None:
        this = {"resources": [{"resource_id": key, "resource_type": "droplet"}]}
        for tag in sorted(old - new):
            client.call("DELETE", f"/v2/tags/{tag}/resources", this)
        for tag in sorted(new - old):
            client.call("POST", f"/v2/tags/{tag}/resources", this)

    @override
    def delete(self, client: Client, key: str, state: State, timeout: float) -> None:
        try:
            with explained("Error deleting droplet"):
                client.call("DELETE", f"{_PATH}/{key}")
        except CallError as error:
            if error.status != 404:
                raise


def _resize(planned: State) -> State:
    return {"type": "resize", "size": planned["size"], "disk": bool(planned.get("resizeDisk"))}


def _digest(user_data: Value) -> Value:
    """How the plugin keeps user data; what is a digest already stays."""
    if not isinstance(user_data, str) or len(user_data) == 40:
        return user_data
    return hashlib.sha1(user_data.encode(), usedforsecurity=False).hexdigest()
