"""What the plugin sends of a cluster, as the client library writes it: what is empty or false is left out in
some places and null in others, whether or not it was meant."""

from typing import Any

from lab.cloud.plugin.resources import pools
from lab.cloud.plugin.resources.cluster_fields import SWITCHES
from lab.cloud.plugin.resources.spelling import snake, to_api
from lab.cloud.plugin.values import State
from lab.cloud.state import Json

_SCALER = {
    "scaleDownUtilizationThreshold": ("scale_down_utilization_threshold", 0.0),
    "scaleDownUnneededTime": ("scale_down_unneeded_time", ""),
    "expanders": ("expanders", []),
}
"""Property of the autoscaler's configuration -> its name in the API, and what unsets it."""

_PLACE = ("vpcUuid", "clusterSubnet", "serviceSubnet", "workerSubnetUuid", "isolatedWorkers")


def api_name(switch: str) -> str:
    """What the API calls an add-on."""
    return "rdma_shared_dev_plugin" if switch == "rdmaSharedDevicePlugin" else snake(switch)


def of_new(inputs: State) -> Json:
    """The body that creates a cluster: blocks that the program has, and the rest left out."""
    body: Json = {
        "name": inputs["name"],
        "region": inputs["region"].lower(),
        "version": inputs["version"],
        "tags": inputs.get("tags"),
        "node_pools": [pools.body_of(inputs["nodePool"], pools.DEFAULT_TAG)],
        **{snake(name): inputs.get(name) for name in _PLACE},
        **{api_name(name): inputs.get(name) for name in SWITCHES},
    }
    body = {key: value for key, value in body.items() if value}
    body |= {
        "auto_upgrade": inputs.get("autoUpgrade") or False,
        "surge_upgrade": inputs.get("surgeUpgrade", True),
        "maintenance_policy": _window(inputs),
    }
    if inputs.get("ha") is not None:
        body["ha"] = inputs["ha"]
    if inputs.get("controlPlaneFirewall"):
        body["control_plane_firewall"] = _firewall(inputs)
    if inputs.get("clusterAutoscalerConfigurations"):
        body["cluster_autoscaler_configuration"] = _scaler({}, inputs)
    return body | _sso(inputs)


def of_update(olds: State, planned: State) -> Json:
    """The body of an update: every block, with null in it where the state knows nothing. `false` for surge
    upgrades is left out: the API keeps true, and the difference never ends
    (docs/facts/provider.md#surge-upgrades)."""
    left_out = {"tags": planned.get("tags"), "surge_upgrade": planned.get("surgeUpgrade")}
    body: Json = {
        "name": planned["name"],
        **{key: value for key, value in left_out.items() if value},
        "auto_upgrade": planned.get("autoUpgrade") or False,
        "ha": planned.get("ha") or False,
        "control_plane_firewall": _firewall(planned),
        "cluster_autoscaler_configuration": _scaler(olds, planned),
        **{api_name(name): {"enabled": (planned.get(name) or {}).get("enabled")} for name in SWITCHES},
    }
    window = _window(planned)
    return body | ({"maintenance_policy": window} if window else {}) | _sso(planned)


def _window(state: State) -> Json | None:
    """The duration is never sent, and yet there."""
    policy = state.get("maintenancePolicy")
    if not policy:
        return None
    return {
        "day": policy.get("day") or "any",
        "start_time": policy.get("startTime") or "",
        "duration": "",
    }


def _firewall(state: State) -> Json:
    """No addresses are null, whatever is meant by it."""
    given = state.get("controlPlaneFirewall") or {}
    return {"enabled": given.get("enabled"), "allowed_addresses": given.get("allowedAddresses") or None}


def _sso(state: State) -> Json:
    return {"sso": to_api(state["ssos"][0])} if state.get("ssos") else {}


def _scaler(olds: State, planned: State) -> Json:
    """Null for what was never there, an empty value for what is taken out."""
    before, after = (_first(state.get("clusterAutoscalerConfigurations")) for state in (olds, planned))
    body: Json = {}
    for name, (key, empty) in _SCALER.items():
        value = after.get(name) or None
        body[key] = empty if value is None and before.get(name) else value
    return body


def _first(blocks: list[Any] | None) -> State:
    return blocks[0] if blocks else {}
