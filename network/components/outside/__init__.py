"""DigitalOcean's watch from outside (OBS-4)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_digitalocean as digitalocean

from network.components import cloud
from network.config.entry_points import Balancer
from network.plan.model.cloud import CloudResource
from network.plan.outside import OutsidePlan


@dataclass(frozen=True)
class OutsideArgs:
    """The plan, the load balancers that are watched, and the webhook of the channel that is told."""

    outside: OutsidePlan
    load_balancer_ids: Mapping[Balancer, pulumi.Input[str]]
    slack_url: pulumi.Input[str] | None
    after: Sequence[pulumi.Resource]
    """What must lead to the hosts before anybody is told that they are down."""


class Outside(pulumi.ComponentResource):
    """Checks of hosts and alerts of the load balancers."""

    def __init__(self, name: str, args: OutsideArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("webgrip:outside:Outside", name, None, opts)
        for watch in args.outside.hosts:
            check = digitalocean.UptimeCheck(
                f"{name}-{watch.check.name}",
                **watch.check.arguments,
                opts=cloud.options(self, watch.check, depends_on=args.after),
            )
            for alert in watch.alerts:
                told = [_told(args, each) for each in alert.arguments["notifications"]]
                arguments: dict[str, Any] = {**alert.arguments, "check_id": check.id, "notifications": told}
                digitalocean.UptimeAlert(
                    _resource_name(name, alert), **arguments, opts=cloud.options(self, alert)
                )
        for balancer, alerts in args.outside.load_balancers.items():
            for alert in alerts:
                told = _told(args, alert.arguments["alerts"])
                entities = [args.load_balancer_ids[balancer]]
                arguments = {**alert.arguments, "entities": entities, "alerts": told}
                digitalocean.MonitorAlert(
                    _resource_name(name, alert), **arguments, opts=cloud.options(self, alert)
                )
        self.register_outputs({})


def _resource_name(name: str, alert: CloudResource) -> str:
    return f"{name}-{alert.name.replace(' ', '-')}"


def _told(args: OutsideArgs, planned: Mapping[str, Any]) -> dict[str, Any]:
    """Return who is told: the addresses of the plan, and the channel by its webhook."""
    if args.outside.slack_channel is None:
        return dict(planned)
    return {**planned, "slacks": [{"channel": args.outside.slack_channel, "url": args.slack_url}]}
