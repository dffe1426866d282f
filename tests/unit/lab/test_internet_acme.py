"""The simulated Let's Encrypt."""

import json
from datetime import timedelta
from pathlib import Path

from lab.internet.acme import STAGING, configuration
from network.config.lifetimes import PROFILES, shortest


def test_it_offers_the_profiles_that_a_stack_may_choose() -> None:
    profiles = json.loads(configuration(STAGING, Path("c.pem"), timedelta(days=90)))["pebble"]["profiles"]
    assert profiles.keys() == PROFILES.keys()
    for name in ("tlsserver", "shortlived"):
        assert timedelta(seconds=profiles[name]["validityPeriod"]) == shortest(name)
