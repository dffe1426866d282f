"""What of Traefik's output becomes a record, and of its access log what is kept (OBS-3)."""

from typing import Any

ENTRYPOINT = "entrypoint"
"""Attribute of the resource: by namespace, application and this the store tells streams apart."""

FIELDS = (
    "ClientHost",
    "DownstreamContentSize",
    "DownstreamStatus",
    "Duration",
    "OriginDuration",
    "OriginStatus",
    "Overhead",
    "RequestContentSize",
    "RequestHost",
    "RequestMethod",
    "RequestPath",
    "RequestProtocol",
    "RequestScheme",
    "RetryAttempts",
    "RouterName",
    "ServiceAddr",
    "ServiceName",
    "StartUTC",
    "TLSCipher",
    "TLSVersion",
    "request_User-Agent",
)
"""Traefik's names of what a request was, who served it, how long that took
(docs/facts/observability.md#fields-of-the-access-log). All others are dropped: no header but the client's
program, and nothing that a later version adds."""

USER_NAME = "ClientUsername"

_ACCESS = "attributes.RequestMethod != nil"
"""Whether a record is of the access log; Traefik's other lines are kept as text."""

_SUMMARY = " + ".join(
    (
        "string(attributes.RequestMethod)",
        '" "',
        "string(attributes.RequestHost)",
        "string(attributes.RequestPath)",
        '" "',
        "string(attributes.DownstreamStatus)",
    )
)


def operators() -> list[dict[str, Any]]:
    """Return the steps from a line to a record: they follow the one that reads the container runtime's
    format, and precede the one that keeps `FIELDS`."""
    return [
        {
            "type": "json_parser",
            "id": "access-log",
            "if": "body contains '\"RequestMethod\":'",
            "parse_ints": True,
            # Nobody can say what is in a line of the access log that cannot be read.
            "on_error": "drop",
        },
        _if_access("trace_parser", "trace", trace_id=_from("trace_id"), span_id=_from("span_id")),
        _if_access(
            "add",
            "path",
            field="attributes.RequestPath",
            value='EXPR(split(string(attributes.RequestPath), "?")[0])',
        ),
        # The line itself has everything that Traefik wrote.
        _if_access("add", "summary", field="body", value=f"EXPR({_SUMMARY})"),
        {
            "type": "move",
            "id": "entrypoint",
            "if": "attributes.entryPointName != nil",
            "from": "attributes.entryPointName",
            "to": f"resource.{ENTRYPOINT}",
        },
    ]


def _if_access(kind: str, name: str, **settings: Any) -> dict[str, Any]:
    return {"type": kind, "id": name, "if": _ACCESS, **settings}


def _from(field: str) -> dict[str, str]:
    return {"parse_from": f"attributes.{field}"}
