"""What is adopted beside what the account has: nothing that would be replaced is taken over (ADM-7)."""

import pulumi

from network.adoption.objects import Importable
from network.adoption.stack import network_and_cluster
from network.components.cluster.account import Account, AccountError
from network.config import StackConfig
from network.config.errors import ConfigError, Problem, shown
from network.config.model import Location
from network.plan import Plan


def refuse_misfits(config: StackConfig, planned: Plan, account: Account) -> None:
    """End the program, before anything is declared, where what the stack file adopts is another than it says.

    Raises `pulumi.RunError` with every reason. Without a token nothing is asked; the resources' protection
    then refuses what would replace them.
    """
    adopt = config.adopt
    if not account.token or not (adopt.vpc or adopt.cluster or adopt.node_pools):
        return
    try:
        found = network_and_cluster(planned, list(account.vpcs()), list(account.whole_clusters()))
    except AccountError as error:
        pulumi.log.warn(f"the account does not say what there is to adopt ({error})")
        return
    problems = [problem for each in found if each.adopted for problem in _problems(each)]
    if problems:
        raise pulumi.RunError(str(ConfigError(problems)))


def _problems(found: Importable) -> list[Problem]:
    location: Location = tuple(found.key.split("."))
    return [
        Problem(
            location, shown(found.id), f"{found.title}: {effect.text}", f"{effect.fix}; see: network adopt"
        )
        for effect in found.refused
    ]
