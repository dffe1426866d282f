"""Lists of objects, as kubectl takes them apart.

Source: apimachinery, pkg/apis/meta/v1/unstructured/helpers.go (unstructuredJSONScheme.decodeToList):
whatever has `items` is a list, whatever it is called; items that say neither kind nor version have the
list's.
"""

from collections.abc import Iterator, Mapping
from typing import Any


def flattened(manifest: Any) -> Iterator[Any]:
    """Yield the object, or those of a list; lists may hold lists."""
    waiting = [manifest]
    while waiting:
        each = waiting.pop()
        if isinstance(each, dict) and _is_list(each):
            waiting.extend(reversed(_items(each)))
        else:
            yield each


def _is_list(manifest: Mapping[Any, Any]) -> bool:
    told = (manifest.get("kind"), manifest.get("apiVersion"))
    if "items" not in manifest or not all(isinstance(each, str) and each for each in told):
        return False
    return isinstance(manifest["items"], list) or (
        manifest["items"] is None and manifest["kind"].endswith("List")
    )


def _items(manifest: Mapping[Any, Any]) -> list[Any]:
    items = manifest["items"] or []
    kind = manifest["kind"]
    if kind == "List":
        return items
    own = {"apiVersion": manifest["apiVersion"], "kind": kind.removesuffix("List")}
    return [{**item, **own} if isinstance(item, dict) and not _says_what(item) else item for item in items]


def _says_what(item: Mapping[Any, Any]) -> bool:
    return bool(item.get("kind") or item.get("apiVersion"))
