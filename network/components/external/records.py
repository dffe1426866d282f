"""DNS records of the platform."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_digitalocean as digitalocean

from network.plan.model.records import RecordPlan


@dataclass(frozen=True)
class LoadBalancerAddresses:
    """Where the load balancers are."""

    ipv4: pulumi.Input[str]
    ipv6: pulumi.Input[str] | None
    internal: pulumi.Input[str] | None = None
    """Of the internal one."""

    def of(self, record: RecordPlan) -> pulumi.Input[str]:
        """Return a record's value: its own, or the address of its kind."""
        if record.value is not None:
            return record.value
        if record.internal:
            if self.internal is None:
                raise ValueError(
                    f"record {record.key} without an internal load balancer: the plan makes none"
                )
            return self.internal
        if record.type == "A":
            return self.ipv4
        if self.ipv6 is None:
            raise ValueError(f"record {record.key} without an IPv6 address: the plan makes none")
        return self.ipv6


@dataclass(frozen=True)
class RecordsArgs:
    """Records, their zones, and where the load balancer is."""

    zones: Sequence[tuple[pulumi.Input[str], Sequence[RecordPlan]]]
    """Each with the records in it."""
    addresses: LoadBalancerAddresses


class Records(pulumi.ComponentResource):
    """Apex, wildcard, hosts and CAA in the environment's zones."""

    records: Sequence[pulumi.Resource]

    def __init__(self, name: str, args: RecordsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("webgrip:external:Records", name, None, opts)
        self.records = [
            digitalocean.DnsRecord(
                f"{name}-{record.key}",
                domain=zone,
                type=record.type,
                name=record.name,
                value=args.addresses.of(record),
                ttl=record.ttl,
                flags=0 if record.type == "CAA" else None,
                tag=record.tag,
                opts=pulumi.ResourceOptions(parent=self),
            )
            for zone, records in args.zones
            for record in records
        ]
        self.register_outputs({})


def required_records(
    records: Sequence[RecordPlan], addresses: LoadBalancerAddresses
) -> list[dict[str, pulumi.Input[str]]]:
    """Return the records as a list for whoever makes them at another DNS provider."""
    return [
        {
            "type": record.type,
            "name": record.name,
            "ttl": str(record.ttl),
            "value": addresses.of(record),
            **({"flags": "0", "tag": record.tag} if record.tag is not None else {}),
        }
        for record in records
    ]
