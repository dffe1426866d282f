"""Resources as literals: what a bare program registers."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypedDict

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
            inputs={"id": each["id"]} if each.get("external") else each.get("inputs", {}),
            parent=each.get("parent", ""),
            depends_on=each.get("dependencies", []),
            provider=each.get("provider", "").rpartition("::")[0],
            kind="read" if each.get("external") else "custom" if each["custom"] else "component",
        )
        for each in deployment["resources"]
        if each["type"] != STACK and "::default_" not in each["urn"]
    )


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
