"""What a run does, in its order: pure.

A run that was killed goes on with the step that it had begun; each can be done again. From the first one that
makes something, whatever fails leads to those that clean up.
"""

from collections.abc import Collection
from dataclasses import dataclass


@dataclass(frozen=True)
class Step:
    """A part of a run."""

    name: str
    """Stable, as journals hold it."""
    does: str
    """For people who wait for it."""
    leaves: str = ""
    """What it may leave in the account; nothing where empty."""
    cleans: bool = False
    """Whether it comes at any rate."""


STEPS = (
    Step("look", "answer what the account alone tells"),
    Step("snapshot", "write down what is in the account"),
    Step("project", "make the project that holds the run", "project"),
    Step("delegate", "lead from the test zone to the run's", "three NS records of the test zone"),
    Step("up", "`pulumi up` of the smallest stack", "VPC, cluster, load balancer, zone and records"),
    Step("gather", "move what was made into the run's project"),
    Step("backend", "run two pods behind the route, and wait until it answers"),
    Step("ask", "answer what account, cluster and requests tell"),
    Step("probe", "answer by what the API refuses", "VPCs, records and a load balancer, for moments"),
    Step("again", "a second `pulumi up`, which must change nothing"),
    Step("replace", "replace a node while requests come in"),
    Step("upgrade", "raise Kubernetes by a minor version while requests come in"),
    Step("compare", "answer what has changed by that"),
    Step("destroy", "`pulumi destroy`", cleans=True),
    Step("sweep", "remove whatever has the run's name", cleans=True),
    Step("equal", "hold the account against what it was", cleans=True),
)

NAMES = tuple(step.name for step in STEPS)
CLEANING = tuple(step for step in STEPS if step.cleans)
FIRST_THAT_CLEANS, SWEEP = CLEANING[0].name, "sweep"
SWEEPING = CLEANING[1:]
"""What needs no state of Pulumi's."""


def to_do(begun: Collection[str], ended: Collection[str]) -> list[Step]:
    """Return the steps that are left. Those that clean up are done again whatever a journal says: what they
    looked at may have changed since. Once one of them was begun, none of the others comes any more."""
    if FIRST_THAT_CLEANS in begun or SWEEP in begun:
        return [*CLEANING]
    return [step for step in STEPS if step.cleans or step.name not in ended]
