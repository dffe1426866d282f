"""A project with two environments of one host, in two regions, and a global load balancer over them."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from network.config import StackConfig
from network.config.load import load
from tests import libyaml
from tests.stacks import DNS_TOKEN, USERS, WATCHING, merged, stack_file

HOST = "www.example.org"
ENTRY: dict[str, Any] = {
    "name": "shop-global",
    "environments": {"ams": {"priority": 1}, "fra": {"priority": 2}},
    "hosts": {HOST: {"managed": True}},
}
_SHARED: dict[str, Any] = {
    "network:applications": {
        "shop": {"routes": {"everywhere": {"host": HOST, "workload": "web", "port": "http"}}}
    },
    "network:certificates": {
        "dns01": {"delegatedZones": ["example.org"]},
        "named": {"everywhere": {"dnsNames": [HOST]}},
    },
    "network:ingress": {"tls": {"sniStrict": False}},
}
_FRANKFURT: dict[str, Any] = {
    "network:environment": {"name": "fra", "region": "fra1"},
    "network:external": {
        "vpc": {"ipRange": "10.7.0.0/16", "otherRanges": {"prod": "10.1.0.0/16"}},
        "dns": {"zone": "fra.example.nl"},
    },
    "network:cluster": {"podRange": "10.8.0.0/19", "serviceRange": "10.9.0.0/22"},
    "network:ingress": {"loadBalancer": {"name": "network-fra"}},
    "network:applications": {
        "shop": {"routes": {"shop": {"host": "shop.fra.example.nl"}}},
        "api": {"routes": {"api": {"host": "api.fra.example.nl"}}},
    },
}


def environments(
    ams: Mapping[str, Any] | None = None, fra: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Return the config of both stack files, with keys laid over them."""
    base = merged(stack_file("dev", WATCHING), _SHARED)
    return {"ams": merged(base, dict(ams or {})), "fra": merged(merged(base, _FRANKFURT), dict(fra or {}))}


def write(folder: Path, entry: Mapping[str, Any] = ENTRY, **over: Mapping[str, Any]) -> Path:
    """Write the project, and return the stack file of the load balancer."""
    (folder / "Pulumi.yaml").write_text("name: network\n")
    for name, config in environments(**over).items():
        (folder / f"Pulumi.{name}.yaml").write_text(libyaml.dump({"config": config}, sort_keys=False))
    file = folder / "global" / "Pulumi.shop.yaml"
    file.parent.mkdir(exist_ok=True)
    file.write_text(libyaml.dump({"config": {"network:global": entry}}, sort_keys=False))
    return file


def stacks(**over: Mapping[str, Any]) -> dict[str, StackConfig]:
    """Return the environments as configuration."""
    return {name: _loaded(json.dumps(config)) for name, config in environments(**over).items()}


@cache
def _loaded(config: str) -> StackConfig:
    raw = {**json.loads(config), "network:dnsToken": DNS_TOKEN, "network:basicAuthUsers": {"admins": USERS}}
    return load({key: each if isinstance(each, str) else json.dumps(each) for key, each in raw.items()})
