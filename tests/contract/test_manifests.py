"""Every object of the plan against its published schema, unknown fields refused."""

from pathlib import Path

import pytest
from jsonschema import ValidationError

from network.plan import Plan, certificates
from network.plan.ingress import CRDS
from network.plan.model.kubernetes import Manifest
from tests import stacks
from tests.contract.kinds import group, validate
from tests.objects import describe, manifests

ELSEWHERE = {"cilium.io", "networking.doks.digitalocean.com"}
"""Groups that are no contract: Cilium's own CRD is read in `test_cilium_policies.py`, and of DigitalOcean's
Routes only the documentation is published (`tests/program/test_outer_network.py`)."""


def test_every_object_fits_its_schema(plan: Plan, contracts: Path) -> None:
    errors = {}
    for manifest in manifests(plan):
        if group(manifest) in ELSEWHERE:
            continue
        try:
            validate(manifest, contracts)
        except ValidationError as error:
            errors[describe(manifest)] = error.message
    assert errors == {}


def test_no_two_objects_have_the_same_name(plan: Plan) -> None:
    names = [describe(manifest) for manifest in manifests(plan)]
    assert len(names) == len(set(names))


def test_every_namespaced_object_is_in_a_namespace_of_the_plan(plan: Plan) -> None:
    known = {namespace.name for namespace in plan.namespaces}
    used = {manifest["metadata"].get("namespace") for manifest in manifests(plan)}
    # cluster DNS is a guest of the flows, not a namespace of the platform
    assert used - {None, "kube-system"} <= known


@pytest.mark.parametrize(
    "dns01",
    [
        {"provider": "cloudflare"},
        {"provider": "rfc2136", "nameserver": "192.0.2.53:53", "tsigKeyName": "network", "protocol": "TCP"},
    ],
    ids=lambda dns01: dns01["provider"],
)
def test_issuers_for_zones_elsewhere_fit_the_definition(dns01: dict[str, str], contracts: Path) -> None:
    over = {
        "network:external": {"dns": {"provider": "external"}},
        "network:certificates": {"dns01": dns01},
    }
    for issuer in certificates.build(stacks.stack_config("dev", over)).issuers:
        validate(issuer, contracts)


@pytest.mark.parametrize(
    "manifest",
    [
        {
            "apiVersion": "traefik.io/v1alpha1",
            "kind": "Middleware",
            "metadata": {"name": "retry", "namespace": "traefik"},
            "spec": {"retry": {"attempts": 3, "perTryTimeout": "1s"}},
        },
        {
            "apiVersion": "cert-manager.io/v1",
            "kind": "Certificate",
            "metadata": {"name": "c", "namespace": "traefik"},
            "spec": {"secretName": "s", "issuerRef": {"name": "i"}, "renewbefore": "1h"},
        },
        {
            "apiVersion": "v1",
            "kind": "Namespace",
            "metadata": {"name": "n", "label": {}},
        },
    ],
    ids=lambda manifest: manifest["kind"],
)
def test_a_field_that_the_kind_lacks_is_found(manifest: Manifest, contracts: Path) -> None:
    with pytest.raises(ValidationError):
        validate(manifest, contracts)


def test_the_owned_crds_are_those_of_the_chart_without_hub(contracts: Path) -> None:
    published = {path.name for path in (contracts / "traefik" / "crds").glob("*.yaml")}
    assert set(CRDS) == published
