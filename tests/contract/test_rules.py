"""Rules read metrics that programs expose, by labels that those have, and buckets that are there."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import promql_parser
import pytest

from network.plan import build
from network.plan.ingress.buckets import buckets
from network.plan.model.promql import up_to
from network.plan.model.rules import Recording
from network.plan.model.traefik import router_name
from network.plan.observability import objectives
from tests import libyaml, promql, stacks
from tests.alerts.rules import groups, stack

Labels = frozenset[str]

TARGET = frozenset({"job", "instance", "namespace", "pod", "node"})
"""Labels that our monitors give."""
PROBE = frozenset({"application", "route", "module"})

WATCHERS: Mapping[str, Labels] = {
    # prometheus/prometheus@v3.14.0: rules/, notifier/, tsdb/, cmd/prometheus/
    "prometheus_rule_evaluation_failures_total": frozenset({"rule_group"}),
    "prometheus_config_last_reload_successful": frozenset(),
    "prometheus_notifications_alertmanagers_discovered": frozenset(),
    "prometheus_notifications_dropped_total": frozenset(),
    "prometheus_tsdb_compactions_failed_total": frozenset(),
    "prometheus_tsdb_wal_writes_failed_total": frozenset(),
    "prometheus_tsdb_size_retentions_total": frozenset(),
    # prometheus/alertmanager@v0.34.0: cmd/alertmanager/, notify/
    "alertmanager_config_last_reload_successful": frozenset(),
    "alertmanager_notifications_failed_total": frozenset({"integration", "reason"}),
    # kubernetes/kubernetes@v1.36: pkg/kubelet/metrics/collectors/volume_stats.go
    "kubelet_volume_stats_available_bytes": frozenset({"persistentvolumeclaim"}),
    "kubelet_volume_stats_capacity_bytes": frozenset({"persistentvolumeclaim"}),
    # open-telemetry/opentelemetry-collector@v0.158.0: exporter/exporterhelper, receiver/receiverhelper
    "otelcol_exporter_sent_log_records_total": frozenset({"exporter"}),
    "otelcol_exporter_send_failed_log_records_total": frozenset({"exporter"}),
    "otelcol_exporter_send_failed_spans_total": frozenset({"exporter"}),
    "otelcol_exporter_enqueue_failed_spans_total": frozenset({"exporter"}),
    "otelcol_receiver_refused_spans_total": frozenset({"receiver", "transport"}),
    "otelcol_exporter_queue_size": frozenset({"exporter", "data_type"}),
    "otelcol_exporter_queue_capacity": frozenset({"exporter", "data_type"}),
    # VictoriaMetrics/VictoriaLogs@v1.52.2: app/vlstorage/main.go
    "vl_free_disk_space_bytes": frozenset({"path"}),
    "vl_total_disk_space_bytes": frozenset({"path"}),
    "up": frozenset(),
}
"""Of what watches, which the catalogue of what is watched leaves out."""

ALLOWED = {"kube_endpointslice_labels": frozenset({"label_kubernetes_io_service_name"})}
"""Labels that kube-state-metrics is told to let through (`metricLabelsAllowlist`)."""

RULES = [(group.name, rule) for group in groups().values() for rule in group.rules]
EACH = pytest.mark.parametrize(
    ("group", "rule"),
    RULES,
    ids=[rule.record if isinstance(rule, Recording) else rule.name for _, rule in RULES],
)


@pytest.fixture(scope="session")
def known(contracts: Path) -> Mapping[str, Labels]:
    """Labels by series, of what the catalogue has and what rules record."""
    catalogue: dict[str, Any] = libyaml.load((contracts / "metrics" / "catalogue.yaml").read_text())
    found: dict[str, Labels] = dict(WATCHERS)
    for program, section in catalogue.items():
        beside = PROBE if program == "blackbox-exporter" else frozenset[str]()
        for name, metric in section["metrics"].items():
            labels = frozenset(metric["labels"]) | beside | ALLOWED.get(name, frozenset())
            found[name] = labels
            if metric["type"] == "histogram":
                found |= {f"{name}_bucket": labels | {"le"}, f"{name}_count": labels, f"{name}_sum": labels}
    for _, rule in RULES:
        if isinstance(rule, Recording):
            found[rule.record] = found.get(rule.record, frozenset()) | rule.labels.keys()
    return found


def selectors(expr: str) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Yield each metric that an expression reads, with the values of the labels that it is chosen by."""
    for node in promql.nodes(promql.parsed(expr, [])):
        if isinstance(node, promql_parser.VectorSelector):
            yield str(node.name), {each.name: each.value for each in node.matchers.matchers}


@EACH
def test_a_rule_reads_series_that_there_are_by_labels_that_they_have(
    group: str, rule: Any, known: Mapping[str, Labels]
) -> None:
    labels: set[str] = set()
    for metric, matchers in selectors(rule.expr):
        assert metric in known, group
        assert matchers.keys() <= known[metric] | TARGET, metric
        labels |= known[metric]
    assert promql.labels(promql.parsed(rule.expr, [])) <= labels | TARGET


@EACH
def test_a_bucket_that_a_rule_reads_is_one_of_traefiks(group: str, rule: Any) -> None:
    matchers_of_bounds = {up_to(bound) for bound in buckets(stack())}
    for metric, matchers in selectors(rule.expr):
        if metric.startswith("traefik_") and "le" in matchers:
            assert any(f'"{matchers["le"]}"' in each for each in matchers_of_bounds), group


@EACH
def test_a_rule_never_counts_what_traefik_never_writes(group: str, rule: Any) -> None:
    lies = {"traefik_service_retries_total", "traefik_config_reloads_failure_total"}
    assert not lies & {metric for metric, _ in selectors(rule.expr)}, group


def test_routers_are_named_as_the_rules_of_the_ingressroutes_are_counted() -> None:
    config = stacks.everything()
    hosts = {
        router_name(route["metadata"]["namespace"], route["metadata"]["name"], index): rule["match"]
        for application in build(config).applications
        for route in application.routes
        for index, rule in enumerate(route["spec"]["routes"])
    }
    observability = config.observability
    assert observability is not None
    for name, objective in observability.objectives.items():
        (group,) = (each for each in objectives.build(config) if each.name == f"objective-{name}")
        routers = {
            router
            for rule in group.rules
            for _, matchers in selectors(rule.expr)
            for router in matchers.get("router", "").split("|")
        } - {""}
        assert routers
        assert routers <= hosts.keys()
        if objective.host is not None:
            assert routers == {router for router, match in hosts.items() if f"`{objective.host}`" in match}
