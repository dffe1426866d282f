"""What somebody on call is told of those that watch: without them nothing else is told (OBS-6)."""

from collections.abc import Iterable

from network.plan.model.owners import owned
from network.plan.model.rules import Alert, RuleGroup

DASHBOARD, SERVICES = "network-objectives", "network-services"

WATCHDOG = "Watchdog"
"""Always firing: whoever hears nothing of it knows that alerting is down."""

PROBES = RuleGroup(
    "probes",
    (
        Alert(
            "ProbeFailing",
            owned("min by (namespace, route, instance) (probe_success) == 0"),
            "3m",
            "critical",
            "Clients cannot use {{ $labels.instance }}",
            "A probe from inside the cluster has failed for at least three minutes: its name, certificate, "
            "route or "
            "backend. It does not pass the load balancer, which DigitalOcean's own check does.",
            SERVICES,
        ),
    ),
)

WATCHERS = RuleGroup(
    "watchers",
    (
        Alert(
            WATCHDOG,
            "vector(1)",
            "0s",
            "info",
            "Alerting works",
            "Always fires: a service outside raises the alarm when it no longer hears of it.",
            DASHBOARD,
        ),
        Alert(
            "TargetDown",
            "min by (job, namespace, pod, node) (up) == 0",
            "5m",
            "warning",
            "Nothing is known of {{ $labels.job }} {{ $labels.pod }}{{ $labels.node }}: it does not answer",
            "Prometheus has failed to read its metrics for at least five minutes. What it alone tells of "
            "raises no "
            "alert meanwhile.",
            DASHBOARD,
        ),
        Alert(
            "RuleEvaluationFailing",
            "sum by (rule_group) (increase(prometheus_rule_evaluation_failures_total[10m])) > 0",
            "5m",
            "critical",
            "Alerts are blind: rules of {{ $labels.rule_group }} cannot be evaluated",
            "{{ $value | humanize }} evaluations failed in the last ten minutes. Its log says why.",
            DASHBOARD,
        ),
        Alert(
            "ConfigReloadFailing",
            "min by (job, pod) (prometheus_config_last_reload_successful) == 0 or "
            "min by (job, pod) (alertmanager_config_last_reload_successful) == 0",
            "10m",
            "warning",
            "{{ $labels.job }} goes on with an old configuration: changes of monitors, rules or receivers "
            "are "
            "not in force",
            "It has refused the new one for at least ten minutes. After a restart it will not come up.",
            DASHBOARD,
        ),
        Alert(
            "AlertsNotDelivered",
            "max by (pod) (prometheus_notifications_alertmanagers_discovered) < 1 or "
            "sum by (pod) (rate(prometheus_notifications_dropped_total[5m])) > 0",
            "5m",
            "critical",
            "Alerts reach nobody: Prometheus cannot give them to Alertmanager",
            "It knows no Alertmanager, or has thrown alerts away since none took them.",
            DASHBOARD,
        ),
        Alert(
            "NotificationsFailing",
            # A receiver that refuses may be asked once in a `group_interval` only.
            "sum by (integration) (increase(alertmanager_notifications_failed_total[15m])) > 0",
            "5m",
            "critical",
            "Alerts do not reach their receivers by {{ $labels.integration }}",
            "{{ $value | humanize }} messages of the last 15 minutes failed. The receiver refuses them, its "
            "secret is wrong, or a policy cuts the connection.",
            DASHBOARD,
        ),
        Alert(
            "PrometheusStorageFailing",
            "max by (pod) (increase(prometheus_tsdb_compactions_failed_total[3h])) > 0 or "
            "max by (pod) (increase(prometheus_tsdb_wal_writes_failed_total[3h])) > 0",
            "5m",
            "warning",
            "Prometheus cannot keep what it measures: writes or compactions of its storage fail",
            "{{ $value | humanize }} failed within three hours. A full volume is the usual reason.",
            DASHBOARD,
        ),
        Alert(
            "RetentionCutShort",
            "max by (pod) (increase(prometheus_tsdb_size_retentions_total[1d])) > 0",
            "5m",
            "warning",
            "Error budgets no longer see their whole window: Prometheus throws data away early",
            "Its data has outgrown `retentionSize`, and it has deleted blocks before their time: more "
            "series than "
            "its volume was made for.",
            DASHBOARD,
        ),
    ),
)


def of_targets(jobs: Iterable[str]) -> RuleGroup:
    """Return the alert of what is not even known as a target: `up` of it is no 0, it is not there."""
    missing = " or ".join(f'absent(up{{job="{job}"}})' for job in sorted(set(jobs)))
    return RuleGroup(
        "targets",
        (
            Alert(
                "TargetMissing",
                missing,
                "10m",
                "critical",
                "Nothing is known of {{ $labels.job }}: Prometheus has no target of this name",
                "The stack declares it. Its pods are gone, or no monitor selects them; no alert of its own "
                "can fire.",
                DASHBOARD,
            ),
        ),
    )
