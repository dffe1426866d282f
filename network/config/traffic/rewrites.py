"""Middlewares that change a request's path on its way to the backend (TRF-5)."""

from collections.abc import Iterator

from pydantic import Field
from typing_extensions import override

from network.config.go_regex import GoRegex, replacement_findings
from network.config.model import Finding, Model
from network.config.paths import PathPrefix, StrippedPrefix


class StripPrefix(Model):
    """Remove a path prefix."""

    prefixes: tuple[StrippedPrefix, ...] = Field(min_length=1)
    """The first that fits is taken off the path that the backend gets."""


class StripPrefixRegex(Model):
    """Remove a path prefix that matches."""

    regex: tuple[GoRegex, ...] = Field(min_length=1)
    """The first of these, Go's, that fits the beginning is taken off the path."""

    @override
    def findings(self) -> Iterator[Finding]:
        for index, regex in enumerate(self.regex):
            if regex.lstrip("^(?:")[:1].isalnum():
                yield Finding(
                    ("regex", index),
                    "a prefix of a path starts with /, so this never matches at its start",
                    "put `/` in front",
                )


class AddPrefix(Model):
    """Put a path prefix in front."""

    prefix: PathPrefix
    """Put before the path that the backend gets."""


class ReplacePath(Model):
    """Put another path in place of the request's; X-Replaced-Path keeps the old one."""

    path: PathPrefix
    """The backend gets in place of any other."""


class ReplacePathRegex(Model):
    """Rewrite the path where it matches; X-Replaced-Path keeps the old one."""

    regex: GoRegex
    """Of Go's; matched against the path."""
    replacement: str = Field(min_length=1)
    """`$1` is the first group."""

    @override
    def findings(self) -> Iterator[Finding]:
        yield from replacement_findings(self.regex, self.replacement)
        if not self.replacement.startswith(("/", "$")):
            yield Finding(("replacement",), "a path starts with /", "put `/` in front")
