"""Names that more than one part of the plan refers to."""

from network.config import StackConfig


def application_namespace(config: StackConfig, application: str) -> str:
    """Return the namespace of an application: its own choice, else its name."""
    return config.applications[application].namespace or application


def environment_name(config: StackConfig) -> str:
    """Return the name that VPC, cluster and firewall share in the account."""
    return f"network-{config.environment.name}"
