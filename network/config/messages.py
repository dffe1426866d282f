"""Plain rules and fixes for the errors of pydantic."""

import re
from typing import Any

from pydantic_core import ErrorDetails

from network.config.descriptions import descriptions
from network.config.foreign_keys import brought_along
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
    "float_type": "a number",
    "bool_type": "true or false",
}
_MEANT = {"yes": "true", "on": "true", "true": "true", "no": "false", "off": "false", "false": "false"}
BOUNDS = {
    "greater_than_equal": ("must be at least {ge}", "set {ge} or more"),
    "less_than_equal": ("must be at most {le}", "set {le} or less"),
    "greater_than": ("must be more than {gt}", "set more than {gt}"),
    "less_than": ("must be less than {lt}", "set less than {lt}"),
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
        return _unknown_key(location)
    if kind == "literal_error":
        return f"must be {context['expected']}", "choose one of them"
    if kind in EXPECTED:
        return f"must be {EXPECTED[kind]}", _retype(kind, error["input"], location)
    if kind == "too_short" and _example(location):
        return "must have at least 1 entry", f"add one, such as `{_example(location)}`; or remove the whole"
    if kind in BOUNDS:
        rule, fix = BOUNDS[kind]
        return rule.format(**context), fix.format(**context)
    return error["msg"], "change the value"


def _unknown_key(location: Location) -> tuple[str, str]:
    place = place_at(location[:-1])
    model = place.model if place else None
    fix = brought_along(model.__name__, str(location[-1])) if model else None
    if fix is not None:
        return "no key of this platform's", fix
    return "unknown key", did_you_mean(str(location[-1]), _known_keys(location[:-1]))


def _retype(kind: str, given: Any, location: Location) -> str:
    if kind == "string_type" and isinstance(given, (int, float, bool)):
        return "put it in quotes"
    if kind == "int_type" and isinstance(given, str):
        if re.fullmatch(r"-?[0-9]+", given):
            return "write it without quotes"
        if re.fullmatch(r"[0-9]+ *[-:,] *[0-9]+", given) and location[-1] == "port":
            return "write one number: ranges are not offered; each port has a name of its own"
        return f"write a whole number, such as {_example(location) or 2}"
    if kind == "bool_type" and isinstance(given, str):
        meant = _MEANT.get(given.strip().lower())
        return f"write `{meant}`, without quotes" if meant else "write `true` or `false`, without quotes"
    example = _example(location)
    if kind == "tuple_type" and isinstance(given, (str, int)) and not example.startswith("[{"):
        return f"write `[{given}]`"
    return f"write {EXPECTED[kind]}" + (f", such as `{example}`" if example else " instead")


def _example(location: Location) -> str:
    place = place_at(location)
    examples = stand_ins(place) if place else ()
    return written(examples[0]) if examples else ""


def _add(location: Location) -> str:
    place, around = place_at(location), place_at(location[:-1])
    examples = stand_ins(place) if place else ()
    example = f", such as `{location[-1]}: {written(examples[0])}`" if examples else ""
    text = descriptions(around.model).get(str(location[-1])) if around and around.model else None
    return f"add it{example}" + (f": {text}" if text else "")


def _known_keys(location: Location) -> list[str]:
    place = place_at(location)
    model = place.model if place else None
    return [f.alias or n for n, f in model.model_fields.items()] if model else []
