"""Custom resource definitions without their texts."""

from typing import Any

from network.plan.model.definitions import without_texts


def definition(schema: dict[str, Any]) -> dict[str, Any]:
    version = {"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}}
    return {"kind": "CustomResourceDefinition", "spec": {"group": "example.org", "versions": [version]}}


def test_schemas_lose_their_texts_at_every_depth_and_nothing_else() -> None:
    items = {"type": "array", "items": {"type": "string", "description": "One of them."}}
    rule = {"rule": "self.a != ''", "message": "a is missing"}
    given = definition(
        {
            "description": "A thing.",
            "type": "object",
            "properties": {"spec": {"description": "What is wanted.", "properties": {"names": items}}},
            "x-kubernetes-validations": [rule],
        }
    )
    assert without_texts(given) == definition(
        {
            "type": "object",
            "properties": {"spec": {"properties": {"names": {"type": "array", "items": {"type": "string"}}}}},
            "x-kubernetes-validations": [rule],
        }
    )


def test_a_property_that_is_called_description_stays() -> None:
    given = definition({"properties": {"description": {"type": "string"}}, "required": ["description"]})
    assert without_texts(given) == given


def test_data_in_a_schema_are_left_alone() -> None:
    given = definition({"default": {"description": "Of whoever asks."}})
    assert without_texts(given) == given
