"""The dashboard of objectives and alerts: what is promised, what is left of it, and who watches (OBS-5, "
"OBS-8)."""

from network.config import StackConfig
from network.plan.model import dashboards
from network.plan.model.dashboards import TITLES, Dashboard, Panel, Query, Row, Step, Variable
from network.plan.model.promql import increase, rate, selected, total
from network.plan.telemetry import dashboard as telemetry

CHOSEN = 'sloth_service=~"$objective"'
SUBJECTS = (
    "severity",
    "alertname",
    "application",
    "namespace",
    "node",
    "job",
    "instance",
    "name",
    "subject",
)
"""Labels that say what an alert is of."""
FIRING, TOLD = 'alertstate="firing"', 'severity=~"critical|warning"'
CRITICAL, WARNING = 'severity="critical"', 'severity="warning"'
PROMISE = "{{subject}} {{sloth_slo}}"
"""A host or route, and what of it is promised."""
WINDOWS = ("5m", "1h", "6h", "3d")
"""Over which burn rates are shown: from that which tells whether it still burns to the slowest alert's."""
FASTEST, SLOWEST = 14.4, 1
"""Burn rates: of the fastest page over 30 days, and of a budget that lasts exactly as long as its window."""


def build(config: StackConfig) -> Dashboard:
    """Return the dashboard."""
    return Dashboard(
        dashboards.OBJECTIVES,
        TITLES[dashboards.OBJECTIVES],
        "What is promised and how much of it is spent, the alerts that fire, and whether those that watch "
        "do so.",
        (_alerts(), _promises(), _burning(), _watchers(), *telemetry.build(config)),
        (Variable("objective", "Objective", "label_values(slo:objective:ratio, sloth_service)"),),
        period="24h",
    )


def _alerts() -> Row:
    return Row(
        "Alerts",
        (
            Panel(
                "That wake somebody",
                "Critical alerts that fire.",
                "short",
                (Query(f"count({selected('ALERTS', FIRING, CRITICAL)}) or vector(0)"),),
                "stat",
                steps=(Step(1, "red"),),
            ),
            Panel(
                "For the next working day",
                "Warnings that fire.",
                "short",
                (Query(f"count({selected('ALERTS', FIRING, WARNING)}) or vector(0)"),),
                "stat",
                steps=(Step(1, "yellow"),),
            ),
            Panel(
                "Least budget left",
                "Share of what may fail in the whole window, of the objective that has spent most. Below 0 "
                "the promise is broken.",
                "percentunit",
                (Query("min(slo:period_error_budget_remaining:ratio)"),),
                "stat",
                below="red",
                steps=(Step(0, "yellow"), Step(0.25, "green")),
            ),
            Panel(
                "Targets that do not answer",
                "Of all that Prometheus scrapes. What only they tell of raises no alert meanwhile.",
                "short",
                (Query("count(up == 0) or vector(0)"),),
                "stat",
                steps=(Step(1, "yellow"),),
            ),
            Panel(
                "Firing now",
                "Each has a runbook of its own name in `docs/runbooks/alerts`.",
                "short",
                (
                    Query(
                        f"count by ({', '.join(SUBJECTS)}) ({selected('ALERTS', FIRING, TOLD)})",
                        "series",
                        instant=True,
                    ),
                ),
                "table",
            ),
            Panel(
                "Fired",
                "By name. Several that begin together have one cause: the lowest of them, node before "
                "Traefik before route.",
                "short",
                (
                    Query(
                        f"count by (alertname, severity) ({selected('ALERTS', FIRING, TOLD)})",
                        "{{alertname}} {{severity}}",
                    ),
                ),
            ),
        ),
    )


def _promises() -> Row:
    def now(name: str, what: str, unit: str) -> Query:
        by = "sloth_service, sloth_slo, subject"
        return Query(f"max by ({by}) ({selected(name, CHOSEN)})", what, instant=True, unit=unit)

    return Row(
        "Promises",
        (
            Panel(
                "Promises",
                "Kept: share of requests over the whole window that were as promised. Budget left: of the "
                "requests that may fail. Burn rate: at 1 the budget lasts exactly as long as the window.",
                "short",
                (
                    now("slo:objective:ratio", "promised", "percentunit"),
                    Query(
                        "1 - max by (sloth_service, sloth_slo, subject) ("
                        + selected("slo:period_burn_rate:ratio", CHOSEN)
                        + " * "
                        + selected("slo:error_budget:ratio", CHOSEN)
                        + ")",
                        "kept",
                        instant=True,
                        unit="percentunit",
                    ),
                    now("slo:period_error_budget_remaining:ratio", "budget left", "percentunit"),
                    now("slo:current_burn_rate:ratio", "burn rate", "short"),
                ),
                "table",
            ),
            Panel(
                "Budget left",
                "Share of what may fail in the window. Red is spent: whatever risks more failures waits, "
                "but for what mends them.",
                "percentunit",
                (Query(selected("slo:period_error_budget_remaining:ratio", CHOSEN), PROMISE, instant=True),),
                "bargauge",
                below="red",
                steps=(Step(0, "yellow"), Step(0.25, "green")),
            ),
            Panel(
                "Budget left, over time",
                "A step down is an outage; a slope is something that always fails a little. It rises when an "
                "outage leaves the window.",
                "percentunit",
                (Query(selected("slo:period_error_budget_remaining:ratio", CHOSEN), PROMISE),),
            ),
            Panel(
                "Requests that count",
                "Per second, by promise. None: nothing is known of it, and no alert of its budget can fire.",
                "reqps",
                (Query(selected("network:sli_events:rate5m", CHOSEN), PROMISE),),
            ),
        ),
    )


def _burning() -> Row:
    return Row(
        "How fast budgets burn",
        tuple(
            Panel(
                f"Over {window}",
                f"Errors of the last {window} as a multiple of those that may last. Pages come at 14.4 "
                "over an hour or 6 over six, tickets at 3 over a day or 1 over three, of 30 days.",
                "short",
                (
                    Query(
                        f"{selected(f'slo:sli_error:ratio_rate{window}', CHOSEN)} "
                        f"/ ignoring (sloth_window) {selected('slo:error_budget:ratio', CHOSEN)}",
                        PROMISE,
                    ),
                ),
                steps=(Step(SLOWEST, "yellow"), Step(FASTEST, "red")),
            )
            for window in WINDOWS
        ),
    )


def _watchers() -> Row:
    return Row(
        "Who watches",
        (
            Panel(
                "Targets that answer",
                "Share by job. One that is absent has no target at all: its pods or its monitor are gone.",
                "percentunit",
                (Query("avg by (job) (up)", "{{job}}"),),
            ),
            Panel(
                "Rules that cannot be evaluated",
                "By group. They alert on nothing meanwhile.",
                "short",
                (
                    Query(
                        total(increase("prometheus_rule_evaluation_failures_total"), "rule_group"),
                        "{{rule_group}}",
                    ),
                ),
            ),
            Panel(
                "Configuration in force",
                "0: the program goes on with an old one.",
                "short",
                (
                    Query("min by (pod) (prometheus_config_last_reload_successful)", "{{pod}}"),
                    Query("min by (pod) (alertmanager_config_last_reload_successful)", "{{pod}}"),
                ),
            ),
            Panel(
                "Way to the receivers",
                "Alertmanagers that Prometheus knows, alerts that it could give to none, and messages that "
                "receivers refused.",
                "short",
                (
                    Query(
                        "max by (pod) (prometheus_notifications_alertmanagers_discovered)",
                        "{{pod}} alertmanagers",
                    ),
                    Query(total(rate("prometheus_notifications_dropped_total"), "pod"), "{{pod}} dropped"),
                    Query(
                        total(rate("alertmanager_notifications_failed_total"), "integration"),
                        "{{integration}} refused",
                    ),
                ),
            ),
            Panel(
                "Series",
                "That Prometheus holds. `network check` tells the number that follows from the stack file.",
                "short",
                (Query("max by (pod) (prometheus_tsdb_head_series)", "{{pod}}"),),
            ),
            Panel(
                "Storage that fails",
                "Writes and compactions that failed, and blocks that went before their time since the volume "
                "was full.",
                "short",
                (
                    Query(
                        total(increase("prometheus_tsdb_wal_writes_failed_total"), "pod"), "{{pod}} writes"
                    ),
                    Query(
                        total(increase("prometheus_tsdb_compactions_failed_total"), "pod"),
                        "{{pod}} compactions",
                    ),
                    Query(
                        total(increase("prometheus_tsdb_size_retentions_total"), "pod"), "{{pod}} cut short"
                    ),
                ),
            ),
        ),
    )
