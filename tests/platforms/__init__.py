"""Stack files of platforms that others run, written from what such platforms need, and what each must give.

`<name>.yaml` is a whole stack file, `expected/<name>.yaml` says by hand what must come of it: whom Traefik
reaches, which connections are open and closed, what DigitalOcean refuses of it, how requests are answered.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from network.config import StackConfig
from network.config.load import load
from network.config.provider_secrets import is_encrypted
from tests import libyaml, stacks

FOLDER = Path(__file__).parent
NAMES = tuple(sorted(file.stem for file in FOLDER.glob("*.yaml")))


@dataclass(frozen=True)
class Variant:
    """What is laid over a platform's file, and the problems that it must give."""

    over: dict[str, Any]
    problems: dict[str, str]
    """Path -> `part of the rule | part of the fix`."""


@dataclass(frozen=True)
class Expected:
    """What must come of a platform's file."""

    reached: dict[str, str]
    """Ports by which Traefik reaches a workload, `<namespace>/<workload>`."""
    open: tuple[str, ...]
    """`<who> to <whom>, <protocol>/<port>`."""
    closed: tuple[str, ...]
    refused: tuple[Variant, ...]
    asked: tuple[dict[str, Any], ...]
    """Requests of the lab, and what answers them."""


@cache
def expected(name: str) -> Expected:
    """Return what is expected of a platform."""
    content = libyaml.load((FOLDER / "expected" / f"{name}.yaml").read_text())
    variants = tuple(Variant(each["set"], each["expect"]) for each in content["refused"])
    return Expected(
        content["reached"],
        tuple(content["open"]),
        tuple(content["closed"]),
        variants,
        tuple(content["asked"]),
    )


def file(name: str) -> Path:
    """Return a platform's stack file."""
    return FOLDER / f"{name}.yaml"


def layers(name: str) -> dict[str, Any]:
    """Return the config of a platform's file; what is encrypted there is left out."""
    return {
        key: value
        for key, value in libyaml.load(file(name).read_text())["config"].items()
        if not is_encrypted(value)
    }


def config_map(name: str, over: dict[str, Any] | None = None) -> dict[str, str]:
    """Return a platform's config as Pulumi hands it to a program, with throw-away secrets."""
    given = stacks.merged(layers(name), over or {})
    redis = given.get("network:traffic", {}).get("redis")
    return stacks.handed({**given, **({"network:redisPassword": "throw-away"} if redis else {})})


@cache
def config(name: str) -> StackConfig:
    """Return a platform's configuration."""
    return load(config_map(name))
