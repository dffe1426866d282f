"""Mail: what DigitalOcean keeps from leaving (SVC-3)."""

from collections.abc import Iterator

from network.config.applications import Application
from network.config.applications.talks import Talk
from network.config.model import Finding
from network.config.port_ranges import meet, span
from network.config.ranges import PRIVATE, overlapping

SMTP = (25, 465, 587)
"""Ports of mail servers whose connections Droplets may not open (docs/facts/digitalocean.md#mail)."""


def mail_does_not_leave_by_smtp(applications: dict[str, Application]) -> Iterator[Finding]:
    """Warn of connections to mail servers outside, which end in silence."""
    for name, application in applications.items():
        for workload, talks in application.talks_to.items():
            for index, talk in enumerate(talks):
                if not _leaves(talk):
                    continue
                for location, reference in talk.located_ports():
                    ports = span(reference)
                    met = [port for port in SMTP if ports and meet(ports, (port, port))]
                    if met:
                        yield Finding(
                            ("applications", name, "talksTo", workload, index, *location),
                            f"DigitalOcean blocks SMTP (port {met[0]}): the connection ends in silence, "
                            "unless the account is an old one",
                            "send mail on the port 2525 of a service, by its API, or by a relay in the VPC",
                        )


def _leaves(talk: Talk) -> bool:
    """Whether the destination is on the internet."""
    return talk.host is not None or (talk.range is not None and not overlapping(talk.range, PRIVATE))
