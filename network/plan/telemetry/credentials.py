"""Credentials that are cut out of lines and spans before anything leaves the collector (OBS-2, OBS-3).

A second look: Traefik writes none (`network/plan/ingress/`), and what the agents pass on of its access log is
a list of fields. Of applications' lines it takes out what has one of these shapes, which is no promise: a
credential without a name before it looks like any other text.
"""

from collections.abc import Sequence
from typing import Any

REDACTED = "REDACTED"

SHAPES: tuple[tuple[str, str], ...] = (
    (
        r"(?i)\b((?:proxy-)?authorization|(?:set-)?cookie|x-api-key|x-auth-token)"
        r"(\\?[\"']?\s*[:=]\s*\[?\\?[\"']?)[^\r\n\"'\\\]}]+",
        "${1}${2}" + REDACTED,
    ),
    (r"(?i)\b(bearer\s+)[a-z0-9._~+/=-]{16,}", "${1}" + REDACTED),
    (
        r"(?i)([?&](?:access_token|api_?key|auth|code|id_token|key|pass(?:word|wd)?|refresh_token"
        r"|secret|session|sig(?:nature)?|token)=)[^&\s\"'\\]+",
        "${1}" + REDACTED,
    ),
    (r"([a-z][a-z0-9+.-]*://[^/\s:@]*:)[^/\s@]+@", "${1}" + REDACTED + "@"),
)
"""Headers, bearer tokens, parameters and passwords of URLs: expression of RE2, and what stands instead."""

HEADERS_OF_SPANS = (
    r"^http\.(request|response)\.header\.(authorization|proxy-authorization|cookie|set-cookie)$"
)
"""Attributes under which instrumentation that captures headers puts those with credentials."""

COMMAND_LINES = ("process.command_args", "process.command_line")
"""What programs were started with; Traefik tells its own in each span."""

_ESCAPED = str.maketrans({"$": "$$"})
"""A single `$` begins a variable in the collector's configuration."""


def of_logs() -> dict[str, Any]:
    """Return the processor that cuts credentials out of log records."""
    return _transform(
        "log_statements",
        [
            *(
                _replaced("log.body", shape, by, condition=" where IsString(log.body)")
                for shape, by in SHAPES
            ),
            *(_replaced_in_all("log.attributes", shape, by) for shape, by in SHAPES),
        ],
    )


def of_spans() -> dict[str, Any]:
    """Return the processor that cuts credentials out of spans, whoever made them, and whatever asks for a
    span to be kept: the sampler honours `sampling.priority`."""
    return _transform(
        "trace_statements",
        [
            f'delete_matching_keys(span.attributes, "{_quoted(HEADERS_OF_SPANS)}")',
            'delete_key(span.attributes, "url.query")',
            'delete_key(span.attributes, "sampling.priority")',
            *(
                f'replace_pattern(span.attributes["{name}"], "[?#].*", "")'
                for name in ("url.full", "http.url", "http.target")
            ),
            *(f'delete_key(resource.attributes, "{name}")' for name in COMMAND_LINES),
            *(_replaced_in_all("span.attributes", shape, by) for shape, by in SHAPES),
        ],
    )


def _transform(key: str, statements: Sequence[str]) -> dict[str, Any]:
    # What a statement cannot read is no text, and has nothing to cut out.
    return {"error_mode": "ignore", key: list(statements)}


def _replaced(path: str, shape: str, by: str, *, condition: str = "") -> str:
    return f'replace_pattern({path}, "{_quoted(shape)}", "{by.translate(_ESCAPED)}"){condition}'


def _replaced_in_all(path: str, shape: str, by: str) -> str:
    return f'replace_all_patterns({path}, "value", "{_quoted(shape)}", "{by.translate(_ESCAPED)}")'


def _quoted(shape: str) -> str:
    """Return an expression as a string of the transformation language."""
    return shape.replace("\\", "\\\\").replace('"', '\\"').translate(_ESCAPED)
