"""Rules that Prometheus evaluates: what is recorded, and what somebody on call is told of (OBS-6, OBS-8)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Severity = Literal["critical", "warning", "info"]
"""`critical` wakes somebody, `warning` is a ticket for the next working day, `info` is shown or inhibits."""


@dataclass(frozen=True)
class Recording:
    """A series computed from others."""

    record: str
    """Name by `level:metric:operations`, or Sloth's for objectives."""
    expr: str
    labels: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True)
class Alert:
    """What somebody on call is told of; its page is `docs/runbooks/alerts/<name>.md`."""

    name: str
    """In PascalCase, unique; names the runbook."""
    expr: str
    wait: str
    """How long it must hold, as Prometheus writes spans: `0s`, `5m`."""
    severity: Severity
    summary: str
    """One sentence that names what is hurt; may hold Prometheus' templates, `{{ $labels.namespace }}`."""
    description: str
    """What was expected, what is seen, with values by templates."""
    dashboard: str
    """Uid of the dashboard that shows it."""
    labels: Mapping[str, str] = field(default_factory=dict[str, str])
    """Beside `severity`: `application`, `team` where it has one."""


@dataclass(frozen=True)
class RuleGroup:
    """Rules that are evaluated in order, at one time."""

    name: str
    """Unique in the stack."""
    rules: tuple[Recording | Alert, ...]
    interval: str | None = None
    """None is Prometheus' own."""
