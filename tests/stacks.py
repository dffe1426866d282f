"""The shipped stack files, as configuration, with throw-away secrets."""

import json
from collections.abc import Collection, Mapping
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

from network.cli.check import stack_of
from network.config import StackConfig
from network.config.bought import named_certificates
from network.config.load import load
from network.config.observability.alerting import named_receivers
from network.config.secrets import KEY_PLACEHOLDER, RECEIVER_PLACEHOLDER
from network.config.traffic.authentication import named_users
from tests import libyaml

ROOT = Path(__file__).parents[1]
NAMES = tuple(sorted(stack_of(path) for path in ROOT.glob("Pulumi.*.yaml") if path.is_file()))
"""Stacks whose file stands in the repository."""
EVERYTHING = Path(__file__).with_name("everything.yaml")
"""What is laid over the dev stack to use every option."""

WATCHING = ("network:observability",)
"""Keys by which a shipped stack is watched: left out of its file where a test says itself who watches."""

DNS_TOKEN = "dGhyb3ctYXdheS10b2tlbg=="
USERS = f"ops:$2y$10${'0' * 53}"
"""A line of htpasswd that no password fits."""


def stack_file(stack: str, without: Collection[str] = ()) -> dict[str, Any]:
    """Return the config of a stack file, without the secrets that `pulumi config` would add, and without some
    of its keys."""
    return deepcopy({key: value for key, value in _stack_file(stack).items() if key not in without})


@cache
def _stack_file(stack: str) -> dict[str, Any]:
    return libyaml.load((ROOT / f"Pulumi.{stack}.yaml").read_text())["config"]


KUBERNETES = ".".join(stack_file("dev")["network:cluster"]["version"].split(".")[:2])
"""Minor version that the shipped stacks run, such as `1.36`."""


def everything() -> StackConfig:
    """Return a configuration that uses every option."""
    return stack_config("dev", everything_over_dev())


def everything_over_dev() -> dict[str, Any]:
    """Return what is laid over the dev stack to use every option."""
    return deepcopy(_everything_over_dev())


@cache
def _everything_over_dev() -> dict[str, Any]:
    return libyaml.load(EVERYTHING.read_text())


def stack_config(
    stack: str, over: dict[str, Any] | None = None, without: Collection[str] = ()
) -> StackConfig:
    """Return a stack's configuration, with keys such as `network:ingress` laid over the file's; of the file
    some are left out."""
    return load(config_map(stack, over, without))


def config_map(
    stack: str, over: dict[str, Any] | None = None, without: Collection[str] = ()
) -> dict[str, str]:
    """Return the same as Pulumi hands it to a program: text, structures as JSON."""
    return handed(merged(stack_file(stack, without), over or {}))


def handed(layers: Mapping[str, Any]) -> dict[str, str]:
    """Return layers as Pulumi hands them to a program, with throw-away secrets for those that they need."""
    raw = {
        **layers,
        "network:dnsToken": DNS_TOKEN,
        "network:basicAuthUsers": dict.fromkeys(named_users(layers.get("network:traffic")), USERS),
        "network:certificateKeys": {
            **dict.fromkeys(named_certificates(layers.get("network:certificates")), KEY_PLACEHOLDER),
            **layers.get("network:certificateKeys", {}),
        },
        "network:alertReceivers": {
            **dict.fromkeys(named_receivers(layers.get("network:observability")), RECEIVER_PLACEHOLDER),
            **layers.get("network:alertReceivers", {}),
        },
    }
    return {key: v if isinstance(v, str) else json.dumps(v) for key, v in raw.items()}


def merged(base: Any, over: Any) -> Any:
    """Return `base` with the keys of `over` laid over it, deeply."""
    if not (isinstance(base, dict) and isinstance(over, dict)):
        return over
    return {**base, **{key: merged(base.get(key), value) for key, value in over.items()}}
