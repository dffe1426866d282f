"""The settings of a cluster that a body may name, read as the client library writes them.

It leaves out what is empty or false, and writes null into blocks in which nothing is meant: neither changes
anything (docs/facts/provider.md#empty-values-in-requests; [api] for what is left out).
"""

from typing import Any

from lab.cloud.catalogue import version_key
from lab.cloud.state import Json

_SWITCHES = (
    "amd_gpu_device_metrics_exporter_plugin",
    "amd_gpu_device_plugin",
    "amd_gpu_dra_driver",
    "coredns_autoscaler",
    "nfs_csi_plugin",
    "nvidia_gpu_device_plugin",
    "nvidia_gpu_dra_driver",
    "p2p_oci_registry_plugin",
    "rdma_shared_dev_plugin",
    "routing_agent",
)
"""Add-ons: blocks with one switch, `enabled`."""

_WINDOW = {"day": "any", "start_time": "00:00", "duration": "4h0m0s"}

_OPEN = {"enabled": False, "allowed_addresses": []}

_SCALER = ("scale_down_utilization_threshold", "scale_down_unneeded_time", "expanders")

_SCALER_KEY = "cluster_autoscaler_configuration"


def of_new(body: Json, version: str) -> Json:
    """The settings of a new cluster."""
    ha = body.get("ha")
    return {
        "name": body["name"],
        "auto_upgrade": body.get("auto_upgrade") or False,
        "surge_upgrade": body.get("surge_upgrade", True),
        "ha": version_key(version)[0] >= (1, 36) if ha is None else ha,
        "sso": body.get("sso"),
        "maintenance_policy": _merged(_WINDOW, _without_blanks(body.get("maintenance_policy"))),
        "control_plane_firewall": _merged(_OPEN, body.get("control_plane_firewall")),
        _SCALER_KEY: _scaler(None, body.get(_SCALER_KEY)),
        **{switch: _merged({"enabled": False}, body.get(switch)) for switch in _SWITCHES},
    }


def changed(cluster: Json, body: Json) -> Json:
    """The settings of a cluster after an update."""
    found = {key: body.get(key) for key in ("name", "auto_upgrade", "surge_upgrade", "ha", "sso")}
    return {
        **{key: cluster[key] if value is None else value for key, value in found.items()},
        "maintenance_policy": _merged(
            cluster["maintenance_policy"], _without_blanks(body.get("maintenance_policy"))
        ),
        _SCALER_KEY: _scaler(cluster[_SCALER_KEY], body.get(_SCALER_KEY)),
        **{key: _merged(cluster[key], body.get(key)) for key in ("control_plane_firewall", *_SWITCHES)},
    }


def _merged(block: Json, given: Json | None) -> Json:
    return {**block, **{key: value for key, value in (given or {}).items() if value is not None}}


def _without_blanks(policy: Json | None) -> Json:
    """The client library sends an empty `duration`, and an empty start where the program gives none."""
    return {key: value for key, value in (policy or {}).items() if value}


def _scaler(current: Json | None, given: Json | None) -> Json | None:
    """Null leaves a value as it is, an empty one takes it away; with none left there is no configuration,
    which is answered as null [api]."""
    kept: dict[str, Any] = {**(current or {})}
    for key in _SCALER:
        value = (given or {}).get(key)
        if value is not None:
            kept[key] = value
    kept = {key: value for key, value in kept.items() if value}
    return {**dict.fromkeys(_SCALER), **kept} if kept else None
