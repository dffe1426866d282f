"""The planned cluster beside the one that the account has: no version ever goes down (NET-1)."""

import pulumi

from network.components.cluster.account import Account, AccountError, LiveCluster
from network.config import StackConfig
from network.config.errors import ConfigError
from network.plan.cluster.version import held
from network.plan.model.cloud import CloudResource


def live_cluster(account: Account, planned: CloudResource) -> LiveCluster | None:
    """Return the account's cluster of the planned name, or the one that is adopted, whatever its name; None
    where there is none or nobody knows.

    Without a token nothing is asked: the first preview of a stack needs none.
    """
    if not account.token:
        return None
    try:
        clusters = account.clusters()
    except AccountError as error:
        pulumi.log.warn(
            f"the account does not say which version cluster {planned.name} runs ({error}): "
            "a version that differs from it is not applied in this run"
        )
        return None
    by, wanted = ("name", planned.name) if planned.adopted is None else ("id", planned.adopted)
    return next((each for each in clusters if getattr(each, by) == wanted and not each.going), None)


def settled(config: StackConfig, planned: CloudResource, live: LiveCluster | None) -> CloudResource:
    """Return the planned cluster with a version that can be asked for.

    Raises `pulumi.RunError`, before anything is declared, where the account's cluster is newer.
    """
    try:
        return held(config, planned, live.version if live else None)
    except ConfigError as error:
        raise pulumi.RunError(str(error)) from None
