"""A resource's properties on their way between the engine and the plugin."""

import hashlib
import json
from collections.abc import Mapping
from typing import cast

from google.protobuf.struct_pb2 import Struct

from lab.cloud.plugin.fields import Field, Type
from lab.cloud.plugin.resource import Resource
from lab.cloud.plugin.values import UNKNOWN, State, Value, encode, secret


def with_defaults(resource: Resource, name: str, seed: bytes, olds: State, news: State) -> State:
    """The inputs with the plugin's own values for those that are absent; `__defaults` lists these.

    A missing `name` is made of the resource's name in the program and of `seed`, which is the same in a
    preview and in the `up` after it; one that was made before is kept.
    """
    inputs = {
        key: _as_text(resource.inputs[key], value) if key in resource.inputs else value
        for key, value in news.items()
        if value is not None
    }
    defaults = [
        key for key, field in resource.inputs.items() if key not in inputs and field.default is not None
    ]
    inputs |= {key: resource.inputs[key].default for key in defaults}
    if resource.autonamed and "name" in resource.inputs and "name" not in inputs:
        defaults.append("name")
        made_before = "name" in olds.get("__defaults", ())
        inputs["name"] = olds["name"] if made_before else f"{name}-{hashlib.sha256(seed).hexdigest()[:7]}"
    return {**inputs, "__defaults": sorted(defaults)}


def _as_text(field: Field, value: Value) -> Value:
    """Numbers pass for text (docs/facts/provider.md#numbers-for-text)."""
    if field.type is Type.STRING and isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, list) and field.items:
        return [_as_text(field.items, each) for each in cast(list[Value], value)]
    if isinstance(value, dict):
        parts = cast(State, value)
        kinds = field.fields or (dict.fromkeys(parts, field.items) if field.items else {})
        return {key: _as_text(kinds[key], each) if key in kinds else each for key, each in parts.items()}
    return value


def named_by_program(resource: Resource, inputs: State) -> bool:
    """Whether the program chose a name that the plugin would else have made up."""
    return resource.autonamed and "name" in inputs and "name" not in inputs.get("__defaults", ())


def previewed(resource: Resource, inputs: State) -> State:
    """The properties that a preview of a creation knows."""
    chosen = [key for key, field in resource.inputs.items() if field.computed and key not in inputs]
    return {**dict.fromkeys([*chosen, *resource.outputs], UNKNOWN), **inputs}


def in_order(fields: Mapping[str, Field], state: State) -> State:
    """A state as the plugin keeps it: the elements of sets sorted, whatever order the API has."""
    return {key: _in_order(fields[key], value) if key in fields else value for key, value in state.items()}


def _in_order(field: Field, value: Value) -> Value:
    if isinstance(value, dict) and field.type is Type.OBJECT:
        return in_order(field.fields, cast(State, value))
    if isinstance(value, list) and field.items:
        elements = [_in_order(field.items, each) for each in cast(list[Value], value)]
        return sorted(elements, key=_rank) if field.type is Type.SET else elements
    return value


def _rank(element: Value) -> str:
    return json.dumps(element, sort_keys=True)


def marked(resource: Resource, state: State) -> Struct:
    """Properties for an answer, the secret ones marked."""
    fields = {**resource.inputs, **resource.outputs}
    return encode(
        {
            key: secret(value) if value is not None and key in fields and fields[key].secret else value
            for key, value in state.items()
        }
    )
