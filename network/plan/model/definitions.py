"""Custom resource definitions as the program keeps them: without the texts of their schemas.

The engine writes its whole state at each step, and most of it would be these texts, twice
(docs/facts/observability.md#size-of-the-state). The API server validates by everything else. What is lost is
what `kubectl explain` says of a field beside its type.
"""

from typing import Any

from network.plan.model.kubernetes import Manifest

_VALUES = frozenset({"default", "enum", "example"})
"""Keywords of a schema whose content is data and no schema."""


def without_texts(definition: Manifest) -> Manifest:
    """Return a definition whose schemas describe nothing."""
    spec = definition["spec"]
    versions = [{**version, "schema": _bare(version.get("schema", {}))} for version in spec["versions"]]
    return {**definition, "spec": {**spec, "versions": versions}}


def _bare(schema: Any) -> Any:
    if isinstance(schema, dict):
        return {
            key: value if key in _VALUES else _bare(value)
            # A property may bear this name: it has a schema, and no text.
            for key, value in schema.items()
            if not (key == "description" and isinstance(value, str))
        }
    return [_bare(each) for each in schema] if isinstance(schema, list) else schema
