"""Percent-encodings in paths that requests are compared with: what Traefik has left of them by then.

Its entrypoints refuse some (`network/plan/ingress/entrypoints.py`), write the others in capitals and decode
what is unreserved (`normalizePath`); routes see the rest decoded but for reserved characters
(`withRoutingPath` in pkg/muxer/http), prefixes that are stripped see all of it decoded (RFC 3986, 2.2 and
2.3).
"""

import posixpath
import re
from collections.abc import Callable
from urllib.parse import unquote

from network.config.model import refusal

REFUSED = {"%2F": "/", "%5C": "\\", "%00": "NUL", "%3B": ";", "%25": "%", "%3F": "?", "%23": "#"}
"""Encodings that the entrypoints answer 400."""
KEPT = frozenset(f"%{ord(character):02X}" for character in ":/?#[]@!$&'()*+,;=%")
"""Encodings that routes see as they were sent."""

_ENCODED = re.compile(r"%([0-9A-Fa-f]{2})?")


def compared(kept: frozenset[str]) -> Callable[[str], str]:
    """Return the validator of paths that are compared where the given encodings are still encoded."""

    def checked(path: str) -> str:
        if (clean := _sanitized(path)) != path:
            raise refusal(
                "no request has it: the entrypoints resolve `.`, `..` and repeated slashes (sanitizePath)",
                f"write `{clean}`",
            )
        for encoded in _ENCODED.findall(path):
            if not encoded:
                raise refusal(
                    "a `%` stands before two hexadecimal digits; no request holds it otherwise",
                    "remove it",
                )
            if (whole := f"%{encoded.upper()}") in REFUSED:
                raise refusal(
                    f"no request matches it: the entrypoints answer 400 to an encoded {REFUSED[whole]}, "
                    "which proxies and backends read differently",
                    "let the application take it in the query or in a body, and end the path before it",
                )
        meant = _ENCODED.sub(lambda found: _as_seen(found[0].upper(), kept), path)
        if meant != path:
            raise refusal(
                "no request matches it: Traefik compares with the path after decoding", _fix(path, meant)
            )
        return path

    return checked


def _sanitized(path: str) -> str:
    """Return what the entrypoints make of a path; its last segment may go on in what is asked for."""
    if not re.search(r"//|/\.{1,2}(/|$)", path):
        return path
    clean = posixpath.normpath(re.sub("/+", "/", path))
    return f"{clean}/" if path.endswith(("/", "/.", "/..")) and clean != "/" else clean


def _as_seen(encoded: str, kept: frozenset[str]) -> str:
    return encoded if encoded in kept else unquote(encoded, "latin-1")


def _fix(path: str, meant: str) -> str:
    if re.fullmatch(r"[A-Za-z0-9._~!$&'()*+,;=:@%/-]+", meant):
        return f"write `{meant}`"
    text = re.escape(unquote(path)).replace("\\ ", " ")
    return f"match it by an expression: `pathRegexp`, or `stripPrefixRegex` for a prefix, with `^{text}`"
