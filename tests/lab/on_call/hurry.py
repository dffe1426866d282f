"""Rules, scrapes and messages on a clock that runs faster: a quarter of an hour shows in two minutes.

The objects in the cluster are rewritten beside Pulumi, and the operator takes them up. Rules of objectives
keep their own spans: of a fast burn somebody is told within minutes anyway.
"""

import base64
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import yaml

from network.config.platform import MONITORING
from network.plan.observability.alertmanager import CONFIG_KEY
from network.plan.observability.prometheus import INTERVAL
from network.plan.observability.prometheus_stack import ALERTMANAGER_CONFIG
from tests.lab.alertmanager import Alertmanager
from tests.lab.on_call.by_hand import have_files_read
from tests.lab.patience import until
from tests.lab.prometheus import Prometheus
from tests.lab.running_lab import RunningLab

FACTOR = 10
"""By how much spans are shorter."""
SCRAPES = "10s"
"""Between two scrapes and two evaluations: three of them in the shortest window, a tenth of five minutes."""
KEPT = "objective"
"""Groups of rules whose names begin so keep their spans."""
IN_ORDER = {
    "TargetDown": ("90s", "NodeDown comes before it, after Kubernetes' own 40 s"),
    "ProbeFailing": ("60s", "IngressDown comes before it, after scrapes that are not a tenth apart"),
}
"""Alerts that wait for more than a tenth, so that what holds them back still comes before them."""

LONG = {"1h": "120s"}
"""Windows that are shorter still: until one of them has passed, an alert goes on after the repair."""

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_SPAN = r"(\d+)([smhdw])"
_IN_EXPRESSIONS = re.compile(rf"(?<=\[){_SPAN}(?=[\]:])|(?<=offset ){_SPAN}")
_OF_MESSAGES = ("group_wait", "group_interval", "repeat_interval")


def seconds(span: str) -> float:
    """How long a span of Prometheus' is."""
    found = re.fullmatch(_SPAN, span)
    assert found is not None, span
    return int(found[1]) * _SECONDS[found[2]]


def shorter(span: str) -> str:
    """A tenth of a span."""
    return f"{seconds(span) / FACTOR:.0f}s"


def hurried(expr: str) -> str:
    """An expression with windows and offsets of a tenth."""
    return _IN_EXPRESSIONS.sub(lambda found: LONG.get(found[0]) or shorter(found[0]), expr)


def waits(alert: str, span: str) -> str:
    """For how long an alert must hold that in the stack must hold for `span`."""
    return IN_ORDER[alert][0] if alert in IN_ORDER else shorter(span)


def longest_window(expr: str) -> float:
    """Seconds that an expression looks back."""
    return max((seconds(f"{number}{unit}") for number, unit in re.findall(rf"\[{_SPAN}\]", expr)), default=0)


def departures() -> Iterator[str]:
    """Where this departs from the stack, a line each."""
    yield f"scrapes, probes and evaluations: every {SCRAPES} in place of {INTERVAL}"
    yield f"windows and waits of rules and of messages: 1/{FACTOR}; objectives have their own"
    for window, span in LONG.items():
        yield f"windows of {window}: {span}"
    for alert, (span, reason) in IN_ORDER.items():
        yield f"{alert} waits for {span}: {reason}"


def hurry(lab: RunningLab, prometheus: Prometheus, alertmanager: Alertmanager) -> None:
    """Return once the lab's rules, scrapes and messages are on the faster clock."""
    _scrape_more_often(lab)
    durations = _rewrite_rules(lab)
    group_wait = _rewrite_messages(lab)

    def in_force() -> bool:
        have_files_read(lab)
        found = {rule["name"]: rule["duration"] for rule in prometheus.rules() if "duration" in rule}
        return (
            durations.items() <= found.items()
            and prometheus.settings()["scrape_interval"] == SCRAPES
            and alertmanager.configuration()["route"]["group_wait"] == group_wait
        )

    until(in_force, "rules and messages are on the faster clock", pause=3)


def _scrape_more_often(lab: RunningLab) -> None:
    spec = {"scrapeInterval": SCRAPES, "evaluationInterval": SCRAPES}
    lab.kubectl(
        *("patch", "prometheus", MONITORING, f"--namespace={MONITORING}", "--type=merge"),
        f"--patch={json.dumps({'spec': spec})}",
    )
    probes = _objects(lab, "probes")
    for probe in probes:
        probe["spec"]["interval"] = SCRAPES
    _replace(lab, probes)


def _rewrite_rules(lab: RunningLab) -> dict[str, float]:
    """For how many seconds each alert must now hold."""
    objects = _objects(lab, "prometheusrules")
    durations: dict[str, float] = {}
    for each in objects:
        for group in each["spec"]["groups"]:
            if group["name"].startswith(KEPT):
                continue
            for rule in group["rules"]:
                rule["expr"] = hurried(rule["expr"])
                if "for" in rule:
                    rule["for"] = waits(rule["alert"], rule["for"])
                    durations[rule["alert"]] = seconds(rule["for"])
    _replace(lab, objects)
    return durations


def _rewrite_messages(lab: RunningLab) -> str:
    """How long what fails together is gathered now."""
    secret = json.loads(
        lab.kubectl("get", "secret", ALERTMANAGER_CONFIG, f"--namespace={MONITORING}", "--output=json")
    )
    configuration = yaml.safe_load(base64.b64decode(secret["data"][CONFIG_KEY]))
    for route in (configuration["route"], *configuration["route"]["routes"]):
        for key in _OF_MESSAGES:
            if key in route and route[key] != "0s":
                route[key] = shorter(route[key])
    secret["data"][CONFIG_KEY] = base64.b64encode(yaml.safe_dump(configuration).encode()).decode()
    _replace(lab, [secret])
    return configuration["route"]["group_wait"]


def _objects(lab: RunningLab, kind: str) -> list[dict[str, Any]]:
    return json.loads(lab.kubectl("get", kind, f"--namespace={MONITORING}", "--output=json"))["items"]


def _replace(lab: RunningLab, objects: Sequence[Mapping[str, Any]]) -> None:
    document = {"apiVersion": "v1", "kind": "List", "items": objects}
    lab.kubectl("replace", "--filename=-", text=json.dumps(document))
