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
    """To go to."""
    permanent: bool = True
    """301 or 308, which browsers remember, in place of 302 or 307."""

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
    """Of Go's; matched against the whole URL."""
    replacement: str = Field(min_length=1)
    """The URL to go to; `${1}` is the first group."""
    permanent: bool = False
    """301 or 308, which browsers remember, in place of 302 or 307."""

    @override
    def findings(self) -> Iterator[Finding]:
        yield from replacement_findings(self.regex, self.replacement)
