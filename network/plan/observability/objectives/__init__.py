"""Rules that follow from the objectives of a stack: recorded ratios, budgets, and alerts (OBS-8)."""

from collections.abc import Iterator, Mapping

from network.config import StackConfig
from network.config.observability.objectives import Objective
from network.plan.model.owners import owner_labels
from network.plan.model.rules import RuleGroup
from network.plan.observability.objectives import alerts, recordings, routers
from network.plan.observability.objectives.indicators import Indicator, Kind, indicators


def build(config: StackConfig) -> tuple[RuleGroup, ...]:
    """Return the groups of rules: two of recordings for each objective, and one of alerts for all."""
    if config.observability is None or not config.observability.objectives:
        return ()
    groups: list[RuleGroup] = []
    kinds: set[Kind] = set()
    for name, objective in config.observability.objectives.items():
        promises = list(_promises(config, name, objective))
        kinds |= {indicator.kind for indicator, _ in promises}
        for suffix, record, interval in (
            ("", recordings.current, None),
            # Over a hundred thousand samples each: once in two minutes is often enough for a month.
            ("-period", recordings.period, "2m"),
        ):
            rules = tuple(
                rule for indicator, labels in promises for rule in record(indicator, labels, objective)
            )
            groups.append(RuleGroup(f"objective-{name}{suffix}", rules, interval))
    return (*groups, RuleGroup("objectives", tuple(alerts.burning(kinds))))


def _promises(
    config: StackConfig, name: str, objective: Objective
) -> Iterator[tuple[Indicator, Mapping[str, str]]]:
    """Yield what is counted, with the labels of all that is recorded of it."""
    owners = owner_labels(config, routers.applications(config, objective))
    for indicator in indicators(objective, routers.selector(config, objective)):
        yield (
            indicator,
            {
                "sloth_id": f"{name}-{indicator.name}",
                "sloth_service": name,
                "sloth_slo": indicator.name,
                "subject": objective.subject,
                **owners,
            },
        )
