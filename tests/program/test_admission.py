"""Admission policies stand before what they govern."""

from tests.program.recording import Run


def test_names_are_limited_before_anything_can_issue(update: Run) -> None:
    bindings = {
        each.urn for each in update.declared if each.type.endswith(":ValidatingAdmissionPolicyBinding")
    }
    assert len(bindings) == 5
    assert bindings <= update.before(update.one("Release cert-manager-cert-manager"))
    for each in update.declared:
        if each.type.startswith("kubernetes:cert-manager.io/"):
            assert bindings <= update.before(each), each.urn


def test_a_policy_exists_before_it_is_put_into_force(update: Run) -> None:
    for each in update.declared:
        if each.type.endswith(":ValidatingAdmissionPolicyBinding"):
            policy = update.one(f"ValidatingAdmissionPolicy {each.inputs['spec']['policyName']}")
            assert policy.urn in update.before(each)
