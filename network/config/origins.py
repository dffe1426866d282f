"""Expressions for origins: what they let in beside what is meant (TRF-5)."""

import re
from collections.abc import Iterator

from network.config.go_regex import matches, parts

NULL = "null"
NULL_RULE = (
    "every sandboxed frame, file and redirect across origins has the origin null, an attacker's too "
    "(Fetch Standard)"
)

FOREIGN = ("https://attacker.invalid", "https://a.b-1.invalid:8443")
"""Origins that nobody means."""


def origin_faults(pattern: str) -> Iterator[tuple[str, str]]:
    """Yield rule and fix of each way in which the expression fits foreign origins."""
    pieces = parts(pattern)
    if not all(_is_anchored(alternative) for alternative in _alternatives(pieces)):
        yield (
            "it matches inside longer names too, such as https://app.example.org.evil.example",
            "put ^ in front and $ behind",
        )
    elif matches(pattern, NULL) and not all(matches(pattern, origin) for origin in FOREIGN):
        yield NULL_RULE, "let the expression fit `https://` and the names of hosts only"
    elif all(matches(pattern, origin) for origin in FOREIGN):
        yield (
            "it fits every origin there is",
            "name the domain: `^https://[a-z0-9-]+\\.example\\.org$`; accessControlAllowOriginList takes `*` "
            "where all are meant",
        )
    elif any(_is_bare(pieces, at) for at in range(len(pieces))):
        yield (
            "a dot without a backslash fits any character, so https://notexample.org passes where "
            "https://app.example.org is meant",
            f"write `{_escaped(pieces)}`",
        )
    else:
        loose = re.search(r"(\.[*+]\??|\[\^[^\]]*\][*+])\)?([A-Za-z0-9])", pattern)
        if loose:
            yield (
                f"`{loose[0]}` joins anything to the name: https://notexample.org passes for example.org",
                f"end the part before the domain with a dot: write `{loose[1]}\\.{loose[2]}`",
            )


def _alternatives(pieces: list[str]) -> Iterator[str]:
    """Yield what stands between the bars that no group holds."""
    depth, current = 0, ""
    for piece in pieces:
        depth += (piece == "(") - (piece == ")")
        if piece == "|" and depth == 0:
            yield current
            current = ""
        else:
            current += piece
    yield current


def _is_anchored(alternative: str) -> bool:
    return re.match(r"(\(\?[a-zA-Z]+\))?(\^|\\A)", alternative) is not None and (
        alternative.endswith("\\z") or (alternative.endswith("$") and not alternative.endswith("\\$"))
    )


def _is_bare(pieces: list[str], at: int) -> bool:
    """Whether a dot stands for one character, without a count."""
    if pieces[at] != ".":
        return False
    following = pieces[at + 1] if at + 1 < len(pieces) else ""
    return following not in ("*", "+", "?") and not re.fullmatch(r"\{[0-9,]+\}", following)


def _escaped(pieces: list[str]) -> str:
    """Return the expression with its bare dots escaped; `.*` before one becomes a label's characters."""
    return "".join("\\." if _is_bare(pieces, at) else piece for at, piece in enumerate(pieces)).replace(
        ".*\\.", "[a-z0-9-]+\\."
    )
