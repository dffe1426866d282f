"""Room in the account for the nodes that an upgrade makes beside the others."""

from collections.abc import Iterator

from network.live.cluster import Object
from network.live.finding import Finding
from network.plan.cluster.capacity import surge
from network.preflight.reading import ACCOUNT, Objects, Reading
from network.verification.cluster import Own
from network.verification.nodes import nodes_of
from network.verification.row import Check, Judged, both

DROPLETS = Check(
    "upgrade-droplets",
    "the account may have as many Droplets as it has, and those that an upgrade makes beside its nodes",
    ACCOUNT,
    "delete Droplets that nobody needs, or have the limit raised: control panel, Settings, Team",
)
CHECKS = (DROPLETS,)


def findings(it: Own, reading: Reading) -> Iterator[Finding]:
    """Yield the row of Droplets."""
    seen = both(both(it.cluster, reading.clusters), both(reading.account, reading.droplets))
    yield DROPLETS.row(f"cluster {it.name}", "room for its upgrade", "cluster.nodePools").judge(
        seen, lambda all_of_it: _room(*all_of_it[0], *all_of_it[1])
    )


def _room(own: Object, clusters: Objects, account: Object, droplets: Objects) -> Judged:
    # Nodes are Droplets; which of them the list of Droplets has is not documented.
    nodes = {str(node["droplet_id"]) for each in clusters for node in nodes_of(each)}
    present = len(nodes | {str(each["id"]) for each in droplets})
    beside = surge(len(list(nodes_of(own))))
    limit = int(account["droplet_limit"])
    told = f"{present} Droplets of {limit} at most, and {beside} more while it runs"
    return Judged(told, present + beside <= limit)
