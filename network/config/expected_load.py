"""The load that a stack is built for (ADM-5)."""

from collections.abc import Iterator

from pydantic import Field
from typing_extensions import override

from network.config.model import Finding, Model
from network.config.quantities import Duration, seconds

NEW_TLS_PERCENT, KILOBYTES_PER_REQUEST, DOUBLES_IN = 10.0, 20.0, "5m"
"""Unless told otherwise."""
SHORTEST_DOUBLING = 10
"""Seconds. Nothing that starts pods answers faster."""


class ExpectedLoad(Model):
    """What clients of the public load balancer ask for at the busiest moment: what `network capacity` and the
    review compare all limits with. Nothing is made of it."""

    requests_per_second: float = Field(ge=0.01, le=10_000_000, examples=[500])
    """Of all hosts together."""
    new_tls_percent: float = Field(default=NEW_TLS_PERCENT, ge=0, le=100)
    """Share of the requests that come by a new connection: browsers keep theirs for some tens of requests,
    programs often for one. 10 is a judgement."""
    connections: int | None = Field(default=None, ge=1, le=100_000_000)
    """Open at once, idle ones and websockets too. When absent, as many as stay from new ones until
    `timeouts.idleSeconds` are over."""
    kilobytes_per_request: float = Field(default=KILOBYTES_PER_REQUEST, ge=0.01, le=1_000_000)
    """Of request and answer together. 20 is a judgement: pages of text, no pictures."""
    doubles_in: Duration = DOUBLES_IN
    """The shortest time in which the load doubles: by then the autoscaler must have answered. 5m is a
    judgement."""

    @override
    def findings(self) -> Iterator[Finding]:
        opened = self.requests_per_second * self.new_tls_percent / 100
        if self.connections is None and not self.new_tls_percent:
            yield Finding(
                ("newTlsPercent",),
                "without new connections nothing tells how many are open",
                "add connections, or set a share above 0",
            )
        if self.connections is not None and self.connections < opened:
            yield Finding(
                ("connections",),
                f"{opened:g} are opened every second, and each lasts longer than its handshake",
                f"set {opened:.0f} or more, or lower newTlsPercent",
            )
        if seconds(self.doubles_in) < SHORTEST_DOUBLING:
            yield Finding(
                ("doublesIn",),
                f"no autoscaler answers within {self.doubles_in}",
                f"set {SHORTEST_DOUBLING}s or more; what comes at once is met by minReplicas alone",
            )
