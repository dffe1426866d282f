"""Middlewares that redirect (TRF-5)."""

from collections.abc import Iterator
from typing import Literal

from pydantic import Field
from typing_extensions import override

from network.config.go_regex import GoRegex, replacement_findings
from network.config.model import Finding, Model


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
