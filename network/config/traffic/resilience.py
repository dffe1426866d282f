"""What is done when backends fail (TRF-3)."""

from collections.abc import Iterator

from pydantic import Field
from typing_extensions import override

from network.config.model import Finding, Model
from network.config.quantities import Duration, seconds
from network.config.traffic.answers import StatusCodes
from network.config.traffic.breaker import Condition
from network.config.traffic.roles import Limit

RETRY_BODY_BYTES = 2 * 1024 * 1024
"""Traefik's own limit of bodies that it keeps for a retry."""


class CircuitBreaker(Limit):
    """Answers in the backend's place while it fails, and lets it recover step by step.

    Each Traefik replica judges for itself, per router, over the last ten seconds. No number of requests
    is asked for: with little traffic a single failure can open the circuit.
    """

    missed = "a backend that fails is asked on and on"

    expression: Condition = Field(examples=["NetworkErrorRatio() > 0.30", "LatencyAtQuantileMS(50.0) > 100"])
    """Opens the circuit when true: NetworkErrorRatio(), ResponseCodeRatio(from, to, of, to),
    LatencyAtQuantileMS(quantile), compared with a number and joined by && and ||."""
    check_period: Duration = "100ms"
    """How often the expression is looked at while the circuit is closed."""
    fallback_duration: Duration = "10s"
    """How long the circuit stays open before it tries the backend."""
    recovery_duration: Duration = "10s"
    """How long the share of requests that reach the backend grows from none to all."""
    response_code: int = Field(default=503, ge=400, le=599)
    """Answer while the circuit is open."""

    @override
    def findings(self) -> Iterator[Finding]:
        for key, duration in (
            ("checkPeriod", self.check_period),
            ("fallbackDuration", self.fallback_duration),
            ("recoveryDuration", self.recovery_duration),
        ):
            if seconds(duration) == 0:
                yield Finding(
                    (key,),
                    "Traefik takes its default instead of 0: without this time there is no recovery",
                    "remove it, or write it like `10s`",
                )


class Retry(Model):
    """Tries again where that is safe: if no connection came about, and, for the listed status codes,
    if the method is idempotent (not POST, PATCH or LOCK)."""

    attempts: int = Field(ge=2, le=10)
    """Tries altogether; the first one counts."""
    initial_interval: Duration = "100ms"
    """Wait before the second try; later ones wait up to twice as long."""
    timeout: Duration | None = None
    """No further try starts after this time."""
    status: tuple[StatusCodes, ...] | None = Field(default=None, min_length=1)
    """Answers that are worth another try, such as 502-504. A listed answer must come whole, with its
    Content-Length: Traefik 3.7 passes on as 200 what it has begun to pass on before another try."""
    max_request_body_bytes: int | None = Field(default=None, ge=0)
    """Larger bodies are not kept, so their requests are not repeated; Traefik's default is 2 MiB."""
    disable_retry_on_network_error: bool | None = None
    """Try again for listed statuses only, not where no connection came about."""
    retry_non_idempotent_method: bool | None = None
    """Refused: it would send orders and payments twice."""

    @override
    def findings(self) -> Iterator[Finding]:
        if self.retry_non_idempotent_method:
            yield Finding(
                ("retryNonIdempotentMethod",),
                "a POST whose answer was lost may have been carried out: it must not be sent again",
                "remove it; failed connections are tried again with any method",
            )
        if self.status is None and self.disable_retry_on_network_error:
            yield Finding(
                ("disableRetryOnNetworkError",),
                "without it and without status nothing is ever tried again, which Traefik refuses",
                "remove it, or name status codes",
            )
        if self.status is None and self.max_request_body_bytes is not None:
            yield Finding(
                ("maxRequestBodyBytes",),
                "bodies are kept for answers in status only, and none is listed",
                "remove it, or name status codes",
            )
        if self.timeout is not None and seconds(self.timeout) <= seconds(self.initial_interval):
            yield Finding(
                ("timeout",),
                f"the second try starts after {self.initial_interval}, which is later",
                "raise it, or lower initialInterval",
            )
