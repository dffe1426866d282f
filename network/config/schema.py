"""The JSON Schema of a stack file, from which editors complete and check it."""

from typing import Any

from network.config.load import NAMESPACE
from network.config.stack import SECRETS, StackConfig

_ENCRYPTED = {
    "type": "object",
    "properties": {"secure": {"type": "string"}},
    "required": ["secure"],
    "additionalProperties": False,
}


def stack_file_schema() -> dict[str, Any]:
    """Return the schema: keys of this project are known, Pulumi's and providers' are free."""
    stack = _plain(StackConfig.model_json_schema())
    layers = {
        NAMESPACE + key: _secret(key, schema) if key in SECRETS else schema
        for key, schema in stack["properties"].items()
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Pulumi stack file of the network platform",
        "type": "object",
        "properties": {
            "config": {
                "description": stack["description"],
                "type": "object",
                "properties": layers,
                "required": [NAMESPACE + k for k in stack["required"] if k not in SECRETS],
                "patternProperties": {f"^(?!{NAMESPACE})[^:]+:.+$": {}},
                "additionalProperties": False,
            },
            "environment": {"description": "Pulumi ESC environments"},
            "secretsprovider": {"type": "string"},
            "encryptedkey": {"type": "string"},
            "encryptionsalt": {"type": "string"},
        },
        "required": ["config"],
        "additionalProperties": False,
        "$defs": stack["$defs"],
    }


def _plain(schema: Any) -> Any:
    """Return the schema as a person would write it: no titles, no nulls, names checked."""
    if isinstance(schema, list):
        return [_plain(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {
        key: _plain(value)
        for key, value in schema.items()
        if not (key == "title" and isinstance(value, str)) and (key, value) != ("default", None)
    }
    if "patternProperties" in kept:
        kept["additionalProperties"] = False
    choices = [choice for choice in kept.get("anyOf", ()) if choice != {"type": "null"}]
    if len(choices) == 1:
        del kept["anyOf"]
        return {**choices[0], **kept}
    return kept


def _secret(key: str, schema: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a secret as it stands in a file: encrypted, never plain."""
    description = schema["description"]
    if SECRETS[key].by_name:
        each = {"type": "object", "additionalProperties": _ENCRYPTED}
        return {"description": description, "anyOf": [_ENCRYPTED, each]}
    return {"description": description, **_ENCRYPTED}
