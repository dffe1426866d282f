"""digitalocean.Certificate and digitalocean.Cdn."""

from typing_extensions import override

from lab.cloud.plugin import checks
from lab.cloud.plugin.client import CallError, Client, explained
from lab.cloud.plugin.fields import INTEGER, STRING, Field, fields, set_of
from lab.cloud.plugin.resource import Resource
from lab.cloud.plugin.resources.mirrored import Mirrored, Spelling
from lab.cloud.plugin.values import State
from lab.cloud.state import Json

_PATH = "/v2/certificates"
_IN_USE, _PAUSE = 30.0, 1.0
"""Seconds for which the deletion of a certificate that is in use is tried again, and between attempts."""


def _replacing(**fields: Field) -> dict[str, Field]:
    return {name: field.but(replaces=True) for name, field in fields.items()}


def certificate_named(client: Client, name: str) -> Json | None:
    """The certificate of a name, None where there is none."""
    with explained("Error retrieving certificates"):
        listed = client.call("GET", _PATH, query={"per_page": "200"})["certificates"]
    return next((each for each in listed if each["name"] == name), None)


class Certificate(Mirrored):
    """A certificate; its id is its name, for a renewed one has another uuid."""

    token = "digitalocean:index/certificate:Certificate"
    inputs = _replacing(
        name=STRING,
        type=STRING.but(default="custom", check=checks.one_of(("custom", "lets_encrypt"))),
        # Of a custom one they are the certificate's own.
        domains=set_of(STRING, computed=True),
        certificateChain=STRING,
        leafCertificate=STRING,
        privateKey=STRING.but(secret=True),
    )
    outputs = fields({"uuid": STRING, "state": STRING, "notAfter": STRING, "sha1Fingerprint": STRING})
    spelling = Spelling(_PATH, "certificate", "Certificate", {"domains": "dns_names"}, key="name")

    @override
    def create(self, client: Client, inputs: State) -> str:
        """What a type needs is only looked at now (docs/facts/provider.md#what-a-preview-refuses)."""
        needed = ("privateKey", "leafCertificate") if inputs["type"] == "custom" else ("domains",)
        for name in needed:
            if not inputs.get(name):
                raise CallError(0, f"`{self.spelling.name(name)}` is required when type is {inputs['type']}")
        return super().create(client, inputs)

    @override
    def read(self, client: Client, key: str, state: State) -> State | None:
        found = certificate_named(client, key)
        if found is None:
            return None
        return {
            **{name: state.get(name) for name in ("privateKey", "leafCertificate", "certificateChain")},
            "name": key,
            "type": found["type"],
            "domains": found["dns_names"],
            "uuid": found["id"],
            "state": found["state"],
            "notAfter": found["not_after"],
            "sha1Fingerprint": found["sha1_fingerprint"],
        }

    @override
    def delete(self, client: Client, key: str, state: State, timeout: float) -> None:
        """One that is in use is asked about again for a while (docs/facts/provider.md#certificates)."""
        found = certificate_named(client, key)
        if found is None:
            return
        waited = 0.0
        while True:
            try:
                with explained("Error deleting Certificate"):
                    client.call("DELETE", f"{_PATH}/{found['id']}")
                return
            except CallError as error:
                if error.status != 403 or waited >= _IN_USE:
                    raise
            client.wait(_PAUSE)
            waited += _PAUSE


class Cdn(Resource):
    """An endpoint. One that was removed by hand makes every refresh fail
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

    @override
    def create(self, client: Client, inputs: State) -> str:
        """The client library sends a ttl always, 0 where the program gives none."""
        body = {"origin": inputs["origin"], "ttl": inputs.get("ttl") or 0, **_custom(client, inputs)}
        with explained("Error creating CDN"):
            return client.call("POST", "/v2/cdn/endpoints", body)["endpoint"]["id"]

    @override
    def read(self, client: Client, key: str, state: State) -> State | None:
        try:
            cdn = client.call("GET", f"/v2/cdn/endpoints/{key}")["endpoint"]
        except CallError as error:
            raise CallError(error.status, f"Error reading CDN: {error}") from error
        shown = ""
        if cdn.get("certificate_id"):
            shown = client.call("GET", f"{_PATH}/{cdn['certificate_id']}")["certificate"]["name"]
        return {
            "origin": cdn["origin"],
            "ttl": cdn["ttl"],
            "customDomain": cdn.get("custom_domain"),
            "certificateName": shown,
            # The name here too: a renewed certificate has another id.
            "certificateId": shown,
            "createdAt": cdn["created_at"],
            "endpoint": cdn["endpoint"],
        }

    @override
    def update(self, client: Client, key: str, olds: State, planned: State, changed: set[str]) -> None:
        if "ttl" in changed:
            with explained("Error updating CDN TTL"):
                client.call("PUT", f"/v2/cdn/endpoints/{key}", {"ttl": planned["ttl"]})
        if changed & {"customDomain", "certificateName", "certificateId"}:
            body = {"custom_domain": "", "certificate_id": "", **_custom(client, planned)}
            with explained("Error updating CDN custom domain"):
                client.call("PUT", f"/v2/cdn/endpoints/{key}", body)

    @override
    def delete(self, client: Client, key: str, state: State, timeout: float) -> None:
        with explained("Error deleting CDN"):
            client.call("DELETE", f"/v2/cdn/endpoints/{key}")


def _custom(client: Client, inputs: State) -> Json:
    """The name of one's own, with the id of its certificate, which the plugin looks up by name."""
    body: Json = {"custom_domain": inputs["customDomain"]} if inputs.get("customDomain") else {}
    name = inputs.get("certificateName") or inputs.get("certificateId")
    if name:
        found = certificate_named(client, name)
        if found is None:
            raise CallError(0, f"certificate not found: {name}")
        body["certificate_id"] = found["id"]
    return body
