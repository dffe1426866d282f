"""The published interfaces at the pinned versions, which stand beside the checkout."""

import os
from pathlib import Path

import pytest

from network.plan import Plan, build
from tests import stacks

CONTRACTS = stacks.ROOT.parent / "shared" / "contracts"


@pytest.fixture(scope="session")
def contracts() -> Path:
    """Folder of schemas, default values and CRDs."""
    if not CONTRACTS.is_dir():
        reason = "the published contracts do not stand beside the checkout (../shared/contracts)"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return CONTRACTS


@pytest.fixture(scope="session", params=[*stacks.NAMES, "everything"])
def plan(request: pytest.FixtureRequest) -> Plan:
    """The plan of each shipped stack, and of one that uses every option."""
    if request.param == "everything":
        return build(stacks.everything())
    return build(stacks.stack_config(request.param))
