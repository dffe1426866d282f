"""Checks stricter than the published schemas, which let unknown keys pass in many places."""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from jsonschema import Draft202012Validator
from referencing import Registry, Resource

Schema = Mapping[str, Any]


def closed(schema: Any) -> Any:
    """Return a structural CRD schema that refuses what the API server would silently drop."""
    if isinstance(schema, list):
        return [closed(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    result = {
        key: {name: closed(child) for name, child in value.items()} if key == "properties" else closed(value)
        for key, value in schema.items()
    }
    open_ended = "additionalProperties" in schema or schema.get("x-kubernetes-preserve-unknown-fields")
    if schema.get("type") == "object" and not open_ended:
        result["additionalProperties"] = False
    return result


def unknown_keys(
    given: Any, defaults: Any, schema: Schema, root: Schema, foreign: Mapping[str, Any]
) -> Iterator[str]:
    """Yield paths of values that neither the chart's `values.yaml` nor its schema knows.

    `foreign` names the paths whose content another contract describes.
    """
    yield from _unknown((), given, defaults, schema, root, foreign)


def _unknown(
    path: tuple[str, ...],
    given: Any,
    defaults: Any,
    schema: Schema,
    root: Schema,
    foreign: Mapping[str, Any],
) -> Iterator[str]:
    if not isinstance(given, Mapping):
        return
    known = defaults if isinstance(defaults, Mapping) else {}
    described = resolved(schema, root)
    for key, value in given.items():
        if ".".join((*path, key)) in foreign:
            continue
        below = child_schema(described, key)
        if key not in known and below is None:
            yield ".".join((*path, key))
        else:
            yield from _unknown((*path, key), value, known.get(key), below or {}, root, foreign)


def resolved(schema: Schema, root: Schema) -> Schema:
    """Follow a `$ref` inside the same document."""
    while (reference := schema.get("$ref")) is not None:
        target: Any = root
        for step in reference.removeprefix("#/").split("/"):
            target = target[step]
        schema = target
    return schema


def child_schema(schema: Schema, key: str) -> Schema | None:
    """Return the schema of a key, None if the schema does not declare it."""
    declared = schema.get("properties", {}).get(key)
    if declared is not None:
        return declared
    others = schema.get("additionalProperties")
    return others if isinstance(others, Mapping) else None


def at(values: Any, path: str) -> Any:
    """Return the value at a dotted path, None if there is none."""
    for step in path.split("."):
        values = values.get(step) if isinstance(values, Mapping) else None
    return values


def _kubernetes_schema(name: str, version: str) -> dict[str, Any]:
    folder = files("kubernetes_validate") / "kubernetes-json-schema" / f"v{version}.0-local-strict"
    return json.loads((folder / f"{name}.json").read_text())


@cache
def kubernetes_definitions(version: str) -> dict[str, Any]:
    """Return the strict schemas of Kubernetes' types, for a version such as `1.36`."""
    return _kubernetes_schema("_definitions", version)


@cache
def _registry(version: str) -> Registry[Any]:
    return Resource[Any].from_contents(kubernetes_definitions(version)) @ Registry[Any]()


@cache
def kubernetes_kind(api_version: str, kind: str, version: str) -> Draft202012Validator:
    """Return the validator of one kind, such as `apps/v1` `Deployment`: `kubernetes_validate.validate` makes
    it anew for each object, of schemas that it reads anew."""
    group, _, served = api_version.rpartition("/")
    name = "-".join(filter(None, (kind.lower(), group.partition(".")[0], served)))
    return Draft202012Validator(_kubernetes_schema(name, version), registry=_registry(version))


@cache
def kubernetes_type(name: str, version: str, *, many: bool = False) -> Draft202012Validator:
    """Return the validator of one type such as `core.v1.ServiceSpec`, or of a list of it."""
    reference = {"$ref": f"#/$defs/io.k8s.api.{name}"}
    schema = {"type": "array", "items": reference} if many else reference
    return Draft202012Validator({**schema, "$defs": kubernetes_definitions(version)["$defs"]})
