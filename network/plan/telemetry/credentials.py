"""Credentials that are cut out of lines and spans before anything leaves the collector (OBS-2, OBS-3).

A second look: Traefik writes none (`network/plan/ingress/`), and what the agents pass on of its access log is
a list of fields. Of applications' lines it takes out what has one of these shapes, which is no promise: a
credential without a name before it looks like any other text.

Where a shape must choose, it cuts too much: the rest of a line that is lost can be asked for again.
"""

import re
from collections.abc import Sequence
from typing import Any

REDACTED = "REDACTED"

_HEADERS = "authorization|cookie[s2]?"
"""Ends of names whose value has several words, of which any may be the credential."""

_NAMES = (
    "pass(?:word|wd|phrase|code)|pwd|secret|token|credentials?"
    "|(?:access|account|api|private|secret|shared|signing|subscription)[-_. ]?key"
)
"""Ends of names that mean a credential wherever they stand: `X-Vault-Token`, `client_secret`, `authToken`."""

_NAMES_IN_QUERIES = (
    "(?:x-(?:amz|goog|ms)-|oauth_)?(?:assertion|auth|code|jwt|key|otp|pass|pin|samlresponse|session(?:[-_]?id)?"
    "|sid|sig(?:nature)?|ticket)"
)
"""Names that mean one in a URL, and much else in a sentence."""

_QUOTE = r"\\*[\"']"
"""In JSON within JSON each quote has more backslashes before it."""

_EQUALS = r"%(?:25)*3d|\\+u003d"
"""A URL in a parameter of another has its signs encoded; Go and Java write some as `\\u0026` in JSON."""

_AFTER_NAME = rf"\s*(?:=>|:=|[:=]|%(?:25)*3a|\\+u003a|{_EQUALS})\s*"
_AFTER_QUOTED_NAME = rf"{_QUOTE}\]?\s*(?:=>|[:=]|,\s*{_QUOTE}value{_QUOTE}\s*:)\s*"
"""Of a key of JSON, an index, or an object `{"name": …, "value": …}`."""

_RUN = r"(?:[,\]}]*(?:[^\s\"'&\\,\]}]|\\+[^\s\"'&\\u]|\\+u00(?:2[0-57-9a-f]|[013-9a-f][0-9a-f])))+"
"""A value without quotes: to white space, a quote, or the next parameter, without what closes a list then."""


def _quoted_value(quote: str, backslashes: int) -> str:
    """Return what matches a string, or a list of them, up to the last closing quote, where so many
    backslashes stand before each quote; with more of them it is part of the text."""
    mark = rf"\\{{{backslashes}}}{quote}" if backslashes else quote
    inner = rf"\\+[^{quote}\\]|\\{{{backslashes + 1},}}{quote}" if backslashes else r"\\[\s\S]"
    text = rf"(?:[^{quote}\\]|{inner})*"
    return rf"(\[\s*[bu]?{mark}){text}(?:{mark}\s*,\s*[bu]?{mark}{text})*|([bu]?{mark}){text}"


_QUOTED = "|".join(
    (
        *(_quoted_value('"', backslashes) for backslashes in (0, 1, 3)),
        _quoted_value("'", 0),
        r"(\\{4,}\")[^\"]*",
        r"(\{)[^}]*",
    )
)


def _pair(names: str) -> str:
    """Return what matches a name in a list, before the value that follows it there."""
    return rf"[(\[,]\s*[bu]?{_QUOTE}[\w-]*(?:{names}){_QUOTE}\s*,\s*"


_SHAPES = (
    rf"(?i)((?:{_HEADERS}){_AFTER_NAME})[^\r\n]+"
    rf"|((?:{_HEADERS}){_AFTER_QUOTED_NAME}|{_pair(_HEADERS)})(?:{_QUOTED}|(?:null|true|false)\b|[^\r\n]+)",
    rf"(?i)((?:{_NAMES})(?:{_AFTER_NAME}|{_AFTER_QUOTED_NAME})|{_pair(_NAMES)})(?:{_QUOTED}|{_RUN})",
    rf"(?i)((?:&amp;|[?&#]|%(?:25)*(?:3f|26|23)|\\+u003f|\\+u0026)(?:{_NAMES_IN_QUERIES})(?:=|{_EQUALS})){_RUN}",
    # Short ones have a digit, by which they differ from words.
    r"(?i)\b(bearer\s+)(?:[a-z0-9._~+/=-]{16,}|[a-z._~+/=-]*[0-9][a-z0-9._~+/=-]{5,})",
    # A JSON Web Token: `eyJ` is `{"` in base64.
    r"\beyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]*)+",
    # A password that holds a slash reaches to the last `@`; a host's port and path before one stay.
    r"(?i)([a-z][a-z0-9+.-]*://)(?:[^\s/:@?#\[\"']*:(?:[0-9]+[^0-9/?#\s\"']|[^0-9\s\"'])[^\s\"']*"
    r"|[^\s/?#\"']+)@",
    r"(\s(?:-[uU]|--(?:proxy-)?user)[\s=]+)(?:(')[^':]*:[^']*|(\\*\")[^\":\\]*:[^\"\\]*|[^\s:\"']+:[^\s\"'\\]+)",
)


def _by(shape: str) -> str:
    kept = "".join(f"${{{number}}}" for number in range(1, re.compile(shape).groups + 1))
    return f"{kept}{REDACTED}{'@' if shape.endswith('@') else ''}"


SHAPES: tuple[tuple[str, str], ...] = tuple((shape, _by(shape)) for shape in _SHAPES)
"""Headers, names with values, parameters, tokens, users of URLs and of curl: expression of RE2, and what
stands instead."""

KEYS_OF_SPANS = (
    r"(?i)^http[._](?:request|response)[._]headers?(?:[._]|$)",
    r"(?i)^process[._](?:args|command(?:[._](?:args|line))?)(?:\.|$)",
    rf"(?i)(?:{_HEADERS}|{_NAMES})(?:\.|$)",
    r"^(?:url\.query|sampling\.priority)(?:\.|$)",
)
"""Attributes that are deleted whole: headers, what programs were started with (Traefik tells its own in each
span), what is named as a credential, queries, and what would decide in the sampler's place whether a span is
kept."""

URLS_OF_SPANS = ("url.full", "url.original", "http.url", "http.target")

_ESCAPED = str.maketrans({"$": "$$"})
"""A single `$` begins a variable in the collector's configuration."""


def of_logs() -> dict[str, Any]:
    """Return the processor that cuts credentials out of log records."""
    return _transform(
        "log_statements",
        [*_cleaned("log.body", condition=" where IsString(log.body)"), *_cleaned_in_all("log.attributes")],
    )


def of_spans() -> dict[str, Any]:
    """Return the processor that cuts credentials out of spans, whoever made them, and whatever would decide
    in the sampler's place whether a span is kept (docs/facts/observability.md#sampler-of-the-collector).

    Each context has statements of its own: one list for all of them would be of the innermost, and pass over
    spans without events.
    """
    contexts = {
        "resource": _attributes("resource.attributes"),
        "scope": [*_attributes("scope.attributes"), *_cleaned("scope.name"), *_cleaned("scope.version")],
        "span": [
            'set(span.trace_state, "")',
            *_attributes("span.attributes"),
            *_cleaned("span.name"),
            *_cleaned("span.status.message"),
        ],
        "spanevent": [*_attributes("spanevent.attributes"), *_cleaned("spanevent.name")],
    }
    return _transform(
        "trace_statements",
        [{"context": context, "statements": statements} for context, statements in contexts.items()],
    )


def _transform(key: str, statements: Sequence[str | dict[str, Any]]) -> dict[str, Any]:
    # What a statement cannot read is no text, and has nothing to cut out.
    return {"error_mode": "ignore", key: list(statements)}


def _attributes(path: str) -> list[str]:
    """Return what cleans attributes of spans. Lists and maps become attributes of their own, `name.0`, since
    expressions are looked for in texts alone."""
    return [
        f"flatten({path})",
        *(f'delete_matching_keys({path}, "{_quoted(key)}")' for key in KEYS_OF_SPANS),
        *(f'replace_pattern({path}["{name}"], "(?s)[?#].*", "")' for name in URLS_OF_SPANS),
        *_cleaned_in_all(path),
    ]


def _cleaned(path: str, *, condition: str = "") -> list[str]:
    return [
        f'replace_pattern({path}, "{_quoted(shape)}", "{by.translate(_ESCAPED)}"){condition}'
        for shape, by in SHAPES
    ]


def _cleaned_in_all(path: str) -> list[str]:
    return [
        f'replace_all_patterns({path}, "value", "{_quoted(shape)}", "{by.translate(_ESCAPED)}")'
        for shape, by in SHAPES
    ]


def _quoted(shape: str) -> str:
    """Return an expression as a string of the transformation language."""
    return shape.replace("\\", "\\\\").replace('"', '\\"').translate(_ESCAPED)
