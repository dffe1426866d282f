"""Reads the stack's configuration from Pulumi, once."""

from collections.abc import Callable, Iterable, Mapping

import pulumi
from pulumi.runtime.config import CONFIG, is_config_secret

from network.config import StackConfig
from network.config.errors import ConfigError, Problem
from network.config.global_entry.load import Checked as CheckedEntry
from network.config.load import check
from network.plan import global_entry
from network.plan.global_entry import GlobalEntryPlan


def read_config() -> StackConfig:
    """Return the valid configuration and log its warnings.

    Reads the whole map, which `pulumi.Config` does not offer, so that keys nobody asked for are
    found too. Raises `pulumi.RunError`, which Pulumi prints without a traceback, with every
    problem.
    """
    config = CONFIG.get()
    checked = check(config, plain=[key for key in config if not is_config_secret(key)])
    _tell(checked.warnings)
    if checked.config is None:
        raise pulumi.RunError(str(ConfigError(checked.problems)))
    return checked.config


def read_global_entry(check_entry: Callable[[Mapping[str, str]], CheckedEntry]) -> GlobalEntryPlan:
    """Return the plan of a global load balancer's valid configuration and log its warnings.

    `check_entry` holds the configuration against the stacks of the project. Raises `pulumi.RunError` with
    every problem.
    """
    checked = check_entry(CONFIG.get())
    _tell(checked.warnings)
    if checked.entry is None:
        raise pulumi.RunError(str(ConfigError(checked.problems)))
    return global_entry.build(checked.entry, checked.environments)


def _tell(warnings: Iterable[Problem]) -> None:
    for warning in warnings:
        pulumi.log.warn(str(warning))


def stack_name() -> str:
    """Return the name of the stack by which every command of Pulumi's finds it, whoever's default
    organization applies."""
    return f"{pulumi.get_organization()}/{pulumi.get_project()}/{pulumi.get_stack()}"
