"""Manifests in a file, such as those of a rendered chart."""

from pathlib import Path
from typing import Any

import yaml

from network.live.cluster import Object


class UnreadableError(Exception):
    """A file holds no manifests; the message says where and why."""


def objects_of(file: Path) -> list[Object]:
    """Return the objects in a file, those of lists one by one. Raises UnreadableError."""
    try:
        documents = list(yaml.load_all(file.read_text(), Loader=yaml.CSafeLoader))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise UnreadableError(f"{file}: {error}") from None
    return [each for document in documents if document is not None for each in _objects(file, document)]


def _objects(file: Path, document: Any) -> list[Object]:
    if isinstance(document, dict) and isinstance(document.get("items"), list):
        return [each for item in document["items"] for each in _objects(file, item)]
    if not (
        isinstance(document, dict)
        and isinstance(document.get("apiVersion"), str)
        and isinstance(document.get("kind"), str)
        and isinstance((document.get("metadata") or {}).get("name"), str)
    ):
        raise UnreadableError(f"{file}: a document in it has no apiVersion, kind or metadata.name")
    return [document]
