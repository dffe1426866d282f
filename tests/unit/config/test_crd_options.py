"""Options that are passed through to Traefik's kinds are held against its CRDs."""

from typing import Annotated, Any

import pytest
from pydantic import TypeAdapter, ValidationError

from network.config.crd_options import FORMATS, CrdOptions, option_findings, schema_of, schemas


def found(kind: str, value: Any, *below: str) -> dict[tuple[str | int, ...], str]:
    return {f.location: f"{f.rule} | {f.fix}" for f in option_findings(schema_of(kind, *below), value)}


def test_options_in_traefiks_words_pass() -> None:
    transport = {"forwardingTimeouts": {"dialTimeout": "1m30s", "idleConnTimeout": 90}, "serverName": "a"}
    route = {
        "entryPoints": ["websecure"],
        "routes": [{"match": "Host(`a`)", "kind": "Rule", "services": [{"name": "web", "port": "http"}]}],
    }

    assert not found("ServersTransport", transport)
    assert not found("IngressRoute", route)
    assert not found("Middleware", {"any": {"thing": [1]}}, "plugin")


@pytest.mark.parametrize(
    ("kind", "value", "where", "says"),
    [
        ("ServersTransport", {"insecureskipverify": True}, ("insecureskipverify",), "`insecureSkipVerify`"),
        ("ServersTransport", {"maxIdleConnsPerHost": -2}, ("maxIdleConnsPerHost",), "-1 to any"),
        ("ServersTransport", {"disableHTTP2": 1}, ("disableHTTP2",), "true or false"),
        (
            "ServersTransport",
            {"forwardingTimeouts": {"dialTimeout": "soon"}},
            ("forwardingTimeouts", "dialTimeout"),
            "`30s`",
        ),
        (
            "ServersTransport",
            {"forwardingTimeouts": {"dialTimeout": True}},
            ("forwardingTimeouts", "dialTimeout"),
            "a whole number or text",
        ),
        ("IngressRoute", {"routes": [{}]}, ("routes", 0, "match"), "required"),
        ("IngressRoute", {"routes": [{"match": "", "kind": "rule"}]}, ("routes", 0, "kind"), "`Rule`"),
        (
            "TLSOption",
            {"clientAuth": {"clientAuthType": "RequireAndVerify"}},
            ("clientAuth", "clientAuthType"),
            "`RequireAndVerifyClientCert`",
        ),
        ("TraefikService", {"weighted": {"services": {}}}, ("weighted", "services"), "a list"),
    ],
)
def test_what_the_api_server_drops_or_refuses_is_found(
    kind: str, value: Any, where: tuple[str | int, ...], says: str
) -> None:
    problems = found(kind, value)

    assert list(problems) == [where]
    assert says in problems[where]


def test_a_place_below_a_list_is_that_of_its_items() -> None:
    assert list(found("IngressRoute", {"nam": "web"}, "routes", "services")) == [("nam",), ("name",)]
    with pytest.raises(KeyError):
        schema_of("IngressRoute", "routes", "backends")


def test_a_long_text_of_digits_is_refused_at_once() -> None:
    timeouts = {"forwardingTimeouts": {"dialTimeout": "1" * 5000 + "x"}}

    assert len(found("ServersTransport", timeouts)) == 1


def test_a_field_of_a_model_takes_part_of_a_kind() -> None:
    options = CrdOptions(
        "IngressRoute", ("routes", "services"), {"name": ("it is the workload", "remove it")}
    )
    adapter = TypeAdapter[Any](Annotated[dict[str, Any], options])

    assert adapter.validate_python({"port": "http", "nativeLB": True})
    with pytest.raises(ValidationError) as refused:
        adapter.validate_python({"name": "web", "nativeLb": True})

    assert [e["loc"] for e in refused.value.errors()] == [("name",), ("nativeLb",)]
    described = adapter.json_schema()
    assert "nativeLB" in described["properties"]
    assert "name" not in described["properties"]
    assert described["additionalProperties"] is False


def test_every_format_of_the_table_is_known() -> None:
    def formats(schema: Any) -> set[str]:
        if isinstance(schema, list):
            return set().union(*map(formats, schema))
        if not isinstance(schema, dict):
            return set()
        own = {schema["format"]} if isinstance(schema.get("format"), str) else set[str]()
        return own.union(*map(formats, schema.values()))

    assert formats(dict(schemas())) == FORMATS.keys()
