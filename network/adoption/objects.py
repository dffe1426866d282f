"""One thing that can be imported, and what its adoption changes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from network.review.markdown import ABSENT
from network.review.replacement import Change, changes, is_lower, replaces


@dataclass(frozen=True)
class Effect:
    """What an adoption does to one property, or why it is refused."""

    path: str
    """Of the property, in Pulumi's words; empty where it is about the whole."""
    found: Any
    planned: Any
    kind: Literal["in place", "refused"]
    """`in place`: the `up` that imports it changes it (docs/facts/provider.md#an-import-in-an-up)."""
    why: str = ""
    fix: str = ""
    """What to write in the stack file, or to do; of what is refused alone."""

    @property
    def found_text(self) -> str:
        """What was found, as a stack file writes it; empty where it is about the whole."""
        return _shown(self.found) if self.path else ""

    @property
    def planned_text(self) -> str:
        """What is planned, likewise."""
        return _shown(self.planned) if self.path else ""

    @property
    def text(self) -> str:
        """Say what happens, on one line."""
        values = f"{self.found_text} -> {self.planned_text}" if self.path else ""
        return " ".join(filter(None, (self.path, values, f"({self.why})" if self.why else "")))


@dataclass(frozen=True)
class Importable:
    """Something that exists, as the program knows it."""

    type: str
    """Of the resource, as its class is called."""
    name: str
    """Of the resource in the program."""
    id: str
    """What an import of it takes."""
    title: str
    """What it is and how it is called where it stands."""
    key: str
    """Of the stack file: by which it is adopted, or by which it would be."""
    adopted: bool
    """Whether the stack file says so; else it was found by its name or by what it has of the plan."""
    effects: tuple[Effect, ...] = ()
    lines: Mapping[str, Any] | None = None
    """What to add to the stack file for it to be adopted; None where nothing can be."""

    @property
    def token(self) -> str:
        """The type as Pulumi writes it."""
        if self.type == "Release":
            return "kubernetes:helm.sh/v3:Release"
        return f"digitalocean:index/{self.type[0].lower()}{self.type[1:]}:{self.type}"

    @property
    def refused(self) -> tuple[Effect, ...]:
        """What stands against it."""
        return tuple(each for each in self.effects if each.kind == "refused")


Fixes = Mapping[str, str]
"""Property of a type -> key of the stack file that says it."""

_FIXES: Mapping[str, Fixes] = {
    "Vpc": {"region": "environment.region", "ipRange": "external.vpc.ipRange"},
    "KubernetesCluster": {
        "region": "environment.region",
        "clusterSubnet": "cluster.podRange",
        "serviceSubnet": "cluster.serviceRange",
        "nodePool.size": "cluster.nodePools.default.size",
        "version": "cluster.version",
        "ha": "cluster.ha",
    },
    "KubernetesNodePool": {"size": "cluster.nodePools.{name}.size"},
}


def effects(type_name: str, found: Mapping[str, Any], planned: Mapping[str, Any], name: str) -> list[Effect]:
    """Return what an `up` does to what was found, property by property; `planned` and `found` are inputs in
    Pulumi's spelling, `name` is the resource's in the stack file."""
    before = {"inputs": _ordered(found)}
    after = {"inputs": _ordered(planned), "ignoreChanges": ()}
    return [_effect(type_name, each, name) for each in changes(before, after)]


def _effect(type_name: str, change: Change, name: str) -> Effect:
    why = _why(type_name, change)
    if why is None:
        return Effect(change.name, change.before, change.after, "in place", _of_nodes(type_name, change))
    key = _FIXES[type_name][change.name].format(name=name)
    return Effect(
        change.name, change.before, change.after, "refused", why, f"write `{key}: {_shown(change.before)}`"
    )


def _why(type_name: str, change: Change) -> str | None:
    """Return why a change is refused; None if it is made in place."""
    if replaces(type_name, change):
        return "it cannot be changed: Pulumi would delete this one and make another"
    if type_name == "KubernetesCluster":
        if change.name == "ha" and change.before is True:
            return "DigitalOcean never switches it off"
        if change.name == "version" and is_lower(change.after, change.before):
            return "no cluster goes back: Pulumi would delete it with everything in it"
    return None


def _of_nodes(type_name: str, change: Change) -> str:
    """Return what a change does to the nodes, where it does anything."""
    if type_name == "KubernetesCluster" and change.name == "version":
        return "an upgrade: nodes are replaced one after the other"
    if change.name.rpartition(".")[2] in ("nodeCount", "maxNodes", "minNodes", "taints"):
        return "nodes may come and go"
    return ""


def _ordered(value: Any) -> Any:
    """Return a value with its lists in one order: the account gives them in its own."""
    if isinstance(value, Mapping):
        return {key: _ordered(child) for key, child in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return sorted((_ordered(child) for child in value), key=str)
    return value


def _shown(value: Any) -> str:
    if value is ABSENT:
        return "absent"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return f"[{', '.join(_shown(each) for each in value)}]"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {_shown(each)}" for key, each in value.items()) + "}"
    return str(value) or '""'
