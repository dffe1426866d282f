"""The program to compare with: registers literals, and does nothing else.

It imports the SDKs' modules of what it registers, as any program that uses their classes does.
"""

import importlib
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pulumi

LITERALS = "BENCH_LITERALS"
"""Variable that holds the path of the literals."""


def register(literals: Sequence[dict[str, Any]]) -> None:
    """Register each literal; they are ordered, so what one needs is there."""
    for module in sorted({_module(literal["type"]) for literal in literals}):
        importlib.import_module(module)
    made: dict[str, pulumi.Resource] = {}
    for literal in literals:
        options = pulumi.ResourceOptions(
            parent=made.get(literal["parent"]),
            depends_on=[made[urn] for urn in literal["depends_on"] if urn in made],
        )
        provider = made.get(literal["provider"])
        if isinstance(provider, pulumi.ProviderResource):
            options.provider = provider
        made[literal["urn"]] = _register(literal, options)


def _module(type_: str) -> str:
    """Return the module that holds the class of a type."""
    package, module, _ = type_.split(":")
    if package == "digitalocean":
        return "pulumi_digitalocean"
    if package != "kubernetes":
        return "pulumi_kubernetes"
    group, _, version = module.partition("/")
    name = group.split(".")[0]
    if name not in ("core", "helm", "networking", "rbac", "apiextensions"):
        return "pulumi_kubernetes.apiextensions"
    return f"pulumi_kubernetes.{name}.{version}"


def _register(literal: dict[str, Any], options: pulumi.ResourceOptions) -> pulumi.Resource:
    type_, name, inputs = literal["type"], literal["name"], literal["inputs"]
    if literal["kind"] == "component":
        return pulumi.ComponentResource(type_, name, None, options)
    if literal["kind"] == "read":
        options.id = inputs["id"]
        return pulumi.CustomResource(type_, name, {}, options)
    if type_.startswith("pulumi:providers:"):
        return pulumi.ProviderResource(type_.rpartition(":")[2], name, inputs, options)
    return pulumi.CustomResource(type_, name, inputs, options)


if __name__ == "__main__":
    register(json.loads(Path(os.environ[LITERALS]).read_text()))
