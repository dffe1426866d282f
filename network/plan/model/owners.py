"""Whose an alert is: series of constant 1 by which rules give an alert its application and team (OBS-6)."""

from collections.abc import Mapping

from network.config import StackConfig

OWNER = "network:application:info"
"""Recorded series: one for each application's namespace, with labels `application` and `team`."""


def owned(expr: str) -> str:
    """Return the expression with labels `application` and `team` of those whose namespace its series name;
    what is the platform's stays as it is."""
    with_owner = f"({expr}) * on (namespace) group_left (application, team) {OWNER}"
    return f"{with_owner} or ignoring (application, team) ({expr})"


def owner_labels(config: StackConfig, applications: frozenset[str]) -> Mapping[str, str]:
    """Return the labels of what belongs to these applications: what they have in common."""
    teams = {config.applications[name].team for name in applications}
    common = {
        "application": next(iter(applications)) if len(applications) == 1 else None,
        "team": next(iter(teams)) if len(teams) == 1 else None,
    }
    return {label: value for label, value in common.items() if value is not None}
