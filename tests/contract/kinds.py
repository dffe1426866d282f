"""Validators of objects by kind, unknown fields refused."""

from functools import cache
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator

from network.plan.model.kubernetes import Manifest
from tests.contract import strict
from tests.stacks import KUBERNETES

CUSTOM_GROUPS = {
    "traefik.io": "traefik",
    "cert-manager.io": "cert-manager",
    "monitoring.coreos.com": "prometheus-operator",
}
"""API group -> folder of its CRDs among the contracts."""
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
def definitions(folder: Path) -> tuple[dict[str, Any], ...]:
    """Return the CRDs of a folder. By libyaml: they are large."""
    return tuple(yaml.load(path.read_text(), yaml.CSafeLoader) for path in sorted(folder.glob("*.yaml")))


@cache
def custom_schema(folder: Path, kind: str, version: str) -> dict[str, Any]:
    """Return the closed schema of a custom kind."""
    for crd in definitions(folder):
        if crd["spec"]["names"]["kind"] != kind:
            continue
        for served in crd["spec"]["versions"]:
            if served["name"] == version and served["served"]:
                schema = strict.closed(served["schema"]["openAPIV3Schema"])
                return {**schema, "properties": {**schema["properties"], "metadata": METADATA}}
    raise LookupError(f"no CRD serves {kind} {version}")


@cache
def custom_kind(folder: Path, kind: str, version: str) -> Draft202012Validator:
    """Return the validator of a custom kind, by its closed schema."""
    return Draft202012Validator(custom_schema(folder, kind, version))


def validate(manifest: Manifest, contracts: Path) -> None:
    """Raise `jsonschema.ValidationError` if an object does not fit its kind's schema."""
    if group(manifest) in CUSTOM_GROUPS:
        folder = contracts / CUSTOM_GROUPS[group(manifest)] / "crds"
        version = manifest["apiVersion"].rpartition("/")[2]
        custom_kind(folder, manifest["kind"], version).validate(manifest)
    else:
        strict.kubernetes_kind(manifest["apiVersion"], manifest["kind"], KUBERNETES).validate(manifest)
