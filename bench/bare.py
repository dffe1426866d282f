"""The program to compare with: registers literals by the SDKs' classes, and does nothing else."""

import importlib
import json
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes

LITERALS = "BENCH_LITERALS"
"""Variable that holds the path of the literals."""

BUILT_IN = ("core", "helm", "networking", "rbac", "apiextensions")
"""Groups that the SDK has classes for; objects of others are custom resources."""


def register(literals: Sequence[Mapping[str, Any]]) -> None:
    """Register each literal; they are ordered, so what one needs is there."""
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


def _register(literal: Mapping[str, Any], options: pulumi.ResourceOptions) -> pulumi.Resource:
    type_, name, inputs = literal["type"], literal["name"], literal["inputs"]
    if literal["kind"] == "component":
        return pulumi.ComponentResource(type_, name, None, options)
    if type_ == "pulumi:providers:kubernetes":
        return kubernetes.Provider(name, opts=options, **_arguments(inputs))
    resource = _class(type_)
    if literal["kind"] == "read":
        return resource.get(name, inputs["id"], opts=options)
    return resource(name, opts=options, **_arguments(inputs))


def _class(type_: str) -> Any:
    """Return the SDK's class for a type."""
    package, path, kind = type_.split(":")
    if package == "digitalocean":
        return getattr(importlib.import_module("pulumi_digitalocean"), kind)
    group, _, version = path.partition("/")
    name = group.split(".")[0]
    if name not in BUILT_IN:
        return kubernetes.apiextensions.CustomResource
    return getattr(importlib.import_module(f"pulumi_kubernetes.{name}.{version}"), kind)


def _arguments(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Spell the names of inputs as Python does."""
    words = re.compile("(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
    return {words.sub("_", key).lower(): value for key, value in inputs.items()}


if __name__ == "__main__":
    register(json.loads(Path(os.environ[LITERALS]).read_text()))
