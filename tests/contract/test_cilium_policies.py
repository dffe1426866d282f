"""CiliumNetworkPolicies against the CRD of the Cilium that the lab runs."""

import pytest
from jsonschema import Draft202012Validator, ValidationError

from lab.parts import ensure
from network.plan import Plan
from tests.contract.kinds import custom_kind

pytestmark = pytest.mark.lab


@pytest.fixture(scope="session")
def crd() -> Draft202012Validator:
    """Validator by the CRD, which comes with Cilium's Go module."""
    folder = ensure("cilium")["cilium"]
    # Not checked itself: some of its patterns are Go's, which Python's are not.
    return custom_kind(folder / "crds" / "v2", "CiliumNetworkPolicy", "v2")


def test_every_policy_fits_the_crd(plan: Plan, crd: Draft202012Validator) -> None:
    additions = [policy for policies in plan.policies for policy in policies.additions]
    assert additions
    for policy in additions:
        crd.validate(policy)


def test_a_field_that_the_crd_lacks_is_found(plan: Plan, crd: Draft202012Validator) -> None:
    policy = next(policy for policies in plan.policies for policy in policies.additions)
    typo = {**policy, "spec": {**policy["spec"], "egres": []}}
    with pytest.raises(ValidationError):
        crd.validate(typo)
