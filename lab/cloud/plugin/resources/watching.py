"""digitalocean.UptimeCheck, digitalocean.UptimeAlert and digitalocean.MonitorAlert (the provider's source,
terraform-provider-digitalocean of 2026-08-06)."""

from typing import cast

from typing_extensions import override

from lab.cloud.plugin import checks
from lab.cloud.plugin.client import Client, explained
from lab.cloud.plugin.fields import BOOLEAN, INTEGER, NUMBER, STRING, fields, list_of, object_of, set_of
from lab.cloud.plugin.resource import Resource, found
from lab.cloud.plugin.resources.mirrored import Mirrored, Spelling
from lab.cloud.plugin.values import State, Value
from lab.cloud.rules import watching as rules
from lab.cloud.state import Json

_TOLD = object_of(
    {
        "emails": list_of(STRING),
        "slacks": list_of(
            object_of(
                {
                    "channel": STRING.but(required=True, check=checks.not_empty),
                    "url": STRING.but(required=True, check=checks.not_empty),
                }
            )
        ),
    }
)


class UptimeCheck(Mirrored):
    """digitalocean.UptimeCheck."""

    token = "digitalocean:index/uptimeCheck:UptimeCheck"
    inputs = fields(
        {
            "name": STRING,
            "target": STRING.but(required=True),
            "type": STRING.but(default="https", check=checks.one_of(rules.CHECKS)),
            "regions": set_of(STRING),
            "enabled": BOOLEAN.but(default=True),
        }
    )
    outputs = fields({})
    spelling = Spelling("/v2/uptime/checks", "check", "check")


class UptimeAlert(Resource):
    """digitalocean.UptimeAlert, which the API knows below its check."""

    token = "digitalocean:index/uptimeAlert:UptimeAlert"
    inputs = fields(
        {
            "name": STRING,
            "checkId": STRING.but(required=True),
            "type": STRING.but(required=True, check=checks.one_of(rules.ALERTS)),
            "threshold": INTEGER,
            "comparison": STRING.but(check=checks.one_of(rules.COMPARISONS)),
            "period": STRING.but(check=checks.one_of(rules.PERIODS)),
            "notifications": list_of(_TOLD, required=True),
        }
    )
    outputs = fields({})

    @override
    def create(self, client: Client, inputs: State) -> str:
        with explained("Error creating Uptime Alert"):
            return client.call("POST", _alerts(inputs), _alert(inputs))["alert"]["id"]

    @override
    def read(self, client: Client, key: str, state: State) -> State | None:
        alert = found(client, f"{_alerts(state)}/{key}", "alert", "Error retrieving check")
        return alert and {
            "checkId": state["checkId"],
            "notifications": [_from_api(alert["notifications"])],
            **{name: alert.get(name) for name in ("name", "type", "threshold", "comparison", "period")},
        }

    @override
    def update(self, client: Client, key: str, olds: State, planned: State, changed: set[str]) -> None:
        with explained("Error updating Alert"):
            client.call("PUT", f"{_alerts(planned)}/{key}", _alert(planned))

    @override
    def delete(self, client: Client, key: str, state: State, timeout: float) -> None:
        with explained("Error deleting uptime alerts"):
            client.call("DELETE", f"{_alerts(state)}/{key}")


class MonitorAlert(Resource):
    """digitalocean.MonitorAlert."""

    token = "digitalocean:index/monitorAlert:MonitorAlert"
    autonamed = False
    inputs = fields(
        {
            "type": STRING.but(required=True),
            "compare": STRING.but(required=True, check=checks.one_of(rules.COMPARES)),
            "description": STRING.but(required=True),
            "enabled": BOOLEAN.but(default=True),
            "value": NUMBER.but(required=True),
            "window": STRING.but(required=True, check=checks.one_of(rules.WINDOWS)),
            "entities": set_of(STRING),
            "tags": set_of(STRING.but(check=checks.tag)),
            "alerts": _TOLD.but(required=True),
        }
    )
    outputs = fields({"uuid": STRING})

    @override
    def create(self, client: Client, inputs: State) -> str:
        with explained("Error creating Alert Policy"):
            return client.call("POST", _POLICIES, _policy(inputs))["policy"]["uuid"]

    @override
    def read(self, client: Client, key: str, state: State) -> State | None:
        policy = found(client, f"{_POLICIES}/{key}", "policy", "Error reading Alert")
        kept = ("type", "compare", "description", "enabled", "value", "window", "entities", "tags", "uuid")
        return policy and {
            "alerts": _from_api(policy["alerts"]),
            **{name: policy.get(name) for name in kept},
        }

    @override
    def update(self, client: Client, key: str, olds: State, planned: State, changed: set[str]) -> None:
        with explained("Error updating monitoring alert"):
            client.call("PUT", f"{_POLICIES}/{key}", _policy(planned))

    @override
    def delete(self, client: Client, key: str, state: State, timeout: float) -> None:
        with explained("Error deleting monitor alert"):
            client.call("DELETE", f"{_POLICIES}/{key}")


_POLICIES = "/v2/monitoring/alerts"


def _alerts(state: State) -> str:
    return f"/v2/uptime/checks/{state['checkId']}/alerts"


def _alert(state: State) -> Json:
    names = ("name", "type", "threshold", "comparison", "period")
    given = {name: state[name] for name in names if state.get(name) is not None}
    (told,) = cast(list[State], state["notifications"])
    return {**given, "notifications": _to_api(told)}


def _policy(state: State) -> Json:
    given = {
        name: value for name, value in state.items() if name in MonitorAlert.inputs and value is not None
    }
    return {"entities": [], "tags": [], **given, "alerts": _to_api(state["alerts"])}


def _to_api(told: Value) -> Json:
    return {"email": told.get("emails") or [], "slack": told.get("slacks") or []}


def _from_api(told: Json) -> State:
    return {"emails": told["email"], "slacks": told["slack"]}
