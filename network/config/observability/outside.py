"""The watch from outside: DigitalOcean asks the public hosts, and looks at the load balancer (OBS-4)."""

from collections.abc import Iterator
from typing import Annotated, Literal

from typing_extensions import override

from network.config.hosts import RouteHost
from network.config.model import Finding, Model, repeated
from network.config.names import Email
from network.config.text import Form

ProbeRegion = Literal["us_east", "us_west", "eu_west", "se_asia"]

SlackChannel = Annotated[
    str,
    Form(
        pattern=r"[#@][^\s#@]+",
        rule="a channel of Slack begins with `#`, a person with `@`, and has no blanks",
        fix='write it like "#platform", in quotes',
        longest=81,
    ),
]


class Outside(Model):
    """Checks of every host that routes serve, and alerts of the load balancer's. Only these pass the load
    balancer as clients do, and only these are told while the cluster is down."""

    regions: tuple[ProbeRegion, ...] = ("eu_west", "us_east")
    """Where DigitalOcean asks from; a host is down once no region reaches it. Each check costs 1 dollar a
    month, however many regions it has (docs/facts/digitalocean.md#watch-from-outside)."""
    emails: tuple[Email, ...] = ()
    """Who is told; each must be a verified address of the account's team."""
    slack_channel: SlackChannel | None = None
    """Channel that is told, by the webhook that is the secret `network:outsideSlackUrl`."""
    except_hosts: tuple[RouteHost, ...] = ()
    """Hosts whose application refuses strangers by itself, and would seem to be down. Left out without being
    named are those of which every route wants a login, a certificate, an address or more than a GET."""

    @override
    def findings(self) -> Iterator[Finding]:
        if not self.regions:
            yield Finding(("regions",), "nobody asks without a region", "name one, such as `eu_west`")
        yield from repeated("regions", self.regions)
        yield from repeated("emails", self.emails)
        yield from repeated("exceptHosts", self.except_hosts)
        if not self.emails and self.slack_channel is None:
            yield Finding((), "nobody is told", "give emails or slackChannel")
