"""Property values of the engine's protocol as plain Python data, and back."""

import math
from collections.abc import Mapping
from typing import Any, cast

from google.protobuf.json_format import MessageToDict, ParseDict
from google.protobuf.struct_pb2 import Struct

Value = Any
"""A property: None, bool, int, float, str, a list, a dict, or UNKNOWN."""

State = dict[str, Value]
"""A resource's properties."""

UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""Stands for a value that a preview cannot know yet (the SDK's `rpc.UNKNOWN`)."""

_SIGNATURE = "4dabf18193072939515e22adb298388d"
"""Key of an object that is a special value; the value under it says which."""

_SECRET = "1b47061264138c4ac30d75fd1eb44270"
_OUTPUT = "d0e6a833031e9bbcd3f4e8bde6ca49a4"


def decode(struct: Struct) -> State:
    """The properties of a request, without marks of secrecy: the engine remembers which were secret."""
    return _plain(MessageToDict(struct))


def encode(state: Mapping[str, Value]) -> Struct:
    """Properties for an answer."""
    return ParseDict({key: value for key, value in state.items() if value is not None}, Struct())


def secret(value: Value) -> Value:
    """Mark a value of an answer as secret."""
    return {_SIGNATURE: _SECRET, "value": value}


def has_unknown(value: Value) -> bool:
    """Whether anything in a value is not known yet."""
    if isinstance(value, dict):
        return any(has_unknown(each) for each in cast(dict[str, Value], value).values())
    if isinstance(value, list):
        return any(has_unknown(each) for each in cast(list[Value], value))
    return value == UNKNOWN


def is_zero(value: Value) -> bool:
    """Whether a value is what Terraform takes an absent one for: null, zero, false or empty."""
    return value is None or value == 0 or value in ("", [], {})


def _plain(value: Value) -> Value:
    if isinstance(value, dict):
        held = cast(dict[str, Value], value)
        match held.get(_SIGNATURE):
            case signature if signature == _SECRET:
                return _plain(held["value"])
            case signature if signature == _OUTPUT:
                return _plain(held["value"]) if "value" in held else UNKNOWN
            case _:
                return {key: _plain(each) for key, each in held.items()}
    if isinstance(value, list):
        return [_plain(each) for each in cast(list[Value], value)]
    if isinstance(value, float) and math.isfinite(value) and value.is_integer():
        return int(value)
    return value
