"""What collects and keeps logs and traces (OBS-2, OBS-3)."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi

from network.components.releases import declare_release
from network.components.secrets import SecretValues, declare_secret
from network.plan.telemetry import TelemetryPlan


@dataclass(frozen=True)
class TelemetryArgs:
    """The plan, the credentials that are sent, and what must be in force before its pods start."""

    telemetry: TelemetryPlan
    secret_values: SecretValues
    after: Sequence[pulumi.Resource]


class Telemetry(pulumi.ComponentResource):
    """Store, collector and agents."""

    def __init__(self, name: str, args: TelemetryArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("webgrip:telemetry:Telemetry", name, None, opts)
        before: list[pulumi.Resource] = [
            *args.after,
            *(
                declare_secret(self, secret, args.secret_values, depends_on=args.after)
                for secret in args.telemetry.secrets
            ),
        ]
        for release in args.telemetry.releases:
            # Whoever sends goes first, so that nothing is lost on the way while the others end.
            before = [*before, declare_release(self, release, depends_on=before)]
        self.register_outputs({})
