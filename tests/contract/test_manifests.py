"""Every object of the plan against its published schema, unknown fields refused."""

from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import kubernetes_validate
import pytest
import yaml

from network.plan import Plan
from network.plan.ingress import CRDS
from network.plan.kubernetes import Manifest
from tests.contract import strict
from tests.objects import describe, manifests

KUBERNETES = "1.36"
CUSTOM_GROUPS = {"traefik.io": "traefik", "cert-manager.io": "cert-manager"}
"""API group -> folder of its CRDs among the contracts."""
ELSEWHERE = {"cilium.io"}
"""Groups whose objects the policies' own tests validate."""
METADATA = {
    "type": "object",
    "required": ["name"],
    "additionalProperties": False,
    "properties": {
        "name": {"type": "string"},
        "namespace": {"type": "string"},
        "labels": {"type": "object", "additionalProperties": {"type": "string"}},
        "annotations": {"type": "object", "additionalProperties": {"type": "string"}},
    },
}


def group(manifest: Manifest) -> str:
    """Return the API group of an object, empty for the core group."""
    return manifest["apiVersion"].rpartition("/")[0]


@cache
def custom_schema(folder: Path, kind: str, version: str) -> dict[str, Any]:
    """Return the closed schema of a custom kind."""
    for path in folder.glob("*.yaml"):
        crd = yaml.safe_load(path.read_text())
        if crd["spec"]["names"]["kind"] != kind:
            continue
        for served in crd["spec"]["versions"]:
            if served["name"] == version and served["served"]:
                schema = strict.closed(served["schema"]["openAPIV3Schema"])
                return {**schema, "properties": {**schema["properties"], "metadata": METADATA}}
    raise LookupError(f"no CRD serves {kind} {version}")


def validate(manifest: Manifest, contracts: Path) -> None:
    """Raise if an object does not fit its kind's schema."""
    if group(manifest) in CUSTOM_GROUPS:
        folder = contracts / CUSTOM_GROUPS[group(manifest)] / "crds"
        version = manifest["apiVersion"].rpartition("/")[2]
        jsonschema.validate(manifest, custom_schema(folder, manifest["kind"], version))
    else:
        kubernetes_validate.validate(manifest, KUBERNETES, strict=True)


def test_every_object_fits_its_schema(plan: Plan, contracts: Path) -> None:
    errors = {}
    for manifest in manifests(plan):
        if group(manifest) in ELSEWHERE:
            continue
        try:
            validate(manifest, contracts)
        except (jsonschema.ValidationError, kubernetes_validate.ValidationError) as error:
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
    with pytest.raises((jsonschema.ValidationError, kubernetes_validate.ValidationError)):
        validate(manifest, contracts)


def test_the_owned_crds_are_those_of_the_chart_without_hub(contracts: Path) -> None:
    published = {path.name for path in (contracts / "traefik" / "crds").glob("*.yaml")}
    assert set(CRDS) == published
