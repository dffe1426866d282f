"""When certificates are renewed, and what announced lifetimes change about it (CRT-3)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from network.config.lifetimes import PROFILES, Lifetime, ProfileName, renewed_before


@dataclass(frozen=True)
class Change:
    """A lifetime that begins later."""

    since: date
    life: timedelta
    before: timedelta
    """After how long a certificate is renewed until then."""
    after: timedelta
    """After how long a certificate is renewed from then on."""


def changes(profile: ProfileName, percentage: int, today: date) -> Iterator[Change]:
    """Yield the announced lifetimes that begin after `today`."""
    life = in_force(profile, today).life
    for lifetime in PROFILES[profile].lifetimes:
        if lifetime.since > today:
            yield Change(
                lifetime.since,
                lifetime.life,
                before=life - renewed_before(life, percentage),
                after=lifetime.life - renewed_before(lifetime.life, percentage),
            )
            life = lifetime.life


def in_force(profile: ProfileName, day: date) -> Lifetime:
    """Return the lifetime of certificates that are issued on a day."""
    first, *later = PROFILES[profile].lifetimes
    return next((lifetime for lifetime in reversed(later) if lifetime.since <= day), first)
