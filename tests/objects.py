"""Every Kubernetes object in a plan, wherever in it."""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from network.plan.model.kubernetes import Manifest


def manifests(part: Any) -> Iterator[Manifest]:
    """Yield the objects below a part of the plan, in order."""
    if dataclasses.is_dataclass(part):
        for field in dataclasses.fields(part):
            yield from manifests(getattr(part, field.name))
    elif isinstance(part, Mapping):
        if {"apiVersion", "kind", "metadata"} <= part.keys():
            yield dict(part)
        else:
            for value in part.values():
                yield from manifests(value)
    elif isinstance(part, Sequence) and not isinstance(part, str):
        for item in part:
            yield from manifests(item)


def describe(manifest: Manifest) -> str:
    """Return kind, namespace and name, for test ids and messages."""
    metadata = manifest["metadata"]
    return "/".join([manifest["kind"], metadata.get("namespace", ""), metadata["name"]])
