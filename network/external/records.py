"""DNS records of the platform."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_digitalocean as digitalocean

from network.plan.records import RecordPlan


@dataclass(frozen=True)
class RecordsArgs:
    """Records, their zone, and where the load balancer is."""

    zone: pulumi.Input[str]
    records: Sequence[RecordPlan]
    load_balancer_address: pulumi.Input[str]


class Records(pulumi.ComponentResource):
    """Apex, wildcard, hosts and CAA in the environment's zone."""

    records: Sequence[pulumi.Resource]

    def __init__(self, name: str, args: RecordsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("webgrip:external:Records", name, None, opts)
        self.records = [
            digitalocean.DnsRecord(
                f"{name}-{record.key}",
                domain=args.zone,
                type=record.type,
                name=record.name,
                value=args.load_balancer_address if record.value is None else record.value,
                ttl=record.ttl,
                flags=0 if record.type == "CAA" else None,
                tag=record.tag,
                opts=pulumi.ResourceOptions(parent=self),
            )
            for record in args.records
        ]
        self.register_outputs({})


def required_records(
    records: Sequence[RecordPlan], load_balancer_address: pulumi.Input[str]
) -> list[dict[str, pulumi.Input[str]]]:
    """Return the records as a list for whoever makes them at another DNS provider."""
    return [
        {
            "type": record.type,
            "name": record.name,
            "ttl": str(record.ttl),
            "value": load_balancer_address if record.value is None else record.value,
            **({"flags": "0", "tag": record.tag} if record.tag is not None else {}),
        }
        for record in records
    ]
