"""What the cluster that is there forbids: the run ends, a preview before anything is touched."""

from collections.abc import Mapping
from typing import Any

import pulumi

from network.components import outcome
from network.plan.cluster import outside_bounds


def refuse_broken(name: str, status: str | None) -> None:
    """End the program before anything waits for a cluster that will not answer; None: a preview."""
    if status == "error":
        outcome.refuse(
            f"cluster {name}: DigitalOcean says that its state is `error`\n"
            "  rule: a cluster that did not come to run never will, and keeps its name and its ranges\n"
            "  fix:  docs/runbooks/interrupted-run.md, a cluster in state `error`: delete it, then `up`;\n"
            "        if it has run before, ask DigitalOcean's support first"
        )


def within_bounds(
    cluster: str, pool: Mapping[str, Any], present: pulumi.Output[int] | pulumi.Output[int | None]
) -> pulumi.Output[int | None]:
    """Return a pool's count; it fails, and the program with it, where DigitalOcean would refuse its new
    bounds."""

    def check(count: int | None) -> int | None:
        why = outside_bounds(cluster, pool, count)
        if why is not None:
            raise pulumi.RunError(why)
        return count

    return present.apply(check)
