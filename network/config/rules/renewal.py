"""Renewal fits every lifetime that Let's Encrypt has announced (CRT-3)."""

from collections.abc import Iterator
from datetime import timedelta

from network.config.certificates import Certificates
from network.config.lifetimes import PROFILES, renewed_before, shortest
from network.config.model import Finding

RETRIES = tuple(timedelta(hours=2**attempt) for attempt in range(6))
"""cert-manager's waits after failures: an hour, doubled each time, 32 hours at most (its defaults)."""
SIX_FAILURES = sum(RETRIES, timedelta())
"""Six attempts may fail before a certificate ends."""
TIME_TO_MEND = timedelta(days=7)
"""What people need who are told on a holiday (a judgement), where the life allows it."""
LONG_LIFE = timedelta(days=30)
"""From here on a life allows `TIME_TO_MEND`; shorter ones are for those who are on call."""
SHORTEST_INTERVAL = timedelta(days=7) / 5
"""Let's Encrypt issues five certificates for the same names in seven days and refuses the next."""


def time_needed(life: timedelta) -> timedelta:
    """Return what must be left of a certificate of that life when its renewal starts."""
    return max(SIX_FAILURES, TIME_TO_MEND) if life >= LONG_LIFE else SIX_FAILURES


def renewal_leaves_time(certificates: Certificates) -> Iterator[Finding]:
    """A renewal that fails a few times must still end before the certificate does."""
    life, percentage = shortest(certificates.profile), certificates.renew_before_percentage
    left, needed = renewed_before(life, percentage), time_needed(life)
    if left < needed:
        yield Finding(
            ("certificates", "renewBeforePercentage"),
            f"profile {certificates.profile} comes down to {_told(life)}: {percentage} % of it leave "
            f"{_told(left)}, and {_told(needed)} are needed for failed attempts",
            f"set {_least(life)} or more",
        )


def renewal_does_not_loop(certificates: Certificates) -> Iterator[Finding]:
    """Renewing too often runs into Let's Encrypt's limit of five equal certificates a week."""
    life, percentage = shortest(certificates.profile), certificates.renew_before_percentage
    interval = life - renewed_before(life, percentage)
    if interval < SHORTEST_INTERVAL:
        yield Finding(
            ("certificates", "renewBeforePercentage"),
            f"profile {certificates.profile} comes down to {_told(life)}, renewed every {_told(interval)}; "
            f"Let's Encrypt issues the same names once in {_told(SHORTEST_INTERVAL)} at most",
            f"set {_most(life)} or less",
        )


def names_fit_the_profile(certificates: Certificates) -> Iterator[Finding]:
    """Each profile has its own limit of names in one certificate."""
    most = PROFILES[certificates.profile].most_names
    for name, certificate in certificates.named.items():
        if len(certificate.dns_names) > most:
            yield Finding(
                ("certificates", "named", name, "dnsNames"),
                f"profile {certificates.profile} allows {most} names; here are {len(certificate.dns_names)}",
                "split the certificate, or set `profile: classic`",
            )


def _least(life: timedelta) -> int:
    return next(p for p in range(1, 100) if renewed_before(life, p) >= time_needed(life))


def _most(life: timedelta) -> int:
    return next(p for p in range(99, 0, -1) if life - renewed_before(life, p) >= SHORTEST_INTERVAL)


def _told(span: timedelta) -> str:
    hours = span / timedelta(hours=1)
    return f"{hours / 24:.3g} days" if hours >= 168 else f"{hours:.3g} hours"
