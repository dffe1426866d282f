"""The published interfaces at the pinned versions, which stand beside the checkout."""

import os
from pathlib import Path

import pytest

from network.plan import Plan
from tests import stacks
from tests.contract.planned import STACKS, plan_of

BESIDE = stacks.ROOT.parent / "shared" / "contracts"
CONTRACTS = Path(os.environ.get("CONTRACTS", BESIDE))
"""Empty where a machine cannot have them, such as a hosted runner; then whatever needs them is skipped."""


@pytest.fixture(scope="session")
def contracts() -> Path:
    """Folder of schemas, default values and CRDs."""
    if os.environ.get("CONTRACTS") == "":
        pytest.skip("CONTRACTS names no folder of the published contracts")
    if not CONTRACTS.is_dir():
        reason = (
            f"the published contracts are not in {CONTRACTS}; the variable CONTRACTS names another folder"
        )
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return CONTRACTS


@pytest.fixture(scope="session", params=STACKS)
def plan(request: pytest.FixtureRequest) -> Plan:
    """The plan of each shipped stack, and of one that uses every option."""
    return plan_of(request.param)
