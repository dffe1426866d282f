"""A resource's properties on their way between the engine and the plugin."""

import hashlib

from google.protobuf.struct_pb2 import Struct

from lab.cloud.plugin.resource import Resource
from lab.cloud.plugin.values import UNKNOWN, State, encode, secret


def with_defaults(resource: Resource, name: str, seed: bytes, olds: State, news: State) -> State:
    """The inputs with the plugin's own values for those that are absent; `__defaults` lists these.

    A missing `name` is made of the resource's name in the program and of `seed`, which is the same in a
    preview and in the `up` after it; one that was made before is kept.
    """
    inputs = {key: value for key, value in news.items() if value is not None}
    defaults = [
        key for key, field in resource.inputs.items() if key not in inputs and field.default is not None
    ]
    inputs |= {key: resource.inputs[key].default for key in defaults}
    if resource.autonamed and "name" in resource.inputs and "name" not in inputs:
        defaults.append("name")
        made_before = "name" in olds.get("__defaults", ())
        inputs["name"] = olds["name"] if made_before else f"{name}-{hashlib.sha256(seed).hexdigest()[:7]}"
    return {**inputs, "__defaults": sorted(defaults)}


def previewed(resource: Resource, inputs: State) -> State:
    """The properties that a preview of a creation knows."""
    chosen = [key for key, field in resource.inputs.items() if field.computed and key not in inputs]
    return {**dict.fromkeys([*chosen, *resource.outputs], UNKNOWN), **inputs}


def marked(resource: Resource, state: State) -> Struct:
    """Properties for an answer, the secret ones marked."""
    fields = {**resource.inputs, **resource.outputs}
    return encode(
        {
            key: secret(value) if value is not None and key in fields and fields[key].secret else value
            for key, value in state.items()
        }
    )
