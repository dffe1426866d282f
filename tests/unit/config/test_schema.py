"""The JSON Schema that editors use says what the models say."""

from typing import Any

import pytest
from jsonschema import Draft202012Validator

from network.cli.schema import is_current
from network.config.schema import stack_file_schema
from tests import libyaml
from tests.stacks import NAMES, ROOT

SCHEMA = stack_file_schema()


def errors(layers: dict[str, Any]) -> list[str]:
    return [e.message for e in Draft202012Validator(SCHEMA).iter_errors({"config": layers})]


def stack(name: str) -> dict[str, Any]:
    return libyaml.load((ROOT / f"Pulumi.{name}.yaml").read_text())["config"]


def test_the_committed_schema_is_current() -> None:
    assert is_current(ROOT), "run `network schema --write`"


def test_the_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("name", NAMES)
def test_a_shipped_stack_fits_the_schema_and_names_it(name: str) -> None:
    assert errors(stack(name)) == []
    first = (ROOT / f"Pulumi.{name}.yaml").read_text().splitlines()[0]
    assert first == "# yaml-language-server: $schema=./stack.schema.json"


def test_an_editor_marks_an_unknown_key_at_any_depth() -> None:
    layers = stack("dev")
    layers["network:cluster"]["nodePools"]["default"]["colour"] = "red"
    layers["network:clutser"] = {}

    assert len(errors(layers)) == 2


def test_an_editor_marks_a_secret_in_plain_text() -> None:
    assert errors({**stack("dev"), "network:dnsToken": "plain"})
    assert not errors({**stack("dev"), "network:dnsToken": {"secure": "v1:abc"}})


def test_keys_of_providers_are_free() -> None:
    assert errors({**stack("dev"), "digitalocean:token": {"secure": "v1:abc"}}) == []


def test_an_editor_shows_what_a_key_means() -> None:
    cluster = SCHEMA["$defs"]["Cluster"]["properties"]

    assert "replaces the cluster" in cluster["podRange"]["description"]


def test_an_editor_shows_what_each_key_of_ours_means() -> None:
    """Its own words, or those of the model that its value is."""
    definitions = stack_file_schema()["$defs"]

    def is_told(schema: dict[str, Any]) -> bool:
        models = [schema, *schema.get("anyOf", ())]
        names = [each["$ref"].rpartition("/")[2] for each in models if "$ref" in each]
        return "description" in schema or any("description" in definitions[name] for name in names)

    untold = [
        f"{model}.{key}"
        for model, definition in definitions.items()
        for key, schema in definition.get("properties", {}).items()
        if not is_told(schema)
    ]
    assert untold == []
