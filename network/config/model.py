"""What every config model shares: frozen, camelCase in YAML, unknown keys refused."""

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError


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


def refusal(rule: str, fix: str) -> PydanticCustomError:
    """Return the error a validator raises: the rule that was broken and how to satisfy it."""
    return PydanticCustomError("refused", "{rule}", {"rule": rule, "fix": fix})
