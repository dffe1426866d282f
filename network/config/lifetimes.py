"""How long Let's Encrypt's certificates live, by profile, as announced (CRT-3)."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

ProfileName = Literal["classic", "tlsserver", "shortlived"]


@dataclass(frozen=True)
class Lifetime:
    """What is issued from a day on."""

    since: date
    life: timedelta


@dataclass(frozen=True)
class Profile:
    """One of Let's Encrypt's profiles."""

    lifetimes: tuple[Lifetime, ...]
    """In the order of their days; the first reaches back before the platform."""
    most_names: int
    """Names that one certificate may have."""


PROFILES: dict[ProfileName, Profile] = {
    "classic": Profile(
        (
            Lifetime(date(2026, 1, 1), timedelta(days=90)),
            Lifetime(date(2027, 2, 10), timedelta(days=64)),
            Lifetime(date(2028, 2, 16), timedelta(days=45)),
        ),
        most_names=100,
    ),
    "tlsserver": Profile(
        (
            Lifetime(date(2026, 1, 1), timedelta(days=90)),
            Lifetime(date(2026, 5, 13), timedelta(days=45)),
        ),
        most_names=25,
    ),
    "shortlived": Profile((Lifetime(date(2026, 1, 15), timedelta(hours=160)),), most_names=25),
}
"""Let's Encrypt's announcement of 2025-12-02 and its page of profiles. Staging changes about a
month earlier."""


def shortest(profile: ProfileName) -> timedelta:
    """Return the shortest life that is announced for a profile."""
    return min(lifetime.life for lifetime in PROFILES[profile].lifetimes)


def renewed_before(life: timedelta, percentage: int) -> timedelta:
    """Return how long before its end cert-manager renews a certificate of that life."""
    return life * percentage / 100
