"""Plain rules and fixes for the errors of pydantic."""

from typing import Any

from pydantic_core import ErrorDetails

from network.config.model import Location
from network.config.nearest import did_you_mean
from network.config.places import place_at
from network.config.stand_ins import stand_ins, written

EXPECTED = {
    "model_type": "a mapping with keys",
    "dict_type": "a mapping",
    "tuple_type": "a list",
    "string_type": "text",
    "int_type": "a whole number",
    "bool_type": "true or false",
}
BOUNDS = {
    "greater_than_equal": ("must be at least {ge}", "set {ge} or more"),
    "less_than_equal": ("must be at most {le}", "set {le} or less"),
    "too_short": (
        "must have at least {min_length} entry",
        "add an entry, or remove the key",
    ),
    "too_long": ("must have at most {max_length} entries", "remove some"),
    "string_too_short": ("must not be empty", "write it, or remove the key"),
}


def explain(error: ErrorDetails, location: Location) -> tuple[str, str]:
    """Return rule and fix of an error that pydantic found at the location in the stack."""
    kind, context = error["type"], error.get("ctx", {})
    if kind == "refused":
        return context["rule"], context["fix"]
    if kind == "missing":
        return "required, but absent", _add(location)
    if kind == "extra_forbidden":
        return "unknown key", did_you_mean(str(location[-1]), _known_keys(location[:-1]))
    if kind == "literal_error":
        return f"must be {context['expected']}", "choose one of them"
    if kind in EXPECTED:
        return f"must be {EXPECTED[kind]}", _retype(kind, error["input"])
    if kind in BOUNDS:
        rule, fix = BOUNDS[kind]
        return rule.format(**context), fix.format(**context)
    return error["msg"], "change the value"


def _retype(kind: str, given: Any) -> str:
    if kind == "string_type" and isinstance(given, (int, float, bool)):
        return "put it in quotes"
    if isinstance(given, str) and kind in ("int_type", "bool_type"):
        return "write it without quotes"
    return f"write {EXPECTED[kind]} instead"


def _add(location: Location) -> str:
    place = place_at(location)
    field = place.field if place else None
    examples = stand_ins(place) if place else ()
    example = f", such as `{location[-1]}: {written(examples[0])}`" if examples else ""
    described = f": {field.description}" if field and field.description else ""
    return f"add it{example}{described}"


def _known_keys(location: Location) -> list[str]:
    place = place_at(location)
    model = place.model if place else None
    return [f.alias or n for n, f in model.model_fields.items()] if model else []
