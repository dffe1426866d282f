"""The version that the program asks for, beside the one that the cluster has."""

from dataclasses import replace

from network.config import StackConfig
from network.config.errors import ConfigError, Problem, shown
from network.plan.model.cloud import CloudResource
from network.plan.model.names import environment_name

VERSION = "version"


def held(config: StackConfig, cluster: CloudResource, live: str | None) -> CloudResource:
    """Return the planned cluster so that its version can only rise.

    `live`: the version slug of the cluster in the account; None where there is none, or where that is not
    known. The provider replaces a cluster that is newer than the program says. So the engine is told to
    ignore the version, unless the account's is known to be lower. Raises ConfigError if it is higher and
    nobody but an administrator can have raised it.
    """
    if config.cluster.auto_upgrade or live is None:
        return _ignoring(cluster)
    wanted = config.cluster.version
    if numbers(wanted) < numbers(live):
        raise ConfigError([_lower(config, wanted, live)])
    return cluster if numbers(wanted) > numbers(live) else _ignoring(cluster)


def numbers(slug: str) -> tuple[int, ...]:
    """Return the numbers of a whole version slug, by which slugs are ordered."""
    return tuple(int(part) for part in slug.replace("-do.", ".").split("."))


def _ignoring(cluster: CloudResource) -> CloudResource:
    return replace(cluster, ignore_changes=tuple(dict.fromkeys((*cluster.ignore_changes, VERSION))))


def _lower(config: StackConfig, wanted: str, live: str) -> Problem:
    return Problem(
        ("cluster", VERSION),
        shown(wanted),
        f"cluster {environment_name(config)} runs {live}, and no cluster goes back: "
        f"to get {wanted}, Pulumi would delete it with everything in it",
        f"write `version: {live}`, or a later one",
    )
