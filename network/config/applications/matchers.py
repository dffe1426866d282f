"""What a route asks of a request, as Traefik's rules say it (ING-2)."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator

from network.config.go_regex import GoRegex
from network.config.model import refusal
from network.config.text import Form

Method = Literal["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]

MatchText = Annotated[
    str,
    Form(
        pattern=r"[ -_a-~]+",
        rule="Traefik's rules quote texts with back-ticks: printable ASCII without one, and not empty",
        fix="remove the character",
        longest=1024,
    ),
]
"""Text between back-ticks of a rule."""


def _not_empty(text: Any) -> Any:
    if text == "":
        raise refusal(
            "Traefik takes no rule that compares with an empty text, and the route would answer nothing",
            "ask for an empty value by queryRegexp: `^$`",
        )
    return text


QueryText = Annotated[MatchText, BeforeValidator(_not_empty)]
"""Value of a query parameter, after decoding."""

CookieName = Annotated[
    str,
    Form(
        pattern=r"[A-Za-z0-9!#$%&'*+.^_|~-]+",
        rule="a cookie's name has letters, digits and some signs, no blanks (RFC 6265)",
        fix="write it like `variant`",
        longest=64,
    ),
]

CookieValue = Annotated[
    str,
    Form(
        pattern=r"[!#-+\--:<-\[\]-_a-~]+",
        rule="a cookie's value has no blanks, quotes, commas, semicolons or backslashes (RFC 6265), and "
        "Traefik's rules no back-ticks",
        fix="write it like `b`",
        longest=256,
    ),
]


def _quotable(regex: str) -> str:
    if not regex or "`" in regex or not regex.isprintable():
        raise refusal(
            "Traefik's rules quote expressions with back-ticks: printable, without one, and not empty",
            "write `.` for any character",
        )
    return regex


MatchRegex = Annotated[GoRegex, AfterValidator(_quotable)]
"""Regular expression (Go's) between back-ticks of a rule; it matches anywhere, so anchor it."""


def _whole(regex: str) -> str:
    if not regex.startswith("^") or not regex.endswith("$") or regex.endswith("\\$"):
        raise refusal(
            "an expression of hosts fits whole names: what it matches inside others, anybody may register",
            r"write it like `^[a-z0-9-]+\.tenants\.example\.org$`",
        )
    if regex != regex.lower():
        raise refusal(
            "Traefik compares hosts in small letters", r"write it in small letters, without classes like \D"
        )
    return regex


HostRegex = Annotated[MatchRegex, AfterValidator(_whole)]
"""Regular expression (Go's) of whole host names."""
