"""The shipped stack files, as configuration, with throw-away secrets."""

import json
from collections.abc import Collection
from pathlib import Path
from typing import Any

import yaml

from network.cli.check import stack_of
from network.config import StackConfig
from network.config.load import load
from network.config.traffic.authentication import named_users

ROOT = Path(__file__).parents[1]
NAMES = tuple(sorted(stack_of(path) for path in ROOT.glob("Pulumi.*.yaml") if path.is_file()))
"""Stacks whose file stands in the repository."""
EVERYTHING = Path(__file__).with_name("everything.yaml")
"""What is laid over the dev stack to use every option."""

DNS_TOKEN = "dGhyb3ctYXdheS10b2tlbg=="
USERS = f"ops:$2y$10${'0' * 53}"
"""A line of htpasswd that no password fits."""


def stack_file(stack: str) -> dict[str, Any]:
    """Return the config of a stack file, without the secrets that `pulumi config` would add."""
    return yaml.safe_load((ROOT / f"Pulumi.{stack}.yaml").read_text())["config"]


def everything() -> StackConfig:
    """Return a configuration that uses every option."""
    return stack_config("dev", everything_over_dev())


def everything_over_dev() -> dict[str, Any]:
    """Return what is laid over the dev stack to use every option."""
    return yaml.safe_load(EVERYTHING.read_text())


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
    file = {key: value for key, value in stack_file(stack).items() if key not in without}
    raw = merged(file, over or {})
    raw |= {
        "network:dnsToken": DNS_TOKEN,
        "network:basicAuthUsers": dict.fromkeys(named_users(raw.get("network:traffic")), USERS),
    }
    return {key: v if isinstance(v, str) else json.dumps(v) for key, v in raw.items()}


def merged(base: Any, over: Any) -> Any:
    """Return `base` with the keys of `over` laid over it, deeply."""
    if not (isinstance(base, dict) and isinstance(over, dict)):
        return over
    return {**base, **{key: merged(base.get(key), value) for key, value in over.items()}}
