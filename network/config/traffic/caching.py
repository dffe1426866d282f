"""What browsers and CDNs may keep (TRF-6)."""

from collections.abc import Iterator
from typing import Literal

from pydantic import Field
from typing_extensions import override

from network.config.model import Finding, Model, at_least_one

YEAR_SECONDS = 31_536_000
"""Longer lifetimes mean no more than this (RFC 9111 lets caches cut them)."""


class CacheControl(Model):
    """The Cache-Control header of every answer, in RFC 9111's words; it replaces the backend's own.

    It stands on error answers too: a long maxAge belongs on paths whose names carry a version.
    """

    visibility: Literal["public", "private"] | None = None
    """`public` lets shared caches such as a CDN keep answers, `private` only the browser."""
    max_age: int | None = Field(default=None, ge=0, le=YEAR_SECONDS)
    """Seconds."""
    s_maxage: int | None = Field(default=None, ge=0, le=YEAR_SECONDS)
    """Seconds in shared caches, such as a CDN; they prefer it to maxAge."""
    stale_while_revalidate: int | None = Field(default=None, ge=1, le=YEAR_SECONDS)
    """Seconds after its end in which an answer is used while a new one is fetched."""
    stale_if_error: int | None = Field(default=None, ge=1, le=YEAR_SECONDS)
    """Seconds after its end in which an answer is used if the backend fails."""
    immutable: Literal[True] | None = None
    """The answer never changes while it is fresh: browsers do not ask again on reload."""
    no_cache: Literal[True] | None = None
    """Keep, but ask each time."""
    no_store: Literal[True] | None = None
    """Keep nothing."""

    @override
    def findings(self) -> Iterator[Finding]:
        yield from at_least_one(self)
        if self.no_store and self.model_fields_set != {"no_store"}:
            yield Finding(
                ("noStore",), "what is not kept has no lifetime and no readers", "remove it, or the others"
            )
        if self.visibility == "private" and self.s_maxage is not None:
            yield Finding(
                ("sMaxage",),
                "shared caches keep no private answers",
                "remove it, or set `visibility: public`",
            )
        if self.immutable and not self.max_age:
            yield Finding(
                ("immutable",), "only what has a lifetime can stay the same in it", "add `maxAge: 31536000`"
            )

    @property
    def shared(self) -> bool:
        """Whether a CDN may serve one client's answer to another."""
        return self.visibility == "public" or self.s_maxage is not None

    @property
    def value(self) -> str:
        """The header's value."""
        flags = {
            "immutable": self.immutable,
            "no-cache": self.no_cache,
            "no-store": self.no_store,
        }
        times = {
            "max-age": self.max_age,
            "s-maxage": self.s_maxage,
            "stale-while-revalidate": self.stale_while_revalidate,
            "stale-if-error": self.stale_if_error,
        }
        parts = [self.visibility] if self.visibility else []
        parts += [f"{name}={time}" for name, time in times.items() if time is not None]
        return ", ".join([*parts, *(name for name, flag in flags.items() if flag)])
