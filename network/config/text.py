"""Texts of a fixed form, with our own words when they are refused."""

import re
from dataclasses import dataclass
from typing import Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

from network.config.model import refusal


@dataclass(frozen=True)
class Form:
    """Annotation of a `str`: the whole text must match `pattern` and be at most `longest` long."""

    pattern: str
    rule: str
    fix: str
    longest: int = 253

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self.checked, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {
            **handler(schema),
            "pattern": f"^({self.pattern})$",
            "maxLength": self.longest,
        }

    def checked(self, text: str) -> str:
        """Return the text, or raise the refusal."""
        if len(text) > self.longest or re.fullmatch(self.pattern, text) is None:
            raise refusal(self.rule, self.fix)
        return text
