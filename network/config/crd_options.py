"""Options of Traefik's own kinds, checked against its CRDs (TRF-1 to TRF-7).

The API server drops keys that a CRD does not know, without a word: `graceTimeout` for `graceTimeOut`
configures nothing. So what a stack file passes through to a kind is held against the same CRD here.
"""

import functools
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, InitErrorDetails, ValidationError, core_schema

from network.config.model import Finding, Location, refusal
from network.config.nearest import did_you_mean

TABLE = "crd_options.json"
"""Beside this module: kind -> JSON Schema of its `spec`; `make generate` makes it from Traefik's CRDs."""

FORMATS: Mapping[str, tuple[str, str, str]] = {
    "go-duration": (
        r"[0-9]+((ns|us|µs|ms|s|m|h)[0-9]+)*(ns|us|µs|ms|s|m|h)?",
        "a time span is a number with a unit: ms, s, m or h",
        "write it like `30s`",
    ),
    "status-codes": (
        r"([1-5][0-9]{2}[,-]?)+",
        "a status is a code or a range of codes, 100 to 599",
        'write it like "404" or "500-599", in quotes',
    ),
}
"""Format of a text in the table -> what it must match, the rule, and the fix."""

_NAMES = {
    "array": "a list",
    "boolean": "true or false",
    "integer": "a whole number",
    "object": "a mapping with keys",
    "string": "text",
}


@functools.cache
def schemas() -> Mapping[str, Mapping[str, Any]]:
    """Return the JSON Schema of each kind's `spec`."""
    return json.loads(files("network.config").joinpath(TABLE).read_text(encoding="utf-8"))


def schema_of(kind: str, *below: str) -> Mapping[str, Any]:
    """Return the schema of a kind's `spec`, or of what stands below it.

    `below` are keys; one that names a list means the list's items. Raises KeyError for what Traefik
    does not have.
    """
    schema = schemas()[kind]
    for key in below:
        schema = schema["properties"][key]
        schema = schema.get("items", schema)
    return schema


def option_findings(schema: Mapping[str, Any], value: Any, here: Location = ()) -> Iterator[Finding]:
    """Yield what the value breaks of the schema: unknown keys, wrong types, absent or impossible values."""
    types = schema.get("type", ())
    types = (types,) if isinstance(types, str) else tuple(types)
    if types and _type(value) not in types:
        wanted = " or ".join(_NAMES[name] for name in types)
        fix = "put it in quotes" if types == ("string",) and value is not None else f"write {wanted}"
        yield Finding(here, f"Traefik wants {wanted} here", fix)
    elif isinstance(value, Mapping) and types:
        yield from _mapping_findings(schema, value, here)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from option_findings(schema.get("items", {}), item, (*here, index))
    else:
        yield from _value_findings(schema, value, here)


def _mapping_findings(
    schema: Mapping[str, Any], value: Mapping[str, Any], here: Location
) -> Iterator[Finding]:
    known = schema.get("properties", {})
    others = schema.get("additionalProperties", False)
    for key, child in value.items():
        if key in known or others is not False:
            yield from option_findings(known.get(key, others), child, (*here, key))
        else:
            yield Finding(
                (*here, key), "Traefik knows no such option, and would ignore it", did_you_mean(key, known)
            )
    for key in schema.get("required", ()):
        if key not in value:
            yield Finding((*here, key), "required by Traefik, but absent", "add it")


def _value_findings(schema: Mapping[str, Any], value: Any, here: Location) -> Iterator[Finding]:
    if "enum" in schema and value not in schema["enum"]:
        yield Finding(
            here,
            "Traefik takes only: " + ", ".join(map(str, schema["enum"])),
            did_you_mean(str(value), [*map(str, schema["enum"])]),
        )
    if isinstance(value, int) and not schema.get("minimum", value) <= value <= schema.get("maximum", value):
        bounds = f"{schema.get('minimum', 'any')} to {schema.get('maximum', 'any')}"
        yield Finding(here, f"out of Traefik's bounds: {bounds}", "change the value")
    if isinstance(value, str) and "format" in schema:
        pattern, rule, fix = FORMATS[schema["format"]]
        if re.fullmatch(pattern, value) is None:
            yield Finding(here, rule, fix)


def _type(value: Any) -> str:
    """Return the name that JSON Schema gives to the value's type."""
    if isinstance(value, bool):
        return "boolean"
    names = {dict: "object", list: "array", str: "string", int: "integer"}
    return names.get(type(value), "number" if isinstance(value, float) else "null")


@dataclass(frozen=True, eq=False)  # annotations need a hash, which mappings lack
class CrdOptions:
    """Annotation of a `dict[str, Any]`: options in Traefik's words that have no field of their own.

    `kind` and `below` name the place in a CRD as `schema_of` takes it. `refused` are keys of the CRD
    that must not stand at the top here, each with the rule and the fix: most have fields of their own.
    """

    kind: str
    below: tuple[str, ...] = ()
    refused: Mapping[str, tuple[str, str]] = field(default_factory=dict[str, tuple[str, str]])

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self.checked, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        known = schema_of(self.kind, *self.below)["properties"]
        return {
            **handler(schema),
            "properties": {key: _closed(child) for key, child in known.items() if key not in self.refused},
            "additionalProperties": False,
        }

    def checked(self, options: dict[str, Any]) -> dict[str, Any]:
        """Return the options, or raise with every problem that they have."""
        errors = [
            InitErrorDetails(type=refusal(found.rule, found.fix), loc=found.location, input=options)
            for found in self._findings(options)
        ]
        if errors:
            raise ValidationError.from_exception_data(self.kind, errors)
        return options

    def _findings(self, options: dict[str, Any]) -> Iterator[Finding]:
        if not options:
            yield Finding((), "it sets nothing", "add an option, or remove it")
        for key, (rule, fix) in self.refused.items():
            if key in options:
                yield Finding((key,), rule, fix)
        rest = {key: value for key, value in options.items() if key not in self.refused}
        schema = schema_of(self.kind, *self.below)
        required = [key for key in schema.get("required", ()) if key not in self.refused]
        yield from option_findings({**schema, "required": required}, rest)


def _closed(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return the schema as editors need it: unknown keys refused, only standard formats."""
    closed = {key: value for key, value in schema.items() if key != "format"}
    if "format" in schema:
        closed["pattern"] = f"^({FORMATS[schema['format']][0]})$"
    if "properties" in schema:
        closed["properties"] = {key: _closed(child) for key, child in schema["properties"].items()}
        closed["additionalProperties"] = False
    if "items" in schema:
        closed["items"] = _closed(schema["items"])
    return closed
