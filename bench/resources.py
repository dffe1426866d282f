"""Resources as literals: what a bare program registers."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypedDict, cast

from tests.program.recording import Declared

STACK = "pulumi:pulumi:Stack"


class Literal(TypedDict):
    """One registration with nothing left to compute."""

    urn: str
    type: str
    name: str
    inputs: Mapping[str, Any]
    parent: str
    """URN; of no literal for what has no parent but the stack."""
    depends_on: Sequence[str]
    provider: str
    """URN of an explicit provider, or nothing."""
    kind: str
    """`component`, `custom` or `read`; of a read, the id is in `inputs`."""


def recorded(declared: Iterable[Declared]) -> list[Literal]:
    """Return the literals of a run against the recording monitor, in a repeatable order."""
    return _ordered(
        Literal(
            urn=each.urn,
            type=each.type,
            name=each.name,
            inputs=each.inputs,
            parent=each.parent,
            depends_on=sorted(each.dependencies),
            provider=each.request.provider.rpartition("::")[0],
            kind="read" if each.read else "component" if each.component else "custom",
        )
        for each in declared
    )


def exported(deployment: Mapping[str, Any]) -> list[Literal]:
    """Return the literals of `pulumi stack export --show-secrets`."""
    return _ordered(
        Literal(
            urn=each["urn"],
            type=each["type"],
            name=each["urn"].rpartition("::")[2],
            inputs={"id": each["id"]} if each.get("external") else _given(each),
            parent=each.get("parent", ""),
            depends_on=each.get("dependencies", []),
            provider=each.get("provider", "").rpartition("::")[0],
            kind="read" if each.get("external") else "custom" if each["custom"] else "component",
        )
        for each in deployment["resources"]
        if each["type"] != STACK and "::default_" not in each["urn"]
    )


def _given(resource: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a program gave: without the marks that the engine's bridges leave among the
    inputs, such as `__defaults`. A provider's have the engine's version beside them, and other
    values than texts are written as JSON there."""
    inputs = {
        key: _plain(value) for key, value in resource.get("inputs", {}).items() if not key.startswith("__")
    }
    if resource["type"].startswith("pulumi:providers:"):
        inputs.pop("version", None)
        return {
            key: json.loads(value) if value in ("true", "false") else value for key, value in inputs.items()
        }
    return inputs


def _plain(value: Any) -> Any:
    """Return a value without the envelopes of secrets."""
    if isinstance(value, list):
        return [_plain(each) for each in cast(list[Any], value)]
    if not isinstance(value, dict):
        return value
    fields = cast(dict[str, Any], value)
    if "plaintext" in fields:
        return json.loads(fields["plaintext"])
    return {key: _plain(each) for key, each in fields.items()}


def _ordered(literals: Iterable[Literal]) -> list[Literal]:
    """Put parents, providers and dependencies before what needs them."""
    waiting = {each["urn"]: each for each in literals}
    ordered: dict[str, Literal] = {}

    def place(urn: str) -> None:
        literal = waiting.pop(urn, None)
        if literal is not None:
            for needed in (literal["parent"], literal["provider"], *literal["depends_on"]):
                place(needed)
            ordered[urn] = literal

    for urn in list(waiting):
        place(urn)
    return list(ordered.values())
