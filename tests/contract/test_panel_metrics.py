"""Panels read what exporters expose: metrics and labels of the catalogue (OBS-5)."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from network import capacity
from network.capacity import load
from network.plan import build
from network.plan.model.rules import Recording
from network.plan.observability import overview
from tests import libyaml, promql, stacks

WATCHED = {
    "network:observability": {
        "prometheus": {"install": {}},
        "logs": {"store": {"install": {}}},
        "traces": {"endpoint": {"url": "https://otlp.example.org"}},
    }
}
TARGET = frozenset({"job", "instance", "namespace", "pod", "node"})
"""Labels that our monitors give each series of a target."""
HISTOGRAM = {"_bucket": frozenset({"le"}), "_sum": frozenset[str](), "_count": frozenset[str]()}
OWN = {
    "up": TARGET,
    # What fires, with the labels of its alert.
    "ALERTS": frozenset({"alertname", "alertstate", *overview.SUBJECTS}),
    # node-exporter's, which the catalogue lacks (prometheus/node_exporter v1.12.1
    # collector/fixtures/e2e-output.txt).
    **{f"node_network_{way}_bytes_total": frozenset({"device"}) for way in ("receive", "transmit")},
    # The kubelet's, for volumes of a CSI driver (kubernetes/kubernetes pkg/kubelet/metrics/collectors).
    **{
        f"kubelet_volume_stats_{what}_bytes": frozenset({"namespace", "persistentvolumeclaim"})
        for what in ("available", "capacity")
    },
    # Prometheus' own (prometheus/prometheus rules/, tsdb/, notifier/) and Alertmanager's (notify/).
    "prometheus_rule_evaluation_failures_total": frozenset({"rule_group"}),
    "prometheus_config_last_reload_successful": frozenset[str](),
    "prometheus_notifications_alertmanagers_discovered": frozenset[str](),
    "prometheus_notifications_dropped_total": frozenset[str](),
    "prometheus_tsdb_head_series": frozenset[str](),
    "prometheus_tsdb_wal_writes_failed_total": frozenset[str](),
    "prometheus_tsdb_compactions_failed_total": frozenset[str](),
    "prometheus_tsdb_size_retentions_total": frozenset[str](),
    "alertmanager_config_last_reload_successful": frozenset[str](),
    "alertmanager_notifications_failed_total": frozenset({"integration", "reason"}),
    # The collector's (open-telemetry/opentelemetry-collector exporter/exporterhelper,
    # receiver/receiverhelper), and VictoriaLogs' (VictoriaMetrics/VictoriaLogs app/vlstorage/).
    **{
        f"otelcol_exporter_{what}_{records}_total": frozenset({"exporter"})
        for what in ("sent", "send_failed", "enqueue_failed")
        for records in ("log_records", "spans")
    },
    "otelcol_receiver_refused_spans_total": frozenset({"receiver", "transport"}),
    **{
        f"otelcol_exporter_queue_{what}": frozenset({"exporter", "data_type"})
        for what in ("size", "capacity")
    },
    **{f"vl_{what}_disk_space_bytes": frozenset({"path"}) for what in ("free", "total")},
}
"""What is in no exporter of the catalogue: Prometheus' own series, and those of the watchers themselves."""
PROMISES = frozenset({"sloth_id", "sloth_service", "sloth_slo", "sloth_window", "subject"})
CONTEXT = frozenset({"source_namespace", "destination_namespace"})
"""Labels that Hubble is told to add to drops and verdicts."""


@pytest.fixture(scope="module")
def catalogue(contracts: Path) -> dict[str, frozenset[str]]:
    """Labels by the name of each series that an exporter exposes."""
    known: dict[str, frozenset[str]] = dict(OWN)
    for name, metric in _exposed(contracts):
        labels = frozenset(metric["labels"])
        if name in ("hubble_drop_total", "hubble_policy_verdicts_total"):
            labels |= CONTEXT
        for ending, more in _endings(metric).items():
            known[name + ending] = labels | TARGET | more
    return known


@pytest.fixture(scope="module")
def counters(contracts: Path) -> frozenset[str]:
    """Series that only grow; of some the kernel does not say whether they do."""
    return frozenset(
        name + ending
        for name, metric in _exposed(contracts)
        if metric["type"] in ("counter", "histogram", "untyped")
        for ending in _endings(metric)
    )


def _exposed(contracts: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    for exporter in libyaml.load((contracts / "metrics/catalogue.yaml").read_text()).values():
        for name, metric in exporter["metrics"].items():
            if "do not use" not in metric.get("note", ""):
                yield name, metric


def _endings(metric: Mapping[str, Any]) -> Mapping[str, frozenset[str]]:
    return HISTOGRAM if metric["type"] == "histogram" else {"": frozenset()}


def _labels(catalogue: Mapping[str, frozenset[str]], metric: str, recorded: frozenset[str]) -> frozenset[str]:
    if metric in recorded or metric.startswith(("slo:", "network:")):
        return PROMISES
    if metric == "kube_endpointslice_labels":
        # Which labels of objects it tells is in kube-state-metrics' arguments.
        return catalogue[metric] | {"label_kubernetes_io_service_name"}
    return catalogue[metric] | TARGET


@pytest.mark.parametrize("stack", stacks.NAMES)
def test_panels_read_metrics_and_labels_that_exporters_expose(
    stack: str, catalogue: dict[str, frozenset[str]], counters: frozenset[str]
) -> None:
    plan = build(stacks.stack_config(stack, WATCHED))
    rules = [rule for layer in plan.layers for group in layer.rules for rule in group.rules]
    recorded = frozenset(rule.record for rule in rules if isinstance(rule, Recording))
    checked = 0
    for layer in plan.layers:
        for board in layer.dashboards:
            for panel, query in promql.queries(board):
                tree = promql.parsed(query.expr, [variable.name for variable in board.variables])
                where = f"{board.uid}: {panel.title}"
                known: set[str] = set()
                for read in promql.reads(tree):
                    labels = _labels(catalogue, read.metric, recorded)
                    assert read.matched <= labels, f"{where}: {read.metric}"
                    known |= labels
                    checked += 1
                for function, metric, _ in promql.windows(tree):
                    assert metric in OWN or metric in counters or function not in ("rate", "increase"), where
                assert promql.labels(tree) <= known, where
                made = {"route", "application"} if "label_replace" in query.expr else set[str]()
                assert set(re.findall(r"{{(\w+)}}", query.legend)) <= known | made, where
    assert checked > 100


@pytest.mark.parametrize("stack", stacks.NAMES)
def test_capacity_asks_for_metrics_and_labels_that_exporters_expose(
    stack: str, catalogue: dict[str, frozenset[str]], counters: frozenset[str]
) -> None:
    config = stacks.stack_config(stack, WATCHED)
    asked = [each.today for each in capacity.build(config, build(config)).limits if each.today is not None]
    asked += load.queries(config).values()
    assert len(asked) > 10
    for expr in asked:
        tree = promql.parsed(expr, [])
        known: set[str] = set()
        for read in promql.reads(tree):
            labels = _labels(catalogue, read.metric, frozenset())
            assert read.matched <= labels, expr
            known |= labels
        for function, metric, _ in promql.windows(tree):
            assert metric in OWN or metric in counters or function not in ("rate", "increase"), expr
        assert promql.labels(tree) <= known, expr
