"""Objects of the cluster that somebody edits, deletes or makes by hand for a while."""

import json
from collections.abc import Callable, Generator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from tests.lab.traffic_lab import TrafficLab

Plant = Callable[[TrafficLab], AbstractContextManager[None]]
"""Breaks something for real within the block. What was changed is as before afterwards; what follows from it
may take a moment more."""


def patched(
    kind: str, name: str, namespace: str, patch: Any, *, as_json: bool = False, part: str = ""
) -> Plant:
    """An object is edited, or its `part`, such as `status`."""

    @contextmanager
    def planted(traffic: TrafficLab) -> Generator[None]:
        where = located(kind, name, namespace)
        of_part = [f"--subresource={part}"] if part else []
        before = shown(traffic, where)
        way = "json" if as_json else "merge"
        traffic.kubectl("patch", *where, *of_part, f"--type={way}", f"--patch={json.dumps(patch)}")
        try:
            yield
        finally:
            restored = [_as_before(before, place) for place in _touched(patch)]
            traffic.kubectl("patch", *where, *of_part, "--type=json", f"--patch={json.dumps(restored)}")
            owned_as_before(traffic, where, before)

    return planted


def deleted(kind: str, name: str, namespace: str) -> Plant:
    """An object is deleted, and made anew."""

    @contextmanager
    def planted(traffic: TrafficLab) -> Generator[None]:
        where = located(kind, name, namespace)
        before = shown(traffic, where)
        traffic.kubectl("delete", *where)
        try:
            yield
        finally:
            made_anew(traffic, where, before)

    return planted


def made(manifest: Mapping[str, Any]) -> Plant:
    """Somebody makes an object that nobody planned."""

    @contextmanager
    def planted(traffic: TrafficLab) -> Generator[None]:
        metadata = manifest["metadata"]
        traffic.kubectl("create", "--filename=-", text=json.dumps(manifest))
        try:
            yield
        finally:
            traffic.kubectl(
                "delete", *located(manifest["kind"], metadata["name"], metadata.get("namespace", ""))
            )

    return planted


def all_of(*plants: Plant) -> Plant:
    """One fault that several changes make."""

    @contextmanager
    def planted(traffic: TrafficLab) -> Generator[None]:
        first, *others = plants
        with first(traffic), all_of(*others)(traffic) if others else _nothing():
            yield

    return planted


@contextmanager
def _nothing() -> Generator[None]:
    yield


def located(kind: str, name: str, namespace: str) -> tuple[str, ...]:
    """How kubectl is told of an object; one of the whole cluster has no namespace."""
    return (kind, name, *([f"--namespace={namespace}"] if namespace else []))


def shown(traffic: TrafficLab, where: tuple[str, ...]) -> dict[str, Any]:
    """An object as it is, with who owns its fields."""
    return json.loads(traffic.kubectl("get", *where, "--show-managed-fields", "--output=json"))


def made_anew(traffic: TrafficLab, where: tuple[str, ...], before: Mapping[str, Any]) -> None:
    """Make an object that is gone as it was."""
    own = ("resourceVersion", "uid", "creationTimestamp", "managedFields")
    metadata = {key: value for key, value in before["metadata"].items() if key not in own}
    traffic.kubectl("create", "--filename=-", text=json.dumps({**before, "metadata": metadata}))
    owned_as_before(traffic, where, before)


def owned_as_before(traffic: TrafficLab, where: tuple[str, ...], before: Mapping[str, Any]) -> None:
    """Nobody but Pulumi owns its fields again: else its next `up` would meet a conflict."""
    fields = before["metadata"]["managedFields"]
    patch = [{"op": "replace", "path": "/metadata/managedFields", "value": fields}]
    traffic.kubectl("patch", *where, "--type=json", f"--patch={json.dumps(patch)}")


def _touched(patch: Any) -> list[tuple[str, ...]]:
    """What a patch changes of an object: its parts, and those of its metadata."""
    if isinstance(patch, list):
        return sorted({(each["path"].split("/")[1],) for each in patch})
    return [
        place
        for key, value in patch.items()
        for place in ([(key, each) for each in value] if key == "metadata" else [(key,)])
    ]


def _as_before(before: Mapping[str, Any], place: tuple[str, ...]) -> dict[str, Any]:
    value: Any = before
    for key in place:
        value = value.get(key)
    path = "/" + "/".join(place)
    return {"op": "remove", "path": path} if value is None else {"op": "add", "path": path, "value": value}
