"""Invalid stack files: each a patch on a shipped one, with the problems it must give. What watches is of the
patch alone: what is wrong with it hangs on what else it has."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from tests import libyaml
from tests.stacks import USERS, WATCHING, merged, stack_file

FOLDER = Path(__file__).parent / "invalid"
SECRETS = {
    "network:dnsToken": "dGhyb3ctYXdheS10b2tlbg==",
    "network:basicAuthUsers": {"admins": USERS},
}


@dataclass(frozen=True)
class Case:
    """One invalid configuration."""

    name: str
    layers: Mapping[str, Any]
    """The stack file's `config`, with secrets as they are after decryption."""
    expected: Mapping[str, list[str]]
    """Path -> what each of its problems says: part of the rule, or `part of the rule | of the fix`."""
    plain: tuple[str, ...] = ()
    """Keys that Pulumi holds unencrypted, as far as it matters."""

    @property
    def raw(self) -> dict[str, str]:
        """Pulumi's config map."""
        return {k: v if isinstance(v, str) else json.dumps(v) for k, v in self.layers.items()}


@cache
def corpus() -> tuple[Case, ...]:
    """Return every case."""
    return tuple(case(file.stem, libyaml.load(file.read_text())) for file in sorted(FOLDER.glob("*.yaml")))


def case(name: str, patch: dict[str, Any]) -> Case:
    """Return the case that a patch describes: `base`, `set`, `unset`, `plain`, `expect`."""
    layers = merged(stack_file(patch.get("base", "dev"), WATCHING) | SECRETS, patch.get("set", {}))
    for path in patch.get("unset", ()):
        removed(layers, path)
    return Case(
        name,
        layers,
        {path: says if isinstance(says, list) else [says] for path, says in patch.get("expect", {}).items()},
        tuple(patch.get("plain", ())),
    )


def removed(layers: dict[str, Any], path: str) -> None:
    """Take out what stands at a path."""
    *parents, last = path.split(".")
    for step in parents:
        layers = layers[step]
    del layers[last]
