"""What every config model shares: frozen, camelCase in YAML, unknown keys refused."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator
from pydantic.alias_generators import to_camel
from pydantic_core import InitErrorDetails, PydanticCustomError

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
        use_attribute_docstrings=True,
    )

    def findings(self) -> Iterator[Finding]:
        """Yield the broken rules among this model's own values; each of them is valid alone."""
        yield from ()

    @model_validator(mode="after")
    def _refuse_findings(self) -> Self:
        broken = [
            InitErrorDetails(type=refusal(f.rule, f.fix), loc=f.location, input=self)
            for f in self.findings()
        ]
        if broken:
            raise ValidationError.from_exception_data(type(self).__name__, broken)
        return self


def refusal(rule: str, fix: str) -> PydanticCustomError:
    """Return the error a validator raises: the rule that was broken and how to satisfy it."""
    return PydanticCustomError("refused", "{rule}", {"rule": rule, "fix": fix})
