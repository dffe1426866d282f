"""Alerting: who is told can be reached, and somebody is told (OBS-6)."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from pydantic import SecretStr

from network.config.applications import Application
from network.config.environment import Environment
from network.config.model import Finding
from network.config.nearest import unknown
from network.config.observability import Observability
from network.config.observability.alerting import DEAD_MAN_SWITCH, Alerting, PagerDuty
from network.config.secrets import RECEIVER_PLACEHOLDER

_SET = "set it: pulumi config set --secret --path network:alertReceivers."


def receivers_have_their_secrets(
    observability: Observability | None, alert_receivers: dict[str, Any]
) -> Iterator[Finding]:
    """A receiver without its secret would fail with each message."""
    alerting = _alerting(observability)
    for name in alerting.receivers:
        if name not in alert_receivers:
            yield Finding(
                ("observability", "alerting", "receivers", name),
                f"the secret network:alertReceivers has no key {name}",
                f"{_SET}{name}",
            )
    if alerting.dead_man_switch is not None and DEAD_MAN_SWITCH not in alert_receivers:
        yield Finding(
            ("observability", "alerting", "deadManSwitch"),
            f"the secret network:alertReceivers has no key {DEAD_MAN_SWITCH}",
            f"{_SET}{DEAD_MAN_SWITCH}",
        )


def receivers_secrets_are_of_their_kind(
    observability: Observability | None, alert_receivers: dict[str, SecretStr]
) -> Iterator[Finding]:
    """A URL must lead to the host that policies let Alertmanager reach; PagerDuty's secret is no URL."""
    alerting = _alerting(observability)
    endpoints = {
        name: (each.endpoint, each.pager_duty)
        for name, each in alerting.receivers.items()
        if each.endpoint[0]  # else it is told no way at all, which is a finding of its own
    }
    switch = alerting.dead_man_switch
    if switch is not None:
        endpoints[DEAD_MAN_SWITCH] = ((switch.host, switch.port), None)
    for name, (endpoint, pager_duty) in endpoints.items():
        secret = alert_receivers.get(name)
        if secret is not None and not _fits(secret.get_secret_value(), endpoint, pager_duty):
            host, port = endpoint
            wanted = f"https://{host}{'' if port == 443 else f':{port}'}/"
            yield Finding(
                ("alertReceivers", name),
                "the secret is the integration key of a PagerDuty service, and no URL"
                if pager_duty is not None
                else f"the secret is a URL that begins with {wanted}, as the stack file names its host",
                f"{_SET}{name}",
            )


def teams_are_applications(
    observability: Observability | None, applications: dict[str, Application]
) -> Iterator[Finding]:
    """No alert is ever of a team that no application has."""
    teams = {a.team: name for name, a in applications.items() if a.team is not None}
    for name, receiver in _alerting(observability).receivers.items():
        for index, team in enumerate(receiver.teams):
            if team not in teams:
                here = ("observability", "alerting", "receivers", name, "teams", index)
                found = unknown(here, "team of an application", team, teams)
                # Without a team left the receiver would be told of everything.
                fix = f"add `team: {team}` to the application that it is told of, or remove the receiver"
                yield found if found.fix.startswith("did you mean") else replace(found, fix=fix)


def alertmanager_is_the_platforms(observability: Observability | None) -> Iterator[Finding]:
    """Whoever runs the Prometheus that exists also says whom its Alertmanager tells."""
    if observability is None or observability.prometheus.integrate is None:
        return
    for key, given in (
        ("receivers", observability.alerting.receivers),
        ("deadManSwitch", observability.alerting.dead_man_switch),
    ):
        if given:
            yield Finding(
                ("observability", "alerting", key),
                "the Alertmanager is that of the operator which exists: the platform gives it rules, and no "
                "receivers",
                f"remove {key}, and have them set up there; alerts bear severity, application and team",
            )


def receivers_secrets_are_used(
    observability: Observability | None, alert_receivers: dict[str, Any]
) -> Iterator[Finding]:
    """Warn of secrets by which nobody is told."""
    alerting = _alerting(observability)
    used = {*alerting.receivers, *([DEAD_MAN_SWITCH] if alerting.dead_man_switch is not None else [])}
    for name in alert_receivers:
        if name not in used:
            yield Finding(
                ("alertReceivers", name),
                "no receiver of alerts has this name",
                f"remove it: pulumi config rm --path network:alertReceivers.{name}",
            )


def production_tells_somebody(
    environment: Environment, observability: Observability | None
) -> Iterator[Finding]:
    """Warn of a production whose alerts nobody hears, or whose alerting may die unheard."""
    if observability is None or observability.prometheus.install is None or not environment.is_production:
        return
    for key, given, rule, fix in (
        ("receivers", observability.alerting.receivers, "its alerts reach nobody", "name a receiver"),
        (
            "deadManSwitch",
            observability.alerting.dead_man_switch,
            "nobody notices when alerting itself is down",
            "name a service outside that waits for its calls",
        ),
    ):
        if not given:
            yield Finding(("observability", "alerting", key), rule, fix)


def _alerting(observability: Observability | None) -> Alerting:
    return Alerting() if observability is None else observability.alerting


def _fits(secret: str, endpoint: tuple[str, int], pager_duty: PagerDuty | None) -> bool:
    if secret == RECEIVER_PLACEHOLDER:
        return True
    if pager_duty is not None or not secret.startswith("https:"):
        return (pager_duty is not None) != secret.startswith("https:")
    try:
        parts = urlsplit(secret)
        return (parts.hostname, parts.port or 443) == endpoint
    except ValueError:
        return False
