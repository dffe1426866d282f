"""Resources that the platform uses in passing: their properties are the API's, under Pulumi's names."""

from typing_extensions import override

from lab.cloud.plugin import checks
from lab.cloud.plugin.client import CallError, Client, explained
from lab.cloud.plugin.fields import BOOLEAN, INTEGER, STRING, fields, list_of, object_of, set_of
from lab.cloud.plugin.resource import Resource, found
from lab.cloud.plugin.resources.mirrored import Mirrored, Spelling
from lab.cloud.plugin.values import State


class ReservedIp(Mirrored):
    """digitalocean.ReservedIp."""

    token = "digitalocean:index/reservedIp:ReservedIp"
    autonamed = False
    inputs = fields(
        {
            "region": STRING.but(required=True, replaces=True),
            # Taken out, or given by a ReservedIpAssignment, it is no change.
            "dropletId": INTEGER.but(computed=True),
            "ipAddress": STRING.but(computed=True),
        }
    )
    outputs = fields({"reservedIpUrn": STRING})
    spelling = Spelling("/v2/reserved_ips", "reserved_ip", "reserved IP", key="ip")

    @override
    def create(self, client: Client, inputs: State) -> str:
        key = super().create(client, {"region": inputs["region"]})
        if inputs.get("dropletId"):
            self._assign(client, key, inputs["dropletId"])
        return key

    @override
    def read(self, client: Client, key: str, state: State) -> State | None:
        address = found(client, f"{self.spelling.path}/{key}", "reserved_ip", "Error retrieving reserved IP")
        if address is None:
            return None
        droplet = address["droplet"] or {}
        return {
            "region": address["region"]["slug"],
            "dropletId": droplet.get("id"),
            "ipAddress": address["ip"],
            "reservedIpUrn": f"do:reservedip:{address['ip']}",
        }

    @override
    def update(self, client: Client, key: str, olds: State, planned: State, changed: set[str]) -> None:
        if "dropletId" in changed:
            self._assign(client, key, planned.get("dropletId"))

    def _assign(self, client: Client, key: str, droplet: int | None) -> None:
        _act(client, key, {"type": "assign", "droplet_id": droplet} if droplet else {"type": "unassign"})


class ReservedIpAssignment(Resource):
    """digitalocean.ReservedIpAssignment: which Droplet a reserved address leads to. Its id says which and
    when; who is asked for it later is the address."""

    token = "digitalocean:index/reservedIpAssignment:ReservedIpAssignment"
    autonamed = False
    inputs = fields(
        {
            "ipAddress": STRING.but(required=True, replaces=True),
            "dropletId": INTEGER.but(required=True, replaces=True),
        }
    )
    outputs = fields({})

    @override
    def create(self, client: Client, inputs: State) -> str:
        address = str(inputs["ipAddress"])
        _act(client, address, {"type": "assign", "droplet_id": inputs["dropletId"]})
        return f"{inputs['dropletId']}-{address}"

    @override
    def read(self, client: Client, key: str, state: State) -> State | None:
        path = f"/v2/reserved_ips/{state['ipAddress']}"
        address = found(client, path, "reserved_ip", "Error retrieving reserved IP")
        holder = (address or {}).get("droplet")
        if not holder or holder["id"] != state["dropletId"]:
            return None
        return {"ipAddress": state["ipAddress"], "dropletId": state["dropletId"]}

    @override
    def update(self, client: Client, key: str, olds: State, planned: State, changed: set[str]) -> None:
        """Nothing of it can change."""

    @override
    def delete(self, client: Client, key: str, state: State, timeout: float) -> None:
        _act(client, str(state["ipAddress"]), {"type": "unassign"})


def _act(client: Client, address: str, action: State) -> None:
    with explained(f"Error {action['type']}ing reserved IP ({address})"):
        client.call("POST", f"/v2/reserved_ips/{address}/actions", action)


class VpcPeering(Mirrored):
    """digitalocean.VpcPeering."""

    token = "digitalocean:index/vpcPeering:VpcPeering"
    inputs = fields({"name": STRING, "vpcIds": set_of(STRING, required=True, replaces=True)})
    outputs = fields({"createdAt": STRING, "status": STRING})
    spelling = Spelling("/v2/vpc_peerings", "vpc_peering", "VPC Peering")


_LONGEST = 900
"""Seconds for which a NAT gateway may be new."""


class VpcNatGateway(Mirrored):
    """digitalocean.VpcNatGateway; a change of region is sent as an update."""

    token = "digitalocean:index/vpcNatGateway:VpcNatGateway"
    inputs = fields(
        {
            "name": STRING,
            "region": STRING.but(required=True),
            "type": STRING.but(required=True),
            "size": INTEGER.but(required=True),
            "vpcs": set_of(
                object_of(
                    {
                        "vpcUuid": STRING.but(required=True),
                        "subnetUuid": STRING,
                        "gatewayIp": STRING.but(computed=True),
                        "defaultGateway": BOOLEAN,
                    }
                ),
                required=True,
                replaces=True,
            ),
            "projectId": STRING.but(computed=True),
            "egresses": list_of(
                object_of({"publicGateways": list_of(object_of({"ipv4": STRING}))}), computed=True
            ),
            "icmpTimeoutSeconds": INTEGER.but(computed=True),
            "tcpTimeoutSeconds": INTEGER.but(computed=True),
            "udpTimeoutSeconds": INTEGER.but(computed=True),
        }
    )
    outputs = fields(
        {
            "createdAt": STRING,
            "updatedAt": STRING,
            "state": STRING,
        }
    )
    spelling = Spelling("/v2/vpc_nat_gateways", "vpc_nat_gateway", "VPC NAT Gateway")

    @override
    def made(self, client: Client, key: str) -> None:
        """Of the states on the way the plugin knows `NEW` alone (docs/facts/provider.md#nat-gateways)."""
        waited, pause = 0, 5
        while True:
            client.wait(pause)
            gateway = client.call("GET", f"{self.spelling.path}/{key}")["vpc_nat_gateway"]
            if gateway["state"] == "ACTIVE":
                return
            if gateway["state"] != "NEW" or waited > _LONGEST:
                doing = f"Error waiting for VPC NAT Gateway ({gateway['name']}) to become active"
                raise CallError(0, f"{doing}: unexpected state '{gateway['state']}', wanted target 'ACTIVE'")
            waited, pause = waited + pause, 15

    @override
    def update(self, client: Client, key: str, olds: State, planned: State, changed: set[str]) -> None:
        """What the gateway stands in is not sent."""
        body = {name: value for name, value in self.body(planned).items() if name != "vpcs"}
        with explained("Error updating VPC NAT Gateway"):
            client.call("PUT", f"{self.spelling.path}/{key}", body)

    @override
    def read(self, client: Client, key: str, state: State) -> State | None:
        now = super().read(client, key, state)
        if now is not None:
            now["egresses"] = [{"publicGateways": now["egresses"]["public_gateways"]}]
        return now

    @override
    def body(self, state: State) -> State:
        """The egress addresses are DigitalOcean's to give."""
        return {key: value for key, value in super().body(state).items() if key != "egresses"}


_TAGGED = {
    "databases": "databasesCount",
    "droplets": "dropletsCount",
    "images": "imagesCount",
    "volume_snapshots": "volumeSnapshotsCount",
    "volumes": "volumesCount",
}
"""What a tag may be on -> the output that counts it."""


class Tag(Mirrored):
    """digitalocean.Tag."""

    token = "digitalocean:index/tag:Tag"
    inputs = fields({"name": STRING.but(replaces=True, check=checks.tag)})
    outputs = dict.fromkeys((*_TAGGED.values(), "totalResourceCount"), INTEGER)
    spelling = Spelling("/v2/tags", "tag", "tag", key="name")

    @override
    def read(self, client: Client, key: str, state: State) -> State | None:
        tag = found(client, f"{self.spelling.path}/{key}", "tag", "Error retrieving tag")
        if tag is None:
            return None
        resources = tag["resources"]
        counts = {output: resources[kind]["count"] for kind, output in _TAGGED.items()}
        return {"name": tag["name"], "totalResourceCount": resources["count"], **counts}
