"""The cluster that a stack's plan makes."""

from pathlib import Path

from network.cli.check import check_file
from network.cli.reachability.reading import Read, UnusableInputError
from network.config import StackConfig
from network.plan import build
from network.plan.model.flows import Pods
from network.reachability import expectations
from network.reachability.ask import Aliases
from network.reachability.read import plan
from network.reachability.selectors import Selector


def of_stack(path: Path) -> Read:
    """Read a stack file: the cluster that its plan makes."""
    report = check_file(path)
    if report.config is None:
        raise UnusableInputError(f"{path.name} is not valid: run `network check`")
    return of_config(report.config)


def of_config(config: StackConfig) -> Read:
    """Return the cluster of a valid config."""
    planned = build(config)
    peers = [peer for flow in planned.flows for peer in (flow.source, flow.destination)]
    aliases: Aliases = {
        f"{peer.namespace}/{peer.name}": (peer.namespace, Selector.of(peer.labels))
        for peer in peers
        if isinstance(peer, Pods)
    }
    return Read(
        plan.cluster(config, planned),
        "cilium" if config.cluster.cni == "cilium" else "vanilla",
        expectations.terms(planned.flows),
        aliases=aliases,
    )
