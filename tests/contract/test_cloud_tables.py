"""The simulated provider's tables against the published schema and the SDK.

The schema is older than the SDK: inputs that only the SDK has count too.
"""

import inspect
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pulumi_digitalocean
import pytest
from pydantic.alias_generators import to_camel

from lab.cloud.plugin.fields import Field, Type
from lab.cloud.plugin.resource import Resource
from lab.cloud.plugin.resources import RESOURCES

Schema = Mapping[str, Any]

MEASURED_REPLACEMENTS = {
    # docs/facts/provider.md#what-replaces: what the plugin does beyond `willReplaceOnChanges`.
    "KubernetesCluster": {"isolatedWorkers"},
    "LoadBalancer": {"ip", "subnetUuid"},
}

UNSCHEMED = {
    # Inputs that the SDK has and the schema does not yet.
    "Droplet": {"gpuPartitionMode"},
    "KubernetesCluster": {"amdGpuDraDriver", "isolatedWorkers", "nfsCsiPlugin", "nvidiaGpuDraDriver"},
    "KubernetesNodePool": {"gpuPartitionMode"},
    "LoadBalancer": {"ip", "subnetUuid"},
    "VpcNatGateway": {"egresses"},
}


@pytest.fixture(scope="session")
def schema(contracts: Path) -> Schema:
    return json.loads((contracts / "digitalocean" / "schema.json").read_text())


@pytest.fixture(params=RESOURCES.values(), ids=lambda resource: resource.token.rsplit(":", 1)[-1])
def resource(request: pytest.FixtureRequest) -> Resource:
    return request.param


def kind(resource: Resource) -> str:
    return resource.token.rsplit(":", 1)[-1]


def test_inputs_are_those_of_the_sdk(resource: Resource) -> None:
    parameters = inspect.signature(getattr(pulumi_digitalocean, f"{kind(resource)}Args")).parameters
    spelled = {camel(name) for name in parameters} - {"_self_"}
    assert resource.inputs.keys() == spelled


def test_inputs_have_the_schema_s_types_and_those_that_it_requires(
    resource: Resource, schema: Schema
) -> None:
    described = schema["resources"][resource.token]
    required = set(described.get("requiredInputs", ()))
    problems = list(compare(schema, described["inputProperties"], required, resource.inputs, kind(resource)))
    assert problems == []
    extra = resource.inputs.keys() - described["inputProperties"].keys()
    assert extra == UNSCHEMED.get(kind(resource), set())


def test_outputs_are_those_of_the_schema(resource: Resource, schema: Schema) -> None:
    described = schema["resources"][resource.token]
    only_outputs = described["properties"].keys() - described["inputProperties"].keys()
    assert resource.outputs.keys() == only_outputs - UNSCHEMED.get(kind(resource), set())
    for name, field in resource.outputs.items():
        assert field.secret == described["properties"][name].get("secret", False), name


def test_what_replaces_is_what_the_schema_or_the_measurement_says(resource: Resource, schema: Schema) -> None:
    described = schema["resources"][resource.token]["inputProperties"]
    wanted = {name for name, each in described.items() if replaces(schema, each)}
    ours = {name for name, field in resource.inputs.items() if field.replaces or replaces_within(field)}
    assert ours == wanted | MEASURED_REPLACEMENTS.get(kind(resource), set())


def replaces(schema: Schema, described: Schema) -> bool:
    if described.get("willReplaceOnChanges"):
        return True
    parts = properties(schema, described.get("items", described))
    return any(replaces(schema, each) for each in (parts or {}).values())


def replaces_within(field: Field) -> bool:
    parts = [*field.fields.values(), *([field.items] if field.items else [])]
    return any(part.replaces or replaces_within(part) for part in parts)


def compare(
    schema: Schema, described: Schema, required: set[str], fields: Mapping[str, Field], at: str
) -> Iterator[str]:
    """Yield where fields differ from described properties."""
    for name, each in described.items():
        if name not in fields:
            yield f"{at}.{name}: not in our table"
            continue
        field = fields[name]
        # A name that the plugin makes up is not required of the user.
        if field.required != (name in required):
            yield f"{at}.{name}: required is {field.required}"
        yield from compare_type(schema, each, field, f"{at}.{name}")


def compare_type(schema: Schema, described: Schema, field: Field, at: str) -> Iterator[str]:
    parts = properties(schema, described)
    if parts is not None:
        if field.type is not Type.OBJECT:
            yield f"{at}: {field.type}, not an object"
        else:
            needed = set(schema["types"][reference(described)].get("required", ()))
            yield from compare(schema, parts, needed, field.fields, at)
    elif described["type"] == "array":
        if field.type not in (Type.LIST, Type.SET) or field.items is None:
            yield f"{at}: {field.type}, not a list"
        else:
            yield from compare_type(schema, described["items"], field.items, f"{at}[]")
    elif described["type"] == "object":
        if field.type is not Type.MAP:
            yield f"{at}: {field.type}, not a map"
    elif field.type != described["type"]:
        yield f"{at}: {field.type}, not {described['type']}"


def properties(schema: Schema, described: Schema) -> Schema | None:
    if "$ref" not in described or described.get("type") == "string":
        return None
    return schema["types"][reference(described)].get("properties")


def reference(described: Schema) -> str:
    return described["$ref"].removeprefix("#/types/")


def camel(name: str) -> str:
    return to_camel(name) if not name.startswith("p2p") else "p2pOciRegistryPlugin"
