"""Alertmanager's configuration: who is told of what, and what keeps still while something worse fires
(OBS-6).

It stands in a Secret, beside the URLs and keys that it names as files: no secret is in the plan, in Helm's
values or in the state as plain text.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from network.config import StackConfig
from network.config.observability.alerting import DEAD_MAN_SWITCH, NOBODY, Alerting, Receiver
from network.config.platform import MONITORING
from network.plan.model.dashes import dashed
from network.plan.model.flows import Flow, Pods, Port
from network.plan.model.kubernetes import SecretPlan
from network.plan.model.peers import DNS, outside, vpc_resolver
from network.plan.observability.alerts import WATCHDOG
from network.plan.observability.prometheus_stack import ALERTMANAGER_CONFIG

FOLDER = "/etc/alertmanager/config"
"""Where the operator has all keys of that Secret mounted."""

CONFIG_KEY = "alertmanager.yaml"

_DUMPER: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
"""Writes by libyaml where PyYAML has it."""


@dataclass(frozen=True)
class Inhibition:
    """Alerts that are told of no more while one fires from which they follow."""

    while_firing: tuple[str, ...]
    silent: tuple[str, ...]
    alike: tuple[str, ...] = ()
    """Labels by which both tell of one thing. Alertmanager takes a label that neither has for alike."""


INHIBITIONS = (
    # A node takes its pods and its own metrics along.
    Inhibition(
        ("NodeDown",),
        ("TargetDown", "ReplicasMissing", "PodCrashing", "AutoscalerAtMaximum"),
    ),
    Inhibition(("NodeDown",), ("NodeUnderPressure",), ("node",)),
    # Without a way in everything behind it fails.
    Inhibition(
        ("IngressDown",),
        (
            "IngressErrorRate",
            "RouteErrorRate",
            "RouteSlow",
            "ProbeFailing",
            "AvailabilityBudgetBurnsFast",
            "LatencyBudgetBurnsFast",
            "ThroughputBudgetBurnsFast",
        ),
    ),
    # Probes ask for hosts by name.
    Inhibition(("ClusterDnsDown",), ("ClusterDnsFailing", "ClusterDnsSlow", "ProbeFailing")),
    # That nothing of a job answers is told already, by what it means.
    Inhibition(("IngressDown", "ClusterDnsDown"), ("TargetMissing", "TargetDown"), ("job",)),
    # What is known of a target that is gone is nothing.
    Inhibition(("TargetMissing",), ("TargetDown",), ("job",)),
    # Pods that crash tell why it is gone, and of which workload they are no label says.
    Inhibition(("BackendGone",), ("ReplicasMissing",), ("namespace", "workload")),
    Inhibition(
        ("BackendGone",), ("RouteErrorRate", "ProbeFailing", "AvailabilityBudgetBurnsFast"), ("application",)
    ),
    # The worse of two that tell of one thing.
    Inhibition(
        ("CertificateMissing", "CertificateNearExpiry"), ("CertificateRenewalOverdue",), ("namespace", "name")
    ),
    Inhibition(("AvailabilityBudgetBurnsFast",), ("AvailabilityBudgetBurnsSlowly",), ("sloth_id",)),
    Inhibition(("LatencyBudgetBurnsFast",), ("LatencyBudgetBurnsSlowly",), ("sloth_id",)),
    Inhibition(("ThroughputBudgetBurnsFast",), ("ThroughputBudgetBurnsSlowly",), ("sloth_id",)),
    Inhibition(("AvailabilityBudgetBurnsFast",), ("RouteErrorRate",), ("application",)),
)


def secret(config: StackConfig) -> SecretPlan:
    """Return the Secret with the configuration."""
    alerting = _alerting(config)
    keys = [*alerting.receivers, *([DEAD_MAN_SWITCH] if alerting.dead_man_switch is not None else [])]
    return SecretPlan(
        ALERTMANAGER_CONFIG,
        MONITORING,
        "Opaque",
        {key: f"alertReceivers.{key}" for key in keys},
        {CONFIG_KEY: yaml.dump(configuration(alerting), Dumper=_DUMPER, sort_keys=False, allow_unicode=True)},
    )


def flows(config: StackConfig, pods: Pods) -> tuple[Flow, ...]:
    """Return the connections of Alertmanager's pods to those that it tells."""
    alerting = _alerting(config)
    told: dict[tuple[str, int], list[str]] = {}
    for name, receiver in alerting.receivers.items():
        told.setdefault(receiver.endpoint, []).append(name)
    if alerting.dead_man_switch is not None:
        switch = (alerting.dead_man_switch.host, alerting.dead_man_switch.port)
        told.setdefault(switch, []).append(DEAD_MAN_SWITCH)
    flows = tuple(
        Flow(
            f"{pods.name}-to-{dashed(host)}-{port}",
            pods,
            outside(config, host),
            (Port(port),),
            f"Tells alerts to {' and '.join(names)}.",
        )
        for (host, port), names in told.items()
    )
    if not flows:
        return ()
    resolver = Flow(
        f"{pods.name}-to-vpc-resolver",
        pods,
        vpc_resolver(config),
        DNS,
        "Finds whom it tells while the cluster's DNS is down.",
    )
    return (*flows, resolver)


def _alerting(config: StackConfig) -> Alerting:
    return Alerting() if config.observability is None else config.observability.alerting


def configuration(alerting: Alerting) -> dict[str, Any]:
    """Return Alertmanager's configuration."""
    return {
        "route": {
            "receiver": NOBODY,
            "group_by": ["alertname", "application", "node"],
            # Long enough for what fails together to be told together.
            "group_wait": "30s",
            "group_interval": "5m",
            "repeat_interval": "4h",
            "routes": [_watchdog(alerting), *_routes(alerting)],
        },
        "inhibit_rules": [_inhibition(each) for each in INHIBITIONS],
        "receivers": [{"name": NOBODY}, *_receivers(alerting)],
    }


_LOOKS, _SPARE = 15, 10
"""Seconds between looks, of which a minute is a multiple, and seconds that a message may take; less than a
look, or it would come a look early."""


def _watchdog(alerting: Alerting) -> dict[str, Any]:
    matchers = [f'alertname="{WATCHDOG}"']
    if alerting.dead_man_switch is None:
        return {"receiver": NOBODY, "matchers": matchers}
    return {
        "receiver": DEAD_MAN_SWITCH,
        "matchers": matchers,
        "group_wait": "0s",
        # How often it looks whether it is time to tell again. It is from `repeat_interval` after the last
        # message on, which came later than the look before it: a whole number of minutes would pass at one
        # look more.
        "group_interval": f"{_LOOKS}s",
        "repeat_interval": f"{alerting.dead_man_switch.every_minutes * 60 - _SPARE}s",
    }


def _routes(alerting: Alerting) -> Iterator[dict[str, Any]]:
    for name, receiver in alerting.receivers.items():
        matchers = [f'severity=~"{"|".join(receiver.severities)}"']
        if receiver.teams:
            matchers.append(f'team=~"{"|".join(receiver.teams)}"')
        yield {"receiver": name, "matchers": matchers, "continue": True}


def _inhibition(inhibition: Inhibition) -> dict[str, Any]:
    return {
        "source_matchers": [f'alertname=~"{"|".join(inhibition.while_firing)}"'],
        "target_matchers": [f'alertname=~"{"|".join(inhibition.silent)}"'],
        **({"equal": list(inhibition.alike)} if inhibition.alike else {}),
    }


def _receivers(alerting: Alerting) -> Iterator[dict[str, Any]]:
    for name, receiver in alerting.receivers.items():
        yield {"name": name, **_told(receiver, f"{FOLDER}/{name}", linked=alerting.runbooks is not None)}
    if alerting.dead_man_switch is not None:
        webhook = {"url_file": f"{FOLDER}/{DEAD_MAN_SWITCH}", "send_resolved": False}
        yield {"name": DEAD_MAN_SWITCH, "webhook_configs": [webhook]}


def _told(receiver: Receiver, secret_file: str, *, linked: bool) -> dict[str, Any]:
    """Return how it is told. `linked`: whether runbooks have an address, without which they are files."""
    if receiver.slack is not None:
        channel = {} if receiver.slack.channel is None else {"channel": receiver.slack.channel}
        return {
            "slack_configs": [
                {
                    "api_url_file": secret_file,
                    **channel,
                    "send_resolved": True,
                    "title": _TITLE,
                    "text": _TEXT,
                }
            ]
        }
    if receiver.pager_duty is not None:
        links = [{"href": _first("runbook_url"), "text": "Runbook"}]
        return {
            "pagerduty_configs": [
                {
                    "routing_key_file": secret_file,
                    "url": f"https://{receiver.pager_duty.host}/v2/enqueue",
                    "severity": "{{ .CommonLabels.severity }}",
                    "description": _first("summary") + _HOW_MANY,
                    "details": {"description": _first("description")},
                    **({"links": links} if linked else {}),
                }
            ]
        }
    return {"webhook_configs": [{"url_file": secret_file, "send_resolved": True}]}


_TITLE = "{{ .Status | toUpper }}: {{ .CommonLabels.alertname }} ({{ .CommonLabels.severity }})"

_TEXT = """{{ range .Alerts.Firing }}*{{ .Annotations.summary }}*
{{ .Annotations.description }}
Runbook: {{ .Annotations.runbook_url }}
Dashboard: {{ with .Annotations.dashboard_url }}{{ . }}{{ else }}{{ .Annotations.dashboard }}{{ end }}
{{ end }}{{ range .Alerts.Resolved }}No longer: {{ .Annotations.summary }}
{{ end }}"""
"""Of each alert of the group; some may be over while others fire."""

_HOW_MANY = "{{ with .Alerts.Firing }}{{ if gt (len .) 1 }} (first of {{ len . }}){{ end }}{{ end }}"


def _first(annotation: str) -> str:
    """Return the template of an annotation of the first alert that fires, or, of a group that is over, of the
    first one."""
    fires = f"{{{{ with .Alerts.Firing }}}}{{{{ (index . 0).Annotations.{annotation} }}}}"
    return f"{fires}{{{{ else }}}}{{{{ (index .Alerts 0).Annotations.{annotation} }}}}{{{{ end }}}}"
