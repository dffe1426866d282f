"""The GLOBAL load balancer over the environments' own (EXT-5)."""

from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_digitalocean as digitalocean

from network.components import cloud
from network.plan.global_entry import GlobalEntryPlan, TargetPlan


@dataclass(frozen=True)
class GlobalLoadBalancerArgs:
    """The plan."""

    entry: GlobalEntryPlan


class GlobalLoadBalancer(pulumi.ComponentResource):
    """One load balancer over those that the environments have now."""

    problems: pulumi.Output[dict[str, list[str]]]
    """What DigitalOcean finds wrong with a host, by its name; it looks on after `up` has ended."""

    def __init__(
        self, name: str, args: GlobalLoadBalancerArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("webgrip:global:GlobalLoadBalancer", name, None, opts)
        balancer = digitalocean.LoadBalancer(
            name,
            **args.entry.balancer.arguments,
            target_load_balancer_ids=[_id(target) for target in args.entry.targets],
            opts=cloud.options(self, args.entry.balancer),
        )
        self.problems = balancer.domains.apply(
            lambda domains: {each.name: _reasons(each) for each in domains}
        )
        self.register_outputs({"problems": self.problems})


def _reasons(domain: Any) -> list[str]:
    return [*(domain.verification_error_reasons or ()), *(domain.ssl_validation_error_reasons or ())]


def _id(target: TargetPlan) -> str:
    """Return the id of what an environment has now. Raises `pulumi.RunError` where there is nothing."""
    try:
        found = digitalocean.get_load_balancer(name=target.load_balancer)
    except Exception as error:  # the SDK raises nothing narrower of a call that the provider refuses
        raise pulumi.RunError(
            f"the load balancer {target.load_balancer} of stack {target.stack} cannot be found: {error}\n"
            f"  It comes with the environment: pulumi up --stack {target.stack}, in the folder above. One "
            "that has gone for good is taken out of network:global.environments."
        ) from None
    if found.id is None:
        raise pulumi.RunError(f"the account told no id of the load balancer {target.load_balancer}")
    return found.id
