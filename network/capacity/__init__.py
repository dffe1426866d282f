"""What breaks first as load grows, what raises it, and what all costs by the month (ADM-5).

Laid together from what each layer of the plan brings (`network/plan/model/capacity.py`), with what follows
from all of them at once: nodes, policies, Services. Pure: what is used at this moment is handed in.
"""

from dataclasses import dataclass

from network.capacity import nodes, policy_map, services
from network.config import StackConfig
from network.plan import Plan
from network.plan.model.capacity import Charge, Limit
from network.plan.model.volumes import DOLLARS_PER_GIBIBYTE


@dataclass(frozen=True)
class Capacity:
    """One stack's limits and charges."""

    limits: tuple[Limit, ...]
    charges: tuple[Charge, ...]


def build(config: StackConfig, plan: Plan) -> Capacity:
    """Return what a stack holds and costs. Raises ValueError where two limits have one name."""
    limits = (
        *(limit for layer in plan.layers for limit in layer.limits),
        *nodes.limits(config, plan),
        *policy_map.limits(config, plan),
        *services.limits(plan),
    )
    charges = (
        *(charge for layer in plan.layers for charge in layer.charges),
        *(
            Charge(f"volumes of {volume.name}", volume.gibibytes * DOLLARS_PER_GIBIBYTE, volume.count)
            for layer in plan.layers
            for volume in layer.volumes
        ),
    )
    for kind, names in (
        ("limit", [each.name for each in limits]),
        ("charge", [each.name for each in charges]),
    ):
        twins = sorted({name for name in names if names.count(name) > 1})
        if twins:
            raise ValueError(f"more than one {kind} is called {', '.join(twins)}")
    return Capacity(limits, charges)
