"""digitalocean.Domain and digitalocean.DnsRecord."""

from collections.abc import Iterator

from typing_extensions import override

from lab.cloud.plugin import checks
from lab.cloud.plugin.client import CallError, Client, explained
from lab.cloud.plugin.fields import INTEGER, STRING, fields
from lab.cloud.plugin.resource import RefusedError, Resource, found
from lab.cloud.plugin.values import UNKNOWN, State

_DOTTED = ("CNAME", "MX", "NS", "SRV", "CAA")
"""Types whose value the plugin shows with the final dot that the API leaves out."""

_NUMBERS = ("port", "priority", "weight", "flags")


class Domain(Resource):
    """A zone. Everything replaces it, also giving an `ipAddress` later."""

    token = "digitalocean:index/domain:Domain"
    autonamed = False
    inputs = fields(
        {
            "name": STRING.but(required=True, replaces=True, check=checks.not_empty),
            "ipAddress": STRING.but(replaces=True),
        }
    )
    outputs = fields({"domainUrn": STRING, "ttl": INTEGER})

    @override
    def create(self, client: Client, inputs: State) -> str:
        body = {"name": inputs["name"], "ip_address": inputs.get("ipAddress")}
        with explained("Error creating Domain"):
            return client.call("POST", "/v2/domains", body)["domain"]["name"]

    @override
    def read(self, client: Client, key: str, state: State) -> State | None:
        domain = found(client, f"/v2/domains/{key}", "domain", "Error retrieving domain")
        return domain and {
            "name": domain["name"],
            "ttl": domain["ttl"],
            "domainUrn": f"do:domain:{domain['name']}",
            "ipAddress": state.get("ipAddress"),
        }

    @override
    def update(self, client: Client, key: str, olds: State, planned: State, changed: set[str]) -> None:
        """Never asked to: every input replaces."""

    @override
    def delete(self, client: Client, key: str, state: State, timeout: float) -> None:
        with explained("Error deleting Domain"):
            client.call("DELETE", f"/v2/domains/{key}")


class DnsRecord(Resource):
    """A record. Names and values that mean the same to the API are no difference."""

    token = "digitalocean:index/dnsRecord:DnsRecord"
    resends = True
    inputs = fields(
        {
            "domain": STRING.but(required=True, replaces=True, check=checks.not_empty),
            "type": STRING.but(
                required=True,
                replaces=True,
                check=checks.one_of(("A", "AAAA", "CAA", "CNAME", "MX", "NS", "TXT", "SRV", "SOA")),
            ),
            "name": STRING.but(
                check=checks.not_empty,
                same=lambda old, new, state: new in (_apex(old, state), f"{old}.{state['domain']}."),
            ),
            "value": STRING.but(
                required=True,
                same=lambda old, new, state: new == _apex(old, state) or old == f"{new}.{state['domain']}.",
            ),
            "ttl": INTEGER.but(computed=True, check=checks.at_least(1)),
            "port": INTEGER.but(check=checks.between(0, 65535)),
            "priority": INTEGER.but(check=checks.between(0, 65535)),
            "weight": INTEGER.but(check=checks.between(0, 65535)),
            "flags": INTEGER.but(check=checks.between(0, 255)),
            "tag": STRING.but(check=checks.one_of(("issue", "issuewild", "iodef"))),
        }
    )
    outputs = fields({"fqdn": STRING})

    @override
    def check(self, inputs: State) -> Iterator[str]:
        needs = {"MX": ("priority",), "SRV": ("priority", "weight"), "CAA": ("flags", "tag")}
        for key in needs.get(inputs["type"], ()):
            if inputs.get(key) in (None, UNKNOWN):
                yield f"`{key}` is required for when type is `{inputs['type']}`"

    @override
    def create(self, client: Client, inputs: State) -> str:
        if inputs["type"] == "SRV" and inputs.get("port") is None:
            raise RefusedError("`port` is required for when type is `SRV`")
        path = f"/v2/domains/{inputs['domain']}/records"
        body = {"type": inputs["type"], **_body(inputs)}
        with explained("Failed to create record"):
            return str(client.call("POST", path, body)["domain_record"]["id"])

    @override
    def read(self, client: Client, key: str, state: State) -> State | None:
        zone = state["domain"]
        record = found(
            client, f"/v2/domains/{zone}/records/{key}", "domain_record", "Error retrieving record"
        )
        if record is None:
            return None
        value = record["data"]
        if record["type"] in _DOTTED and value != "@" and record["tag"] != "iodef":
            value += "."
        return {
            "domain": zone,
            "type": record["type"],
            "name": record["name"],
            "value": value,
            "ttl": record["ttl"],
            "fqdn": zone if record["name"] == "@" else f"{record['name']}.{zone}",
            **{number: record[number] or 0 for number in _NUMBERS},
            "tag": record["tag"] or "",
        }

    @override
    def update(self, client: Client, key: str, olds: State, planned: State, changed: set[str]) -> None:
        with explained("Failed to update record"):
            client.call("PUT", f"/v2/domains/{planned['domain']}/records/{key}", _body(planned))

    @override
    def delete(self, client: Client, key: str, state: State, timeout: float) -> None:
        try:
            with explained("Error deleting record"):
                client.call("DELETE", f"/v2/domains/{state['domain']}/records/{key}")
        except CallError as error:
            if error.status != 404:
                raise

    @override
    def adopt(self, client: Client, key: str, state: State) -> tuple[str, State]:
        """The id to import is "domain,id"."""
        if "," in key:
            zone, key = key.split(",", 1)
            state = {**state, "domain": zone}
        return key, state


def _apex(old: str, state: State) -> str | None:
    """How the program may spell what the state keeps as "@"."""
    return f"{state['domain']}." if old == "@" else None


def _body(state: State) -> State:
    """The client library sends every number, 0 where there is none."""
    body = {"name": state["name"], "data": state["value"], **{key: state.get(key) or 0 for key in _NUMBERS}}
    return body | {key: state[key] for key in ("ttl", "tag") if state.get(key)}
