"""The types of inputs and outputs, and what a change of each means."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from lab.cloud.plugin.values import State, Value


class Type(StrEnum):
    """JSON's types, with lists whose order means nothing as one more."""

    STRING = "string"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    LIST = "list"
    SET = "set"
    MAP = "map"
    OBJECT = "object"


Check = Callable[[Any], str | None]
"""Says what is wrong with a known value, or None."""

Same = Callable[[Any, Any, State], bool]
"""Whether the state's value and the program's mean the same to the API, given the whole state."""


@dataclass(frozen=True)
class Field:
    """One input or output.

    `computed`: the cloud chooses a value when the program gives none, so taking it out of the program is
    no change. `replaces`: a change replaces the resource. `secret`: marked so in the state. `items` are
    the elements of lists, sets and maps, `fields` the parts of an object.
    """

    type: Type
    required: bool = False
    computed: bool = False
    default: Value = None
    replaces: bool = False
    secret: bool = False
    items: "Field | None" = None
    fields: "Mapping[str, Field]" = field(default_factory=dict[str, "Field"])
    check: Check | None = None
    same: Same | None = None

    def but(self, **changes: Any) -> "Field":
        """The field with some of its attributes changed."""
        return replace(self, **changes)


def fields(named: Mapping[str, Field]) -> Mapping[str, Field]:
    """Fields by name, as a constant."""
    return MappingProxyType(named)


STRING = Field(Type.STRING)
INTEGER = Field(Type.INTEGER)
NUMBER = Field(Type.NUMBER)
BOOLEAN = Field(Type.BOOLEAN)


def list_of(items: Field, **attributes: Any) -> Field:
    """A list whose order counts."""
    return Field(Type.LIST, items=items, **attributes)


def set_of(items: Field, **attributes: Any) -> Field:
    """A list whose order does not count."""
    return Field(Type.SET, items=items, **attributes)


def map_of(items: Field, **attributes: Any) -> Field:
    """Values by names that the user chooses."""
    return Field(Type.MAP, items=items, **attributes)


def object_of(fields: Mapping[str, Field], **attributes: Any) -> Field:
    """A block with parts of its own."""
    return Field(Type.OBJECT, fields=fields, **attributes)
