"""Panels of logs and traces on their way, beside those of what else watches (OBS-5)."""

from collections.abc import Iterator

from network.config import StackConfig
from network.plan.model.dashboards import Panel, Query, Row, Step
from network.plan.model.promql import rate, total
from network.plan.telemetry.alerts import (
    DROPPED,
    FAILED,
    NEARLY_FULL,
    NEARLY_FULL_PERCENT,
    QUEUE,
    REFUSED,
    SENT,
    VOLUME,
    WAITING,
)


def build(config: StackConfig) -> tuple[Row, ...]:
    """Return the row of what the stack asks for; none where it asks for neither logs nor traces."""
    panels = tuple(_panels(config))
    return (Row("Logs and traces", panels),) if panels else ()


def _panels(config: StackConfig) -> Iterator[Panel]:
    observability = config.observability
    if observability is None:
        return
    if observability.logs is not None:
        yield Panel(
            "Log records passed on",
            "Per second, by agents to the collector and by it to the store; and those that nobody took.",
            "short",
            (
                _by_job(f"{SENT}_log_records_total", "taken"),
                _by_job(f"{FAILED}_log_records_total", "not taken"),
            ),
        )
        yield Panel(
            "Log records that wait on the nodes",
            "Batches that an agent has read and nobody has taken. Full, lines wait in the files that the "
            "kubelet keeps.",
            "short",
            (Query(f"max by (pod) ({WAITING})", "{{pod}}"),),
        )
        if observability.logs.store.install is not None:
            yield Panel(
                "Volume of the store of logs",
                "Share that is used. Nearly full, the oldest days go before their time.",
                "percentunit",
                (Query(f"max by (pod) ({VOLUME})", "{{pod}}"),),
                steps=(Step(NEARLY_FULL_PERCENT / 100, "red"),),
            )
    if observability.traces is not None:
        yield Panel(
            "Spans passed on",
            "Per second; those of traces that were not drawn are no loss. Lost is what the endpoint does not "
            "take, what finds the queue full, and what the collector has no memory for.",
            "short",
            (
                _by_job(f"{SENT}_spans_total", "taken"),
                _by_job(f"{FAILED}_spans_total", "not taken"),
                _by_job(f"{DROPPED}_spans_total", "queue full"),
                _by_job(f"{REFUSED}_spans_total", "refused"),
            ),
        )
        yield Panel(
            "Queue before the endpoint of traces",
            "Share that is taken. It fills while the endpoint is away or slow; full, spans are lost.",
            "percentunit",
            (Query(f"max by (job, exporter) ({QUEUE})", "{{exporter}}"),),
            steps=(Step(NEARLY_FULL, "red"),),
        )


def _by_job(counter: str, what: str) -> Query:
    return Query(total(rate(counter), "job"), f"{{{{job}}}} {what}")
