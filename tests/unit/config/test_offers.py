"""The table of what DigitalOcean offers, and the way around it."""

import re

import pytest
from pulumi_digitalocean import DropletSlug

from lab.cloud import catalogue
from network.config import offers
from network.config.load import check
from tests.unit.config.corpus import case


def test_the_table_s_sizes_are_those_that_the_sdk_lists() -> None:
    retired = re.compile(r"\d+[mg]b")
    listed = {slug.value for slug in DropletSlug if not retired.fullmatch(slug.value)}
    assert listed == offers.SIZES


def test_the_lab_s_account_offers_what_the_table_has() -> None:
    assert catalogue.SIZES is offers.SIZES
    assert set(catalogue.DEFAULT_VPC_RANGES) == set(offers.REGIONS)
    assert catalogue.KUBERNETES_VERSIONS == offers.VERSIONS


@pytest.mark.parametrize(
    ("slug", "known"),
    [
        ("1.36.4-do.0", True),
        ("1.36.2-do.3", True),
        ("1.36.4-do.1", False),
        ("1.36.10-do.0", False),
        ("1.37.0-do.0", False),
        ("1.32.1-do.0", False),
    ],
)
def test_a_version_is_known_up_to_the_newest_of_its_minor(slug: str, known: bool) -> None:
    assert offers.knows_version(slug) is known


def test_what_is_newer_than_the_table_can_be_named() -> None:
    newer = {
        "network:environment": {
            "region": "ams9",
            "alsoOffered": {"regions": ["ams9"], "sizes": ["s-9vcpu-9gb"], "versions": ["1.36.99-do.0"]},
        },
        "network:cluster": {
            "version": "1.36.99-do.0",
            "nodePools": {"default": {"size": "s-9vcpu-9gb", "count": 2}},
        },
    }
    assert check(case("newer", {"set": newer}).raw).problems == ()
