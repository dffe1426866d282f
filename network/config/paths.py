"""Paths as Traefik's matchers and middlewares take them (ING-2, TRF-5)."""

from typing import Annotated

from pydantic import AfterValidator

from network.config.encoded_paths import KEPT, compared
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
