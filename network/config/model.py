"""What every config model shares: frozen, camelCase in YAML, unknown keys refused."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

from pydantic import (
    BaseModel,
    ConfigDict,
    GetJsonSchemaHandler,
    ValidationError,
    ValidationInfo,
    model_validator,
)
from pydantic.alias_generators import to_camel
from pydantic.fields import FieldInfo
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, InitErrorDetails, PydanticCustomError
from typing_extensions import override

from network.config.descriptions import descriptions

LENIENT = {"findings": False}
"""Context of a validation that looks at each value alone, and at no model's findings."""

Location = tuple[str | int, ...]
"""Where a value stands: keys as in YAML, and indexes of lists."""


@dataclass(frozen=True)
class Finding:
    """A broken rule that concerns more than one value."""

    location: Location
    """Where to mend it, relative to the model or the stack that the rule looks at."""
    rule: str
    fix: str


class Model(BaseModel):
    """Base of all config models."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        alias_generator=to_camel,
        validate_by_name=True,
        validate_default=True,
    )

    def findings(self) -> Iterator[Finding]:
        """Yield the broken rules among this model's own values; each of them is valid alone."""
        yield from ()

    @override
    @classmethod
    def __get_pydantic_json_schema__(
        cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        schema = handler(core_schema)
        properties = handler.resolve_ref_schema(schema)["properties"]
        for key, text in descriptions(cls).items():
            # A model that says the same of itself says it once.
            if handler.resolve_ref_schema(properties[key]).get("description") != text:
                properties[key]["description"] = text
        return schema

    @model_validator(mode="after")
    def _refuse_findings(self, info: ValidationInfo) -> Self:
        if info.context is LENIENT:
            return self
        broken = [
            InitErrorDetails(type=refusal(f.rule, f.fix), loc=f.location, input=self) for f in self.findings()
        ]
        if broken:
            raise ValidationError.from_exception_data(type(self).__name__, broken)
        return self


def refusal(rule: str, fix: str) -> PydanticCustomError:
    """Return the error a validator raises: the rule that was broken and how to satisfy it."""
    return PydanticCustomError("refused", "{rule}", {"rule": rule, "fix": fix})


def repeated(key: str, values: tuple[object, ...]) -> Iterator[Finding]:
    """Yield a finding for each value of the list at `key` that stands there before."""
    seen: set[object] = set()
    for index, value in enumerate(values):
        try:
            known = value in seen
            seen.add(value)
        except TypeError:
            # With a mapping in it a value has no hash.
            known = value in values[:index]
        if known:
            yield Finding((key, index), f"{value} is in the list twice", "remove one of them")


def exactly_one(model: Model, rule: str) -> Iterator[Finding]:
    """Yield a finding unless exactly one field of the model has a value."""
    given = [field.alias for name, field in _fields(model) if getattr(model, name) is not None]
    if len(given) != 1:
        known = ", ".join(field.alias or name for name, field in _fields(model))
        yield Finding(
            (),
            f"{rule}; here " + (f"are {' and '.join(map(str, given))}" if given else "is none"),
            f"give one of: {known}",
        )


def at_least_one(model: Model) -> Iterator[Finding]:
    """Yield a finding if no field of the model has a value: it would do nothing."""
    if all(getattr(model, name) is None for name, _ in _fields(model)):
        known = ", ".join(field.alias or name for name, field in _fields(model))
        yield Finding((), "it sets nothing", f"give at least one of: {known}")


def _fields(model: Model) -> list[tuple[str, FieldInfo]]:
    return list(type(model).model_fields.items())
