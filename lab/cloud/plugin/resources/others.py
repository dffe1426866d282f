"""Resources that the platform uses in passing: their properties are the API's, under Pulumi's names."""

from typing_extensions import override

from lab.cloud.plugin import checks
from lab.cloud.plugin.client import CallError, Client, explained
from lab.cloud.plugin.fields import BOOLEAN, INTEGER, STRING, Field, fields, list_of, object_of, set_of
from lab.cloud.plugin.resource import found
from lab.cloud.plugin.resources.mirrored import Mirrored, Spelling
from lab.cloud.plugin.values import State


def _replacing(**fields: Field) -> dict[str, Field]:
    return {name: field.but(replaces=True) for name, field in fields.items()}


class ReservedIp(Mirrored):
    """digitalocean.ReservedIp."""

    token = "digitalocean:index/reservedIp:ReservedIp"
    autonamed = False
    inputs = fields(
        {
            "region": STRING.but(required=True, replaces=True),
            "dropletId": INTEGER,
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
        action = {"type": "assign", "droplet_id": droplet} if droplet else {"type": "unassign"}
        with explained(f"Error {action['type']}ing reserved IP ({key})"):
            client.call("POST", f"{self.spelling.path}/{key}/actions", action)


class Certificate(Mirrored):
    """digitalocean.Certificate; its id is its name, so that a renewed one keeps it."""

    token = "digitalocean:index/certificate:Certificate"
    inputs = _replacing(
        name=STRING,
        type=STRING.but(default="custom", check=checks.one_of(("custom", "lets_encrypt"))),
        domains=set_of(STRING),
        certificateChain=STRING,
        leafCertificate=STRING,
        privateKey=STRING.but(secret=True),
    )
    outputs = fields({"uuid": STRING, "state": STRING, "notAfter": STRING, "sha1Fingerprint": STRING})
    spelling = Spelling(
        "/v2/certificates",
        "certificate",
        "Certificate",
        {"domains": "dns_names", "uuid": "id", "sha1Fingerprint": "sha1_fingerprint"},
        kept=("privateKey", "leafCertificate", "certificateChain"),
    )


class Cdn(Mirrored):
    """digitalocean.Cdn. One that was removed by hand makes every refresh fail
    (docs/facts/provider.md#a-cdn-that-has-gone)."""

    token = "digitalocean:index/cdn:Cdn"
    autonamed = False
    inputs = fields(
        {
            "origin": STRING.but(required=True, replaces=True),
            "ttl": INTEGER.but(computed=True),
            "customDomain": STRING,
            "certificateName": STRING.but(computed=True),
            "certificateId": STRING.but(computed=True),
        }
    )
    outputs = fields({"createdAt": STRING, "endpoint": STRING})
    spelling = Spelling("/v2/cdn/endpoints", "endpoint", "CDN")

    @override
    def body(self, state: State) -> State:
        """The client library sends a ttl always, 0 where the program gives none."""
        return {"ttl": 0, **super().body(state)}

    @override
    def read(self, client: Client, key: str, state: State) -> State | None:
        state_now = super().read(client, key, state)
        if state_now is None:
            raise CallError(404, f"Error reading CDN: GET /v2/cdn/endpoints/{key}: 404")
        return state_now


class VpcPeering(Mirrored):
    """digitalocean.VpcPeering."""

    token = "digitalocean:index/vpcPeering:VpcPeering"
    inputs = fields({"name": STRING, "vpcIds": set_of(STRING, required=True, replaces=True)})
    outputs = fields({"createdAt": STRING, "status": STRING})
    spelling = Spelling("/v2/vpc_peerings", "vpc_peering", "VPC Peering")


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
    def read(self, client: Client, key: str, state: State) -> State | None:
        now = super().read(client, key, state)
        if now is not None:
            now["egresses"] = [{"publicGateways": now["egresses"]["public_gateways"]}]
        return now

    @override
    def body(self, state: State) -> State:
        """The egress addresses are DigitalOcean's to give."""
        return {key: value for key, value in super().body(state).items() if key != "egresses"}


class SpacesBucket(Mirrored):
    """digitalocean.SpacesBucket."""

    token = "digitalocean:index/spacesBucket:SpacesBucket"
    inputs = fields(
        {
            "name": STRING,
            "region": STRING.but(replaces=True, default="nyc3"),
            "acl": STRING.but(default="private"),
            "forceDestroy": BOOLEAN.but(default=False),
            "versioning": object_of({"enabled": BOOLEAN}),
            "corsRules": list_of(
                object_of(
                    {
                        "allowedMethods": list_of(STRING, required=True),
                        "allowedOrigins": list_of(STRING, required=True),
                        "allowedHeaders": list_of(STRING),
                        "maxAgeSeconds": INTEGER,
                    }
                )
            ),
            "lifecycleRules": list_of(
                object_of(
                    {
                        "enabled": BOOLEAN.but(required=True),
                        "id": STRING.but(computed=True),
                        "prefix": STRING,
                        "abortIncompleteMultipartUploadDays": INTEGER,
                        "expiration": object_of(
                            {"date": STRING, "days": INTEGER, "expiredObjectDeleteMarker": BOOLEAN}
                        ),
                        "noncurrentVersionExpiration": object_of({"days": INTEGER}),
                    }
                )
            ),
        }
    )
    outputs = fields({"bucketUrn": STRING, "bucketDomainName": STRING, "endpoint": STRING})
    spelling = Spelling(
        "/v2/spaces",
        "bucket",
        "Spaces bucket",
        {"bucketUrn": "urn", "bucketDomainName": "domain_name"},
        kept=("forceDestroy", "versioning", "corsRules", "lifecycleRules"),
        key="name",
    )


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
