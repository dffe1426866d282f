"""Reads the stack's configuration from Pulumi, once."""

import pulumi
from pulumi.runtime.config import CONFIG, is_config_secret

from network.config import StackConfig
from network.config.errors import ConfigError
from network.config.load import check


def read_config() -> StackConfig:
    """Return the valid configuration and log its warnings.

    Reads the whole map, which `pulumi.Config` does not offer, so that keys nobody asked for are
    found too. Raises `pulumi.RunError`, which Pulumi prints without a traceback, with every
    problem.
    """
    config = CONFIG.get()
    checked = check(config, plain=[key for key in config if not is_config_secret(key)])
    for warning in checked.warnings:
        pulumi.log.warn(str(warning))
    if checked.config is None:
        raise pulumi.RunError(str(ConfigError(checked.problems)))
    return checked.config


def stack_name() -> str:
    """Return the name of the stack by which every command of Pulumi's finds it, whoever's default
    organization applies."""
    return f"{pulumi.get_organization()}/{pulumi.get_project()}/{pulumi.get_stack()}"
