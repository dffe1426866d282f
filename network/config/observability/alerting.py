"""Alertmanager's receivers: who is told of which alerts, and by what (OBS-6)."""

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import Field
from typing_extensions import override

from network.config.hosts import TalkHost
from network.config.model import Finding, Location, Model, repeated
from network.config.names import Name
from network.config.text import Form
from network.config.urls import ShownUrl

DEAD_MAN_SWITCH = "dead-man-switch"
"""Key of its URL in `network:alertReceivers`, which no receiver may have."""

NOBODY = "nobody"
"""Receiver of what no other takes."""

Told = Literal["critical", "warning"]
"""Severities that somebody is told of; `info` stands in Prometheus alone."""

Channel = Annotated[
    str,
    Form(
        pattern=r"[#@][a-z0-9_-]{1,80}",
        rule="a channel of Slack has # in front, a person @, then small letters, digits, `-` and `_`",
        fix='write it like "#on-call", in quotes',
        longest=81,
    ),
]


class Slack(Model):
    """An incoming webhook of Slack, or of what takes the same messages; the secret is its URL."""

    host: TalkHost = "hooks.slack.com"
    """Of the URL: what Alertmanager may connect to."""
    channel: Channel | None = None
    """The webhook's own when absent."""


class PagerDuty(Model):
    """A service of PagerDuty, by its Events API v2; the secret is the integration key."""

    region: Literal["us", "eu"] = "us"
    """Of the account: decides which host is asked."""

    @property
    def host(self) -> str:
        """Host of the events API (developer.pagerduty.com, service regions)."""
        return "events.pagerduty.com" if self.region == "us" else "events.eu.pagerduty.com"


class Webhook(Model):
    """Anything that takes Alertmanager's own JSON; the secret is its URL."""

    host: TalkHost
    """Of the URL: what Alertmanager may connect to."""
    port: int = Field(default=443, ge=1, le=65535)
    """Of the URL."""


class Receiver(Model):
    """Who is told, and of what. What gives access, a URL or a key, is the secret
    `network:alertReceivers` under the same name."""

    slack: Slack | None = None
    pager_duty: PagerDuty | None = None
    webhook: Webhook | None = None
    severities: tuple[Told, ...] = Field(default=("critical", "warning"), min_length=1)
    """`critical` wakes somebody, `warning` is for the next working day."""
    teams: tuple[Name, ...] = ()
    """Teams whose applications' alerts it is told of; every alert, also the platform's, when empty."""

    @override
    def findings(self) -> Iterator[Finding]:
        if sum(kind is not None for kind in (self.slack, self.pager_duty, self.webhook)) != 1:
            yield Finding((), "a receiver is told one way", "give one of: slack, pagerDuty, webhook")
        yield from repeated("severities", self.severities)
        yield from repeated("teams", self.teams)

    @property
    def endpoint(self) -> tuple[str, int]:
        """Host and port that it is told by."""
        if self.webhook is not None:
            return self.webhook.host, self.webhook.port
        kind = self.slack or self.pager_duty
        return (kind.host if kind is not None else ""), 443


class DeadManSwitch(Model):
    """A service outside that raises the alarm when Alertmanager no longer calls it. The secret is its URL,
    `dead-man-switch` in `network:alertReceivers`."""

    host: TalkHost
    """Of the URL."""
    port: int = Field(default=443, ge=1, le=65535)
    """Of the URL."""
    every_minutes: int = Field(default=5, ge=1, le=60)
    """Between two calls; the service should wait for twice as long."""


class Alerting(Model):
    """Who is told of alerts. The rules stand either way; without receivers they are seen in Prometheus."""

    receivers: dict[Name, Receiver] = Field(default_factory=dict)
    """By name; each is told of every alert that it takes."""
    dead_man_switch: DeadManSwitch | None = None
    """Nothing else tells that alerting itself is down."""
    runbooks: ShownUrl | None = None
    """Address of the folder `docs/runbooks/alerts` where people read it: each message links to its page."""
    dashboards: ShownUrl | None = None
    """Address of Grafana where people reach it: each message links to its dashboard. Without it a message
    names the dashboard, which `make view-grafana` opens."""

    @override
    def findings(self) -> Iterator[Finding]:
        for name in (DEAD_MAN_SWITCH, NOBODY):
            if name in self.receivers:
                yield Finding(
                    ("receivers", name),
                    f"{name} is a receiver of the platform's own",
                    "give the receiver another name",
                )
        for key, address in (("runbooks", self.runbooks), ("dashboards", self.dashboards)):
            if address is not None and "?" in address:
                yield Finding(
                    (key,),
                    "messages append the name of a page to it, so it has no query",
                    f"write `{address.partition('?')[0]}`",
                )
        if self.receivers and not any(
            "critical" in receiver.severities and not receiver.teams for receiver in self.receivers.values()
        ):
            yield Finding(
                ("receivers",),
                "no receiver takes every critical alert: those of the platform would reach nobody",
                "let one have `critical` in severities, and no teams",
            )

    def hosts(self) -> Iterator[tuple[Location, str]]:
        """Yield each host that Alertmanager asks, with where it stands."""
        for name, receiver in self.receivers.items():
            kind = "slack" if receiver.slack is not None else "webhook"
            if receiver.pager_duty is None:
                yield ("receivers", name, kind, "host"), receiver.endpoint[0]
        if self.dead_man_switch is not None:
            yield ("deadManSwitch", "host"), self.dead_man_switch.host


def named_receivers(observability: Any) -> list[str]:
    """Return the keys of `network:alertReceivers` that the layer needs. `observability` is the layer as it
    stands in a stack file, well formed or not."""
    alerting = observability.get("alerting") if isinstance(observability, dict) else None
    if not isinstance(alerting, dict):
        return []
    receivers = alerting.get("receivers")
    names = [str(name) for name in receivers] if isinstance(receivers, dict) else []
    return names + ([DEAD_MAN_SWITCH] if alerting.get("deadManSwitch") is not None else [])
