"""Logs and traces: who reads what, what is cut out, what is sent where."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from network.plan import Plan, build
from network.plan.model.promql import metrics
from network.plan.model.rules import Alert
from network.plan.telemetry import access_log, credentials
from tests import stacks

DISTRIBUTION = {
    "receivers": {"otlp", "file_log", "k8s_events"},
    "processors": {"memory_limiter", "batch", "transform", "probabilistic_sampler"},
    "exporters": {"otlp_http"},
    "extensions": {"health_check", "bearertokenauth", "file_storage"},
}
"""Of what the image holds (docs/facts/observability.md#components-of-the-collector), what the platform may
name."""


def stack(**observability: Any) -> Plan:
    layers = {"network:observability": {"prometheus": {"install": {}}, **observability}}
    return build(stacks.stack_config("dev", layers))


LOGS = {"store": {"install": {}}, "applications": ["shop"]}
TRACES = {"endpoint": {"url": "https://otlp.example.org"}, "ratio": 0.05, "applications": ["api"]}


@pytest.fixture(scope="module")
def both() -> Plan:
    return stack(logs=LOGS, traces=TRACES)


@pytest.fixture(scope="module")
def everything() -> Plan:
    return build(stacks.everything())


def configuration(plan: Plan, release: str) -> dict[str, Any]:
    (values,) = [each.values for each in plan.telemetry.releases if each.name == release]
    return values["alternateConfig"]


def test_nothing_runs_where_nothing_is_asked_for() -> None:
    plan = stack().telemetry
    assert (plan.releases, plan.namespaces, plan.flows, plan.metrics) == ((), (), (), ())


def test_traces_alone_need_no_agents_and_no_privileged_namespace() -> None:
    plan = stack(traces=TRACES).telemetry
    assert [release.name for release in plan.releases] == ["collector"]
    assert [namespace.name for namespace in plan.namespaces] == ["telemetry"]


def test_each_release_comes_before_those_that_send_to_it(both: Plan) -> None:
    names = [release.name for release in both.telemetry.releases]
    assert names == ["victoria-logs", "collector", "collector-agent"]


@pytest.mark.parametrize("stack_name", ["both", "everything"])
@pytest.mark.parametrize("release", ["collector", "collector-agent"])
def test_a_configuration_names_components_that_the_image_has_and_that_it_defines(
    stack_name: str, release: str, request: pytest.FixtureRequest
) -> None:
    config = configuration(request.getfixturevalue(stack_name), release)
    for kind, known in DISTRIBUTION.items():
        assert {name.partition("/")[0] for name in config[kind]} <= known
    assert set(config["service"]["extensions"]) == config["extensions"].keys()
    for kind in ("receivers", "processors", "exporters"):
        used = {name for pipeline in config["service"]["pipelines"].values() for name in pipeline[kind]}
        assert used == config[kind].keys()


def test_the_chart_s_templates_have_nothing_to_expand(everything: Plan) -> None:
    for release in everything.telemetry.releases:
        assert "{{" not in json.dumps(dict(release.values))


def test_agents_read_traefik_and_the_applications_that_are_named(both: Plan) -> None:
    receivers = configuration(both, "collector-agent")["receivers"]
    included = {name: each["include"] for name, each in receivers.items()}
    assert included == {
        "file_log/traefik": ["/var/log/pods/traefik_*/*/*.log", "/var/log/pods/traefik_*/*/*.log.20*"],
        "file_log/shop": ["/var/log/pods/shop_*/*/*.log", "/var/log/pods/shop_*/*/*.log.20*"],
    }
    assert {each for receiver in receivers.values() for each in receiver["exclude"]} == {
        "/var/log/pods/*/*/*.gz"
    }


def test_agents_hear_whether_the_store_has_a_line_and_keep_it_on_their_node_until_then(both: Plan) -> None:
    agents, gateway = configuration(both, "collector-agent"), configuration(both, "collector")
    passing = gateway["exporters"]["otlp_http/logs"]
    assert (passing["sending_queue"], passing["retry_on_failure"]) == ({"enabled": False}, {"enabled": False})
    keeping = agents["exporters"]["otlp_http"]
    assert keeping["retry_on_failure"] == {"enabled": True, "max_elapsed_time": "0s"}
    assert keeping["sending_queue"]["storage"] == "file_storage"
    assert keeping["sending_queue"]["block_on_overflow"]
    (values,) = [each.values for each in both.telemetry.releases if each.name == "collector-agent"]
    assert values["command"]["extraArgs"] == ["--feature-gates=stanza.synchronousLogEmitter"]
    assert "batch" not in gateway["service"]["pipelines"]["logs"]["processors"]
    for receiver in agents["receivers"].values():
        assert receiver["retry_on_failure"] == {"enabled": True, "max_elapsed_time": "0s"}
        assert receiver["storage"] == "file_storage"


def test_of_the_access_log_only_listed_fields_are_kept(both: Plan, everything: Plan) -> None:
    def kept(plan: Plan) -> set[str]:
        operators = configuration(plan, "collector-agent")["receivers"]["file_log/traefik"]["operators"]
        assert [each["type"] for each in operators][-1] == "retain"
        return set(operators[-1]["fields"])

    assert {f'attributes["{name}"]' for name in access_log.FIELDS} <= kept(both)
    assert not [name for name in kept(both) if re.search("(?i)authorization|cookie|query|referer", name)]
    assert {'attributes["ClientUsername"]'} == kept(everything) - kept(both)


def test_streams_are_told_apart_by_namespace_application_and_entrypoint(both: Plan) -> None:
    exporter = configuration(both, "collector")["exporters"]["otlp_http/logs"]
    assert exporter["headers"] == {"VL-Stream-Fields": "k8s.namespace.name,service.name,entrypoint"}
    for receiver in configuration(both, "collector-agent")["receivers"].values():
        kept = {name for name in receiver["operators"][-1]["fields"] if name.startswith("resource")}
        assert kept <= {
            'resource["k8s.namespace.name"]',
            'resource["service.name"]',
            'resource["entrypoint"]',
        }


def test_whoever_may_send_spans_cannot_write_lines(both: Plan) -> None:
    config = configuration(both, "collector")
    pipelines = config["service"]["pipelines"]
    assert pipelines["logs"]["receivers"] == ["otlp/agents"]
    assert pipelines["traces"]["receivers"] == ["otlp/spans"]
    spans = {
        port.port for flow in both.telemetry.flows if "spans" in flow.reason.lower() for port in flow.ports
    }
    assert 4319 not in spans


def test_the_collector_draws_traces_whatever_their_spans_ask_for(both: Plan) -> None:
    config = configuration(both, "collector")
    processors = config["service"]["pipelines"]["traces"]["processors"]
    assert processors == ["memory_limiter", "transform/spans", "probabilistic_sampler", "batch"]
    assert config["processors"]["probabilistic_sampler"]["sampling_percentage"] == 5.0
    assert any(re.search(key, "sampling.priority") for key in credentials.KEYS_OF_SPANS)
    assert both.ingress.release.values["tracing"]["sampleRate"] == 1.0


def test_traefik_is_told_a_whole_address_and_traces_no_way_in_of_its_own(both: Plan) -> None:
    values = both.ingress.release.values
    assert values["tracing"]["otlp"]["http"]["endpoint"] == (
        "http://collector.telemetry.svc.cluster.local:4318/v1/traces"
    )
    assert values["ports"]["traefik"]["observability"] == {"tracing": False}
    assert values["tracing"]["capturedRequestHeaders"] == values["tracing"]["safeQueryParams"] == []


def test_without_traces_traefik_makes_none() -> None:
    values = stack(logs=LOGS).ingress.release.values
    assert "tracing" not in values
    assert "observability" not in values["ports"]["traefik"]


def test_user_names_are_dropped_at_traefik_unless_they_are_asked_for(both: Plan, everything: Plan) -> None:
    assert both.ingress.release.values["accessLog"]["fields"]["names"] == {"ClientUsername": "drop"}
    assert "names" not in everything.ingress.release.values["accessLog"]["fields"]


def test_events_need_a_right_to_read_them_and_nothing_else(both: Plan) -> None:
    (values,) = [each.values for each in both.telemetry.releases if each.name == "collector"]
    assert values["clusterRole"]["create"]
    assert values["clusterRole"]["rules"] == [
        {"apiGroups": [""], "resources": ["events"], "verbs": ["get", "list", "watch"]}
    ]
    quiet = stack(logs={**LOGS, "events": False}).telemetry
    (values,) = [each.values for each in quiet.releases if each.name == "collector"]
    assert not values["clusterRole"]["create"]
    assert not values["serviceAccount"]["automountServiceAccountToken"]
    assert "collector-to-api-server" not in [flow.name for flow in quiet.flows]


def test_credentials_are_files_of_secrets_that_the_configuration_names(everything: Plan) -> None:
    config = configuration(everything, "collector")
    assert config["extensions"]["bearertokenauth/traces"] == {
        "scheme": "Basic",
        "filename": "/etc/collector/credentials/traces/credential",
    }
    assert config["exporters"]["otlp_http/logs"]["auth"] == {"authenticator": "bearertokenauth/logs"}
    assert {secret.name: secret.data for secret in everything.telemetry.secrets} == {
        "logs-credential": {"credential": "logsCredential"},
        "traces-credential": {"credential": "tracesCredential"},
    }


def test_an_endpoint_is_reached_where_its_pods_listen_or_by_its_name(everything: Plan) -> None:
    flows = {flow.name: flow for flow in everything.telemetry.flows}
    assert [port.port for port in flows["collector-to-logs"].ports] == [8080]
    assert getattr(flows["collector-to-logs"].destination, "namespace", None) == "loki"
    assert getattr(flows["collector-to-traces"].destination, "name", None) == "otlp.partner.example"


def test_only_the_collector_talks_to_the_store(both: Plan) -> None:
    into = [
        flow.source
        for flow in both.telemetry.flows
        if getattr(flow.destination, "name", "") == "victoria-logs"
    ]
    assert [getattr(source, "name", None) for source in into] == ["collector"]


def test_the_store_s_volume_stays_or_goes_by_choice() -> None:
    def volume(how: str) -> tuple[str, str]:
        plan = stack(logs={"store": {"install": {"storage": {"volumes": how}}}}).telemetry
        server = plan.releases[0].values["server"]
        policy = server["statefulSet"]["spec"]["persistentVolumeClaimRetentionPolicy"]
        return server["persistentVolume"]["storageClassName"], policy["whenDeleted"]

    assert volume("delete") == ("do-block-storage", "Delete")
    assert volume("retain") == ("do-block-storage-retain", "Retain")


def test_all_but_the_agents_meet_the_strictest_standard(both: Plan) -> None:
    enforced = {
        each.name: each.namespace["metadata"]["labels"]["pod-security.kubernetes.io/enforce"]
        for each in both.telemetry.namespaces
    }
    assert enforced == {"telemetry": "restricted", "telemetry-nodes": "privileged"}
    for release in both.telemetry.releases:
        values = release.values.get("server", release.values)
        assert values["securityContext"]["readOnlyRootFilesystem"]
        assert values["securityContext"]["capabilities"] == {"drop": ["ALL"]}
        assert values["podSecurityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        assert {"requests", "limits"} == values["resources"].keys()
        if release.namespace == "telemetry":
            assert values["podSecurityContext"]["runAsNonRoot"]


def redacted(text: str) -> str:
    for shape, by in credentials.SHAPES:
        text = re.sub(shape, re.sub(r"\$\{([0-9]+)\}", r"\\g<\1>", by), text)
    return text


SECRET = "s3cr3t-Value.42"

HEADERS = ("Authorization", "proxy-authorization", "Cookie", "Set-Cookie")
OF_HEADERS = (
    f"Basic {SECRET}=",
    f'Digest username="bob", realm="x", response="{SECRET}"',
    f'OAuth oauth_consumer_key="abc", oauth_token="{SECRET}", oauth_signature="zz"',
    f'theme="dark"; session={SECRET}; HttpOnly',
)
NAMES = (
    *("password", "DB_PASSWD", "client_secret", "access_token", "private_token", "authToken", "api-key"),
    *("apiKey", "X-Api-Key", "X-Auth-Token", "X-Vault-Token", "PRIVATE-TOKEN", "X-Goog-Api-Key"),
    *("X-Amz-Security-Token", "access-token", "AWS_SECRET_ACCESS_KEY", "credentials"),
)
NAMES_IN_QUERIES = ("code", "key", "auth", "session", "sig", "jwt", "X-Amz-Signature")


def in_structures(name: str, value: str) -> Iterator[str]:
    """A name in quotes, and its value, as programs print what holds them."""
    yield json.dumps({name: value})
    yield json.dumps({"headers": {name: ["theme=dark; Path=/", value]}}, separators=(",", ":"))
    yield json.dumps({"level": "info", "msg": json.dumps({"a": 1, name: value})})
    yield json.dumps({"msg": json.dumps({name: ["a=1", value]})})
    yield json.dumps({"name": name, "value": value})
    yield json.dumps({name: {"value": value}})
    yield json.dumps(["Host", "shop", name, value])
    yield repr({"a": 1, name: value})
    yield repr([(name, value)])
    yield repr([(name.encode(), value.encode())])
    yield f"headers['{name}'] = {json.dumps(value)}"


def in_headers(name: str, value: str) -> Iterator[str]:
    """A header in a line."""
    yield f"GET / with {name}: {value}"
    yield f"{name}={value}"
    yield f"map[Host:[shop] {name}:[a=1; {value}]]"
    yield f"curl -H '{name}: {value}' https://shop.example"


def in_queries(name: str) -> Iterator[str]:
    """A parameter of a URL."""
    for value in (SECRET, f"%22{SECRET}", f"{SECRET}\\u003d"):
        yield f"GET /callback?{name}={value}&state=1 200"
        yield f"https://shop.example/?a=1&{name}={value}"
        yield f"https://shop.example/?a=1&amp;{name}={value}"
        yield f"https://shop.example/#{name}={value}&token_type=bearer"
        yield f'{{"uri":"/?page=2\\u0026{name}={value}\\u0026a=1"}}'
        yield f'"{{\\"uri\\":\\"/?a=1\\\\u0026{name}\\\\u003d{value}\\"}}"'
        yield f"302 /login?back=https%3A%2F%2Fshop.example%2F%3Fa%3D1%26{name}%3D{value}"
        yield f"302 /login?back=https%253A%252F%252Fshop.example%252F%253F{name}%253D{value}"


def in_words(name: str) -> Iterator[str]:
    """A name and its value in a form, in logfmt, in a header of one word."""
    yield f"{name}={SECRET}&user=a"
    yield f"user=a&{name}={SECRET}"
    yield f"level=info {name}={SECRET} user=a"
    yield f'level=info {name}="with words {SECRET}" user=a'
    yield f'level=info {name}="with \\"{SECRET}\\" words" user=a'
    yield f"{name}: {SECRET}"
    yield f"{name} = '{SECRET}'"
    yield f"{name}: b'{SECRET}'"
    yield f"{name}: [{SECRET}]"
    yield f"{{Host:shop {name}:{SECRET}}}"


CREDENTIALS = (
    *(
        line
        for name in HEADERS
        for value in OF_HEADERS
        for line in (*in_structures(name, value), *in_headers(name, value))
    ),
    *(
        line
        for name in NAMES
        for value in (SECRET, f'a"b {SECRET}', f"a\\{SECRET}")
        for line in in_structures(name, value)
    ),
    *(line for name in NAMES for line in (*in_queries(name), *in_words(name))),
    *(line for name in NAMES_IN_QUERIES for line in in_queries(name)),
    f'Cookie: {{"a":1}}; session={SECRET}',
    f"cookies={{'theme': 'dark', 'session': '{SECRET}'}}",
    f"sent bearer {SECRET}{SECRET} to nobody",
    f"Bearer {SECRET}",
    f"jwt eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI{SECRET.replace('.', '')}.{SECRET} is over",
    f"connecting to postgres://shop:{SECRET}@db.shop:5432/shop",
    f"postgres://app:p@{SECRET}@db:5432/shop",
    f"postgres://app:a/{SECRET}@db:5432/shop",
    f"postgres://app:8a/{SECRET}@db:5432/shop",
    f"mongodb://a:{SECRET}@one,b:{SECRET}@two/shop",
    f"redis://:{SECRET}@redis:6379",
    f"HTTPS://user:{SECRET}@shop.example/",
    f"clone https://{SECRET}@github.com/webgrip/shop",
    f"curl -u user:{SECRET} https://shop.example",
    f"curl --user 'user:with words {SECRET}' https://shop.example",
)
"""Lines as applications write them."""


@pytest.mark.parametrize("line", CREDENTIALS)
def test_what_has_the_shape_of_a_credential_is_cut_out(line: str) -> None:
    for text in (line, json.dumps({"message": line})):
        assert SECRET not in redacted(text)
        assert credentials.REDACTED in redacted(text)


@pytest.mark.parametrize(
    ("line", "left"),
    [
        (f'{{"password":"{SECRET}","user":"a"}}', '{"password":"REDACTED","user":"a"}'),
        ('{"password":"a\\\\","user":"a"}', '{"password":"REDACTED","user":"a"}'),
        ('{"token":null,"user":"a"}', '{"token":REDACTED,"user":"a"}'),
        (f'{{"Cookie":["a=1","b={SECRET}"],"Host":["a"]}}', '{"Cookie":["REDACTED"],"Host":["a"]}'),
        (f"level=info password={SECRET} user=a", "level=info password=REDACTED user=a"),
        (f"GET /?a=1&token={SECRET}&b=2 200", "GET /?a=1&token=REDACTED&b=2 200"),
        (f'{{"uri":"/?token={SECRET}\\u0026b=2"}}', '{"uri":"/?token=REDACTED\\u0026b=2"}'),
        (f"postgres://app:a/{SECRET}@db:5432/shop is away", "postgres://REDACTED@db:5432/shop is away"),
    ],
)
def test_what_stands_beside_a_credential_stays(line: str, left: str) -> None:
    assert redacted(line) == left


@pytest.mark.parametrize(
    "line",
    [
        "GET shop.example.org/cart?page=2&sort=price 200",
        "bearer authentication is on",
        "connecting to postgres://db.shop:5432/shop",
        "baked 12 cookies in 3ms",
        "https://shop.example.org:8443/a@b",
        "http://[::1]:8080/a@b https://shop.example.org/@team?mail=a@b",
        "code=200 status=ok key=value page=2 token bucket is full",
        "auth: ok, session=4 sig=9, exit code: 1, 3 tokens=5",
        '{"name":"password","type":"string"}',
        "sort -update:all /etc/passwd",
    ],
)
def test_other_lines_stay_as_they_are(line: str) -> None:
    assert redacted(line) == line


def test_expressions_are_quoted_for_the_transformation_language_and_the_configuration() -> None:
    statements = credentials.of_logs()["log_statements"]
    for statement in statements:
        assert re.search(r"[^$](\$\$)*\$[^$]", statement) is None, statement
        strings = re.findall(r'"((?:\\.|[^"\\])*)"', statement)
        shape = json.loads(f'"{strings[-2]}"').replace("$$", "$")
        assert shape in [each for each, _ in credentials.SHAPES]


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"logs": LOGS}, {"LogsNotDelivered", "LogsDeletedEarly"}),
        ({"logs": {"store": {"endpoint": {"url": "https://loki.example.org/otlp"}}}}, {"LogsNotDelivered"}),
        ({"traces": TRACES}, {"SpansLost", "SpansPileUp"}),
    ],
    ids=["installed store", "store elsewhere", "traces"],
)
def test_what_is_told_of_logs_and_traces_is_of_what_runs(asked: dict[str, Any], told: set[str]) -> None:
    plan = stack(**asked)
    (group,) = plan.telemetry.rules
    assert {rule.name for rule in group.rules if isinstance(rule, Alert)} == told
    rows = [row for board in plan.observability.dashboards for row in board.rows]
    (row,) = (row for row in rows if row.title == "Logs and traces")
    shown = {name for panel in row.panels for query in panel.queries for name in metrics(query.expr)}
    assert {name for rule in group.rules for name in metrics(rule.expr)} <= shown
