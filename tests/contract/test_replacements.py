"""The review's table of what replaces a resource against the provider's published schema."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from pydantic.alias_generators import to_camel

from network.plan import Plan
from network.review.document import of_plan
from network.review.replacement import CONTAINS, KEPT, MEASURED, REPLACES
from tests import stacks

Schema = Mapping[str, Any]


@pytest.fixture(scope="session")
def schema(contracts: Path) -> Schema:
    return json.loads((contracts / "digitalocean" / "schema.json").read_text())


def inputs(schema: Schema, type_name: str) -> Schema:
    token = f"digitalocean:index/{type_name[0].lower()}{type_name[1:]}:{type_name}"
    return schema["resources"][token]["inputProperties"]


def replacing(schema: Schema, properties: Schema, here: str = "") -> Iterator[str]:
    for name, described in properties.items():
        if described.get("willReplaceOnChanges"):
            yield here + name
        reference = described.get("items", described).get("$ref")
        if reference:
            nested = schema["types"][reference.removeprefix("#/types/")]["properties"]
            yield from replacing(schema, nested, f"{here}{name}.")


@pytest.mark.parametrize("type_name", REPLACES)
def test_what_replaces_is_what_the_schema_says_and_what_was_measured(type_name: str, schema: Schema) -> None:
    said = set(replacing(schema, inputs(schema, type_name)))
    assert REPLACES[type_name] - said == MEASURED.get(type_name, frozenset())
    assert said <= REPLACES[type_name]


@pytest.mark.parametrize("type_name", KEPT)
def test_what_is_kept_is_computed_as_well(type_name: str, schema: Schema) -> None:
    token = f"digitalocean:index/{type_name[0].lower()}{type_name[1:]}:{type_name}"
    described = schema["resources"][token]
    assert KEPT[type_name] <= described["properties"].keys() & described["inputProperties"].keys()
    assert not KEPT[type_name] & set(described.get("requiredInputs", ()))


def test_every_type_that_the_program_declares_is_in_the_table(plan: Plan) -> None:
    declared = {each["type"] for each in of_plan(stacks.stack_config("dev"), plan)["resources"]}
    assert declared <= REPLACES.keys()


def test_what_contains_others_is_an_input_of_theirs(schema: Schema) -> None:
    ids = {
        "Vpc": ("vpcUuid", "vpcIds", "vpcs"),
        "KubernetesCluster": ("clusterId",),
        "Domain": ("domain",),
        "Droplet": ("dropletId",),
    }
    for outer, inner in CONTAINS.items():
        for type_name in inner:
            (found,) = [each for each in ids[outer] if each in inputs(schema, type_name)]
            assert any(each.partition(".")[0] == found for each in REPLACES[type_name])


def test_inputs_of_the_document_are_spelled_as_the_schema_does(plan: Plan, schema: Schema) -> None:
    for each in of_plan(stacks.stack_config("dev"), plan)["resources"]:
        for name in each["inputs"]:
            assert to_camel(name) == name
            assert name in inputs(schema, each["type"])
