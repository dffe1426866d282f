"""What somebody on call is told of logs and traces themselves, by what collector and store tell of themselves
(OBS-6). Names of the collector's: docs/facts/observability.md#metrics-of-the-collector."""

from collections.abc import Iterator

from network.config import StackConfig
from network.plan.model.dashboards import OBJECTIVES
from network.plan.model.rules import Alert, RuleGroup
from network.plan.telemetry.store import FULL_PERCENT

SENT, FAILED, DROPPED, REFUSED = (
    "otelcol_exporter_sent",
    "otelcol_exporter_send_failed",
    "otelcol_exporter_enqueue_failed",
    "otelcol_receiver_refused",
)
"""Counters of records that were passed on, that nobody took, that no queue had room for, that were not let
in."""

WAITING = 'otelcol_exporter_queue_size{data_type="logs"}'
"""What was read on a node and nobody has taken yet, in batches."""

QUEUE = (
    'otelcol_exporter_queue_size{data_type="traces"} / otelcol_exporter_queue_capacity{data_type="traces"}'
)
NEARLY_FULL = 0.8
"""Share of that queue."""

VOLUME = "1 - vl_free_disk_space_bytes / vl_total_disk_space_bytes"
"""Share of the store's volume that is used."""

LOST_OVER = "15m"
"""Whoever sends tries again for five minutes before it counts a failure."""

NEARLY_FULL_PERCENT = FULL_PERCENT - 5
"""Of the store's volume; a day that is deleted makes room of about so much."""


def build(config: StackConfig) -> tuple[RuleGroup, ...]:
    """Return the alerts of what the stack asks for."""
    alerts = tuple(_alerts(config))
    return (RuleGroup("telemetry", alerts),) if alerts else ()


def _alerts(config: StackConfig) -> Iterator[Alert]:
    observability = config.observability
    if observability is None:
        return
    if observability.logs is not None:
        yield Alert(
            "LogsNotDelivered",
            f"{_lost(f'{FAILED}_log_records_total')} or {_stuck()}",
            "10m",
            "warning",
            "Nobody can look lines up: {{ $labels.job }} cannot pass logs on",
            "Whoever is next refuses them or cannot be reached. Lines wait in the nodes' files, as long as "
            "the kubelet keeps those, and Events are lost.",
            OBJECTIVES,
        )
        if observability.logs.store.install is not None:
            yield Alert(
                "LogsDeletedEarly",
                f"max by (pod) ({VOLUME}) > {NEARLY_FULL_PERCENT / 100:g}",
                "30m",
                "warning",
                "Logs do not last as long as the stack file says: the store's volume is nearly full",
                "{{ $value | humanizePercentage }} of it are used. Beyond "
                f"{FULL_PERCENT} % the oldest day is deleted before its time.",
                OBJECTIVES,
            )
    if observability.traces is not None:
        lost = (f"{FAILED}_spans_total", f"{DROPPED}_spans_total", f"{REFUSED}_spans_total")
        yield Alert(
            "SpansLost",
            " or ".join(map(_lost, lost)),
            "10m",
            "warning",
            "Traces have gaps: spans are lost at {{ $labels.job }}",
            "{{ $value | humanize }} a second: the endpoint takes none, the queue before it is full, or the "
            "collector's memory is.",
            OBJECTIVES,
        )
        yield Alert(
            "SpansPileUp",
            f"max by (job, exporter) ({QUEUE}) > {NEARLY_FULL}",
            "10m",
            "warning",
            "Spans will be lost soon: the queue of {{ $labels.exporter }} is nearly full",
            "{{ $value | humanizePercentage }} of it are taken: the endpoint is slower than requests come.",
            OBJECTIVES,
        )


def _lost(counter: str) -> str:
    return f"sum by (job) (rate({counter}[{LOST_OVER}])) > 0"


def _stuck() -> str:
    """Agents try again without end, and count no failure."""
    sent = f"sum by (job, pod) (rate({SENT}_log_records_total[{LOST_OVER}])) > 0"
    return f"max by (job, pod) ({WAITING}) > 0 unless {sent}"
