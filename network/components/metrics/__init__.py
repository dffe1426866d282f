"""metrics-server (ING-5)."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi

from network.components.manifests import declare
from network.plan.metrics import MetricsPlan


@dataclass(frozen=True)
class MetricsServerArgs:
    """The plan, and what must be in force before its pods start."""

    metrics: MetricsPlan
    after: Sequence[pulumi.Resource]


class MetricsServer(pulumi.ComponentResource):
    """metrics-server and the API that it serves."""

    def __init__(
        self, name: str, args: MetricsServerArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("webgrip:metrics:MetricsServer", name, None, opts)
        rights = [declare(self, each, depends_on=args.after) for each in args.metrics.access]
        server = [declare(self, each, depends_on=rights) for each in args.metrics.server]
        declare(self, args.metrics.api, depends_on=server)
        self.register_outputs({})
