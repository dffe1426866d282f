"""The limit of the account that only the account tells: Droplets."""

from network.config import StackConfig
from network.plan.cluster.capacity import surge
from network.plan.model.capacity import Limit, Need

NAME = "account: Droplets"


def droplets(config: StackConfig, holds: int, others: int) -> Limit:
    """Return the limit of Droplets: the stack's nodes, while an upgrade runs, and the VPN's machine, while
    another takes its place, beside those that are not its own."""
    most = config.cluster.most_nodes
    machines = 0 if config.vpn is None else 2
    return Limit(
        NAME,
        "Droplets",
        holds,
        Need(fixed=most + surge(most) + machines + others),
        "DigitalOcean's support",
        "nothing",
    )
