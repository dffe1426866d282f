"""What the stack file of a global load balancer says."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field
from typing_extensions import override

from network.config.hosts import Host
from network.config.ingress import HealthCheck
from network.config.model import Finding, Model
from network.config.names import Name
from network.config.text import Form

KEY = "global"
"""The one key of such a stack file, behind `network:`."""

BalancerName = Annotated[
    str,
    Form(
        pattern=r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?",
        rule="the name of a global load balancer has letters, digits, inner dots and hyphens, at most 32",
        fix="write it like `shop-global`",
        longest=32,
    ),
]

GlobalHostName = Annotated[
    str,
    Host(
        inside="name the host by which clients ask",
        address="name a host: clients of a global load balancer ask by name",
        wildcard="name each host: a domain of a global load balancer is one name",
    ),
]


class Target(Model):
    """An environment behind the load balancer."""

    priority: int | None = Field(default=None, ge=1, le=100)
    """Of its region: the lowest is asked, the next one once that has failed. Without any, each client is led
    to the nearest region. There are no weights: DigitalOcean's API has none."""


class GlobalHost(Model):
    """A host that leads to the load balancer."""

    managed: bool = False
    """DigitalOcean serves its zone, in this account: it writes two A and two AAAA records, and issues the
    certificate."""
    certificate: Name | None = None
    """Where another provider serves the zone: the name of a certificate in the DigitalOcean account. The
    control panel then shows the records that must be made there."""

    @override
    def findings(self) -> Iterator[Finding]:
        if self.managed == (self.certificate is not None):
            yield Finding(
                (),
                "either DigitalOcean writes the host's records and issues its certificate, or the account "
                "holds one",
                "write `managed: true`, or the `certificate` by its name in the account",
            )


class GlobalEntry(Model):
    """A load balancer over those of the environments: it ends TLS near the client, and asks Traefik by HTTPS.

    It stands before the public load balancers, and opens no other way: internal ones, TCP and UDP it leaves
    alone.
    """

    name: BalancerName
    """Name in the DigitalOcean account; unique there."""
    environments: dict[Name, Target] = Field(min_length=1)
    """By the names of their stacks: `prod` is `Pulumi.prod.yaml` in the folder above."""
    hosts: dict[GlobalHostName, GlobalHost] = Field(min_length=1)
    """Host names that lead to it. Each environment has a route for each; none has a record of it."""
    failover_threshold: int | None = Field(default=None, ge=1, le=99)
    """Percent of a region's load balancers that must have failed for the next region to be asked; 50 where
    absent. Of one load balancer, whatever is given means all."""
    health_check: HealthCheck = Field(
        default_factory=lambda: HealthCheck(interval_seconds=10, response_timeout_seconds=5)
    )
    """How often each environment is asked, on port 80, which redirects whoever asks. It tells that load
    balancer, node and Traefik are there, and nothing of applications."""
    cdn: bool = False
    """Keep answers at the edges, as their `Cache-Control` allows."""

    @override
    def findings(self) -> Iterator[Finding]:
        given = [name for name, target in self.environments.items() if target.priority is not None]
        for name in self.environments if given else ():
            if name not in given:
                yield Finding(
                    ("environments", name, "priority"),
                    "some environments have a priority, and nobody documents when others are asked",
                    "give each one, or none",
                )
        if self.failover_threshold is not None and not given:
            yield Finding(
                ("failoverThreshold",),
                "it says when the region of the next priority is asked, and there are none",
                "remove failoverThreshold, or give priorities",
            )
