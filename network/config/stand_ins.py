"""Valid values of a field, as examples in messages and in place of broken ones."""

import builtins
import re
import typing
from collections.abc import Mapping, Sequence
from typing import Any, get_args, get_origin

from annotated_types import Ge

from network.config.hosts import Host
from network.config.model import Model
from network.config.places import Place, place
from network.config.ranges import EXAMPLES as RANGES
from network.config.ranges import is_range
from network.config.secrets import Secret
from network.config.text import Form
from network.config.urls import HttpsUrl


def stand_ins(at: Place) -> Sequence[Any]:
    """Return valid values, as JSON holds them: two that differ where the type allows it."""
    if at.field is not None and at.field.examples:
        return at.field.examples
    known = [_of_text(each) for each in at.metadata if isinstance(each, Form | Host | HttpsUrl)]
    if known:
        return known[0]
    if any(is_range(each) for each in at.metadata):
        return RANGES
    if at.model is not None:
        return _of_model(at.model)
    arguments = get_args(at.annotation)
    match get_origin(at.annotation):
        case typing.Literal:
            return arguments
        case builtins.tuple:
            return [[each] for each in stand_ins(place(arguments[0]))]
        case builtins.dict:
            keys, values = (stand_ins(place(each)) for each in arguments)
            return [{key: value} for key, value in zip(keys, values, strict=False)]
        case _:
            return _of_type(at)


def written(value: Any) -> str:
    """Return a value as it stands in YAML on one line."""
    if isinstance(value, Mapping):
        inside = ", ".join(f"{key}: {written(each)}" for key, each in value.items())
        return f"{{ {inside} }}" if inside else "{}"
    if isinstance(value, list):
        return f"[{', '.join(map(written, value))}]"
    if isinstance(value, bool):
        return str(value).lower()
    text = str(value)
    plain = not isinstance(value, str) or re.fullmatch(r"[A-Za-z/][A-Za-z0-9 ./_-]*|[0-9./]+/[0-9]+", text)
    return text if plain else '"' + text.replace("\n", "\\n") + '"'


def _of_type(at: Place) -> Sequence[Any]:
    if at.annotation is bool:
        return True, False
    if at.annotation is int:
        least = next((int(str(each.ge)) for each in at.metadata if isinstance(each, Ge)), 1)
        return least, least + 1
    if at.annotation is str:
        return "a", "b"
    return tuple(each.placeholder for each in at.metadata if isinstance(each, Secret))


def _of_text(form: Form | Host | HttpsUrl) -> Sequence[str]:
    """Return the example that the form's own fix holds, and another, if it has the form too."""
    found = re.search(r"[`\"]([^`\"]+)[`\"]", form.fix) if isinstance(form, Form) else None
    example = found[1] if found else ""
    if not isinstance(form, Form):
        return form.example, form.example.replace("example.org", "example.net")
    others = [each for each in (example, f"a{example}", f"{example}a") if re.fullmatch(form.pattern, each)]
    return others[:2]


def _of_model(model: type[Model]) -> Sequence[Any]:
    required = {
        field.alias or name: stand_ins(place(field.annotation, field.metadata, field))
        for name, field in model.model_fields.items()
        if field.is_required()
    }
    if not all(required.values()):
        return ()
    return [{key: values[way % len(values)] for key, values in required.items()} for way in (0, 1)]
