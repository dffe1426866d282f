"""digitalocean.Firewall."""

from collections.abc import Iterator
from typing import cast

from typing_extensions import override

from lab.cloud.plugin import checks
from lab.cloud.plugin.client import CallError, Client, explained
from lab.cloud.plugin.fields import BOOLEAN, INTEGER, STRING, Field, fields, list_of, object_of, set_of
from lab.cloud.plugin.resource import Resource, found
from lab.cloud.plugin.resources.spelling import to_pulumi
from lab.cloud.plugin.values import UNKNOWN, State, Value
from lab.cloud.state import Json

_PATH = "/v2/firewalls"

_FAR_END = {
    "Addresses": "addresses",
    "DropletIds": "droplet_ids",
    "KubernetesIds": "kubernetes_ids",
    "LoadBalancerUids": "load_balancer_uids",
    "Tags": "tags",
}
"""Ending of an input -> what the API calls it, under `sources` or `destinations`."""

_DIRECTIONS = (("inboundRules", "source"), ("outboundRules", "destination"))


def _rule(end: str) -> Field:
    elements = {ending: INTEGER if ending == "DropletIds" else STRING for ending in _FAR_END}
    return object_of(
        {
            "protocol": STRING.but(required=True, check=checks.one_of(("tcp", "udp", "icmp"))),
            "portRange": STRING,
            **{f"{end}{ending}": set_of(element) for ending, element in elements.items()},
        }
    )


class Firewall(Resource):
    """A cloud firewall: everything is changed in place, and sent again after a refused update."""

    token = "digitalocean:index/firewall:Firewall"
    resends = True
    inputs = fields(
        {
            "name": STRING.but(check=checks.not_empty),
            "dropletIds": set_of(INTEGER),
            "tags": set_of(STRING.but(check=checks.tag)),
            **{name: set_of(_rule(end)) for name, end in _DIRECTIONS},
        }
    )
    outputs = fields(
        {
            "createdAt": STRING,
            "status": STRING,
            "pendingChanges": list_of(
                object_of({"dropletId": INTEGER, "removing": BOOLEAN, "status": STRING})
            ),
        }
    )

    @override
    def check(self, inputs: State) -> Iterator[str]:
        given = {name: inputs.get(name) or [] for name, _ in _DIRECTIONS}
        known = {name: [] if rules == UNKNOWN else cast(list[Value], rules) for name, rules in given.items()}
        if not any(known.values()):
            yield "At least one rule must be specified"
        for name, rules in known.items():
            direction = name.removesuffix("Rules")
            for rule in rules:
                if rule != UNKNOWN and rule["protocol"] != "icmp" and not rule.get("portRange"):
                    yield f"`port_range` of {direction} rules is required if protocol is `tcp` or `udp`"

    @override
    def create(self, client: Client, inputs: State) -> str:
        with explained("Error creating firewall"):
            return client.call("POST", _PATH, _body(inputs))["firewall"]["id"]

    @override
    def read(self, client: Client, key: str, state: State) -> State | None:
        firewall = found(client, f"{_PATH}/{key}", "firewall", "Error retrieving firewall")
        return firewall and {
            "name": firewall["name"],
            "dropletIds": firewall["droplet_ids"],
            "tags": firewall["tags"],
            "createdAt": firewall["created_at"],
            "status": firewall["status"],
            "pendingChanges": [to_pulumi(change) for change in firewall["pending_changes"]],
            "inboundRules": [_from_api(rule, "source") for rule in firewall["inbound_rules"]],
            "outboundRules": [_from_api(rule, "destination") for rule in firewall["outbound_rules"]],
        }

    @override
    def update(self, client: Client, key: str, olds: State, planned: State, changed: set[str]) -> None:
        with explained("Error updating firewall"):
            client.call("PUT", f"{_PATH}/{key}", _body(planned))

    @override
    def delete(self, client: Client, key: str, state: State, timeout: float) -> None:
        try:
            with explained("Error deleting firewall"):
                client.call("DELETE", f"{_PATH}/{key}")
        except CallError as error:
            if error.status != 404:
                raise


def _body(state: State) -> Json:
    return {
        "name": state["name"],
        "droplet_ids": state.get("dropletIds") or [],
        "tags": state.get("tags") or [],
        "inbound_rules": [_to_api(rule, "source") for rule in state.get("inboundRules") or []],
        "outbound_rules": [_to_api(rule, "destination") for rule in state.get("outboundRules") or []],
    }


def _to_api(rule: State, end: str) -> Json:
    far = {key: rule[f"{end}{ending}"] for ending, key in _FAR_END.items() if rule.get(f"{end}{ending}")}
    return {"protocol": rule["protocol"], "ports": rule.get("portRange") or "", f"{end}s": far}


def _from_api(rule: Json, end: str) -> State:
    far = {f"{end}{ending}": rule[f"{end}s"].get(key) for ending, key in _FAR_END.items()}
    ports = {"portRange": rule["ports"]} if rule["ports"] else {}
    return {"protocol": rule["protocol"], **ports, **{key: value for key, value in far.items() if value}}
