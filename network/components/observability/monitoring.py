"""Monitors, probes, rules and dashboards (OBS-1, OBS-4 to OBS-8)."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi

from network.components.manifests import declare
from network.plan.model.kubernetes import Manifest


@dataclass(frozen=True)
class MonitoringArgs:
    """The objects, and whoever reads them, where the program brings it."""

    objects: Sequence[Manifest]
    after: Sequence[pulumi.Resource]


class Monitoring(pulumi.ComponentResource):
    """What an operator of Prometheus and Grafana are told to do."""

    def __init__(self, name: str, args: MonitoringArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("webgrip:observability:Monitoring", name, None, opts)
        for each in args.objects:
            declare(self, each, depends_on=args.after)
        self.register_outputs({})
