"""Plain rules and fixes for the errors of pydantic."""

from typing import Any, get_args, get_origin

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from network.config.model import Location
from network.config.nearest import did_you_mean
from network.config.stack import StackConfig

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
    model = _model_at(location[:-1])
    fields = model.model_fields.values() if model else ()
    described = next((f.description for f in fields if f.alias == location[-1]), None)
    return f"add it: {described}" if described else "add it"


def _known_keys(location: Location) -> list[str]:
    model = _model_at(location)
    return [f.alias or n for n, f in model.model_fields.items()] if model else []


def _model_at(location: Location) -> type[BaseModel] | None:
    """Return the model whose keys stand at the location."""
    model: type[BaseModel] | None = StackConfig
    steps = iter(location)
    for step in steps:
        field = next((f for f in model.model_fields.values() if f.alias == step), None)
        if field is None:
            return None
        model, depth = _model_inside(field.annotation)
        for _ in range(depth):
            next(steps, None)
        if model is None:
            return None
    return model


def _model_inside(annotation: Any) -> tuple[type[BaseModel] | None, int]:
    """Return the model inside an annotation, and how many keys or indexes lie around it."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation, 0
    container = get_origin(annotation) in (dict, tuple)
    for argument in get_args(annotation):
        model, depth = _model_inside(argument)
        if model is not None:
            return model, depth + container
    return None, 0
