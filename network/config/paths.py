"""Redirects and path prefixes (TRF-5)."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import AfterValidator, Field
from typing_extensions import override

from network.config.encoded_paths import KEPT, compared
from network.config.go_regex import GoRegex, replacement_findings
from network.config.model import Finding, Model
from network.config.text import Form

PathPrefix = Annotated[
    str,
    Form(
        pattern=r"/[A-Za-z0-9._~!$&'()*+,;=:@%/-]*",
        rule="a path starts with / and holds characters of URLs only",
        fix="write it like `/api`",
        longest=1024,
    ),
]
"""Path as Traefik's matchers take it: no quotes, blanks or back-ticks."""
MatchedPath = Annotated[PathPrefix, AfterValidator(compared(KEPT))]
"""Path that a route asks for."""
StrippedPrefix = Annotated[PathPrefix, AfterValidator(compared(frozenset()))]
"""Beginning of a path that is taken off."""


class RedirectScheme(Model):
    """Redirect to another scheme."""

    scheme: Literal["https", "http"]
    permanent: bool = True

    @override
    def findings(self) -> Iterator[Finding]:
        if self.scheme == "http":
            yield Finding(
                ("scheme",),
                "a redirect to http never ends: the `web` entrypoint redirects to https",
                "remove the middleware",
            )


class RedirectRegex(Model):
    """Redirect what matches."""

    regex: GoRegex
    replacement: str = Field(min_length=1)
    permanent: bool = False

    @override
    def findings(self) -> Iterator[Finding]:
        yield from replacement_findings(self.regex, self.replacement)


class StripPrefix(Model):
    """Remove a path prefix."""

    prefixes: tuple[StrippedPrefix, ...] = Field(min_length=1)


class AddPrefix(Model):
    """Put a path prefix in front."""

    prefix: PathPrefix


class StripPrefixRegex(Model):
    """Remove a path prefix that matches."""

    regex: tuple[GoRegex, ...] = Field(min_length=1)

    @override
    def findings(self) -> Iterator[Finding]:
        for index, regex in enumerate(self.regex):
            if regex.lstrip("^(?:")[:1].isalnum():
                yield Finding(
                    ("regex", index),
                    "a prefix of a path starts with /, so this never matches at its start",
                    "put `/` in front",
                )


class ReplacePath(Model):
    """Put another path in place of the request's; X-Replaced-Path keeps the old one."""

    path: PathPrefix


class ReplacePathRegex(Model):
    """Rewrite the path where it matches; X-Replaced-Path keeps the old one."""

    regex: GoRegex
    replacement: str = Field(min_length=1)
    """`$1` is the first group."""

    @override
    def findings(self) -> Iterator[Finding]:
        yield from replacement_findings(self.regex, self.replacement)
        if not self.replacement.startswith(("/", "$")):
            yield Finding(("replacement",), "a path starts with /", "put `/` in front")
