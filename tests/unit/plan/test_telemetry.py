"""Logs and traces: who reads what, what is cut out, what is sent where."""

import json
import re
from typing import Any

import pytest

from network.plan import Plan, build
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
        "file_log/traefik": ["/var/log/pods/traefik_*/*/*.log"],
        "file_log/shop": ["/var/log/pods/shop_*/*/*.log"],
    }


def test_agents_take_no_line_for_sent_before_the_store_has_it(both: Plan) -> None:
    agents, gateway = configuration(both, "collector-agent"), configuration(both, "collector")
    for exporter in (agents["exporters"]["otlp_http"], gateway["exporters"]["otlp_http/logs"]):
        assert exporter["sending_queue"] == {"enabled": False}
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
    assert (
        'delete_key(span.attributes, "sampling.priority")'
        in (config["processors"]["transform/spans"]["trace_statements"])
    )
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
        text = re.sub(shape, re.sub(r"\$\{([0-9])\}", r"\\g<\1>", by), text)
    return text


SECRET = "s3cr3t-Value.42"


@pytest.mark.parametrize(
    "line",
    [
        f"Authorization: Bearer {SECRET}{SECRET}",
        f'{{"authorization":"Basic {SECRET}="}}',
        f'{{"headers":{{"Cookie":["session={SECRET}; theme=dark"]}}}}',
        f"set-cookie: id={SECRET}; HttpOnly",
        f'"{{\\"Proxy-Authorization\\":\\"Basic {SECRET}\\"}}"',
        f"X-Api-Key={SECRET}",
        f"sent bearer {SECRET}{SECRET} to nobody",
        f"GET /callback?code={SECRET}&state=1 200",
        f"GET /?a=1&access_token={SECRET}",
        f"connecting to postgres://shop:{SECRET}@db.shop:5432/shop",
        f"redis://:{SECRET}@redis:6379",
    ],
)
def test_what_has_the_shape_of_a_credential_is_cut_out(line: str) -> None:
    assert SECRET not in redacted(line)
    assert credentials.REDACTED in redacted(line)


@pytest.mark.parametrize(
    "line",
    [
        "GET shop.example.org/cart?page=2&sort=price 200",
        "bearer authentication is on",
        "connecting to postgres://db.shop:5432/shop",
        "baked 12 cookies in 3ms",
        "https://shop.example.org:8443/a@b",
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
