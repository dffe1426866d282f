"""When certificates are renewed, and what announced lifetimes change about it (CRT-3)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from network.config.lifetimes import PROFILES, Lifetime, ProfileName, renewed_before


@dataclass(frozen=True)
class Issuance:
    """One certificate in the course of the years."""

    issued: datetime
    expires: datetime
    renewal: datetime
    """When cert-manager asks for the next one."""


@dataclass(frozen=True)
class Change:
    """A lifetime that begins later."""

    since: date
    life: timedelta
    before: timedelta
    """After how long a certificate is renewed until then."""
    after: timedelta
    """After how long a certificate is renewed from then on."""


def issuances(profile: ProfileName, percentage: int, start: datetime, end: datetime) -> Iterator[Issuance]:
    """Yield every certificate that is issued from `start` until `end`, each at its predecessor's renewal."""
    issued = start
    while issued < end:
        expires = issued + in_force(profile, issued.date()).life
        renewal = expires - renewed_before(expires - issued, percentage)
        yield Issuance(issued, expires, renewal)
        issued = renewal


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
