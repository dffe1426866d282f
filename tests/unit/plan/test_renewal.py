"""Renewal over the lifetimes that Let's Encrypt has announced, 2026 to 2029."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from network.config.certificates import Certificates
from network.config.lifetimes import PROFILES, ProfileName, renewed_before
from network.config.rules.renewal import (
    RETRIES,
    SHORTEST_INTERVAL,
    renewal_does_not_loop,
    renewal_leaves_time,
)
from network.plan.certificates.renewal import changes, in_force

NAMES: tuple[ProfileName, ...] = get_args(ProfileName)
END = datetime(2030, 1, 1)
profiles = st.sampled_from(NAMES)
percentages = st.integers(1, 99)
starts = st.datetimes(datetime(2026, 2, 1), datetime(2029, 12, 1))


@dataclass(frozen=True)
class Issuance:
    """One certificate in the course of the years."""

    issued: datetime
    expires: datetime
    renewal: datetime
    """When cert-manager asks for the next one."""


def issuances(profile: ProfileName, percentage: int, start: datetime, end: datetime) -> Iterator[Issuance]:
    """Yield every certificate that is issued from `start` until `end`, each at its predecessor's renewal."""
    issued = start
    while issued < end:
        expires = issued + in_force(profile, issued.date()).life
        renewal = expires - renewed_before(expires - issued, percentage)
        yield Issuance(issued, expires, renewal)
        issued = renewal


def accepted(profile: ProfileName, percentage: int) -> bool:
    """Whether the rules let these settings pass."""
    settings = Certificates(
        email="platform@webgrip.nl", issuer="staging", profile=profile, renew_before_percentage=percentage
    )
    return not [*renewal_leaves_time(settings), *renewal_does_not_loop(settings)]


@given(profiles, percentages, starts)
def test_what_is_accepted_stays_below_the_limit_of_five_in_a_week(
    profile: ProfileName, percentage: int, start: datetime
) -> None:
    if not accepted(profile, percentage):
        return
    issued = [each.issued for each in issuances(profile, percentage, start, END)]
    for first, sixth in zip(issued, issued[5:], strict=False):
        assert sixth - first >= timedelta(days=7)


@given(profiles, percentages, starts, st.integers(0, len(RETRIES)))
def test_what_is_accepted_survives_six_failures_in_a_row(
    profile: ProfileName, percentage: int, start: datetime, failures: int
) -> None:
    if not accepted(profile, percentage):
        return
    for each in issuances(profile, percentage, start, END):
        assert each.renewal + sum(RETRIES[:failures], timedelta()) <= each.expires


@given(profiles, percentages)
def test_what_is_refused_breaks_a_bound_at_some_announced_lifetime(
    profile: ProfileName, percentage: int
) -> None:
    if accepted(profile, percentage):
        return
    lives = [lifetime.life for lifetime in PROFILES[profile].lifetimes]
    assert any(
        life * percentage / 100 < timedelta(days=7) or life * (100 - percentage) / 100 < SHORTEST_INTERVAL
        for life in lives
    )


@pytest.mark.parametrize("profile", NAMES)
def test_each_profile_has_settings_that_are_accepted(profile: ProfileName) -> None:
    assert accepted(profile, 50)


def test_a_third_of_the_lifetime_is_always_accepted_but_for_six_days() -> None:
    assert [profile for profile in NAMES if not accepted(profile, 33)] == ["shortlived"]


@given(profiles, percentages, starts)
def test_no_certificate_is_renewed_after_its_end_or_before_its_beginning(
    profile: ProfileName, percentage: int, start: datetime
) -> None:
    for each in list(issuances(profile, percentage, start, start + timedelta(days=400)))[:50]:
        assert each.issued < each.renewal < each.expires


def test_the_day_of_renewal_moves_with_each_announced_lifetime() -> None:
    told = list(changes("classic", 33, date(2026, 11, 25)))
    assert [(change.since, change.life.days) for change in told] == [
        (date(2027, 2, 10), 64),
        (date(2028, 2, 16), 45),
    ]
    assert [(change.before.days, change.after.days) for change in told] == [(60, 42), (42, 30)]


def test_nothing_is_told_once_the_last_lifetime_is_in_force() -> None:
    assert list(changes("classic", 33, date(2028, 2, 16))) == []
    assert list(changes("tlsserver", 33, date(2026, 5, 13))) == []


def test_certificates_that_are_issued_before_a_change_keep_their_life() -> None:
    first, second = list(issuances("classic", 50, datetime(2027, 2, 9), datetime(2027, 4, 1)))[:2]
    assert (first.expires - first.issued).days == 90
    assert (second.expires - second.issued).days == 64
