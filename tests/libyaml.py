"""YAML as tests read and write it: by libyaml, which takes a tenth of the time of PyYAML's own code."""

from collections.abc import Iterator
from typing import Any

import yaml


def load(text: str | bytes) -> Any:
    """Return the one document in a text."""
    return yaml.load(text, Loader=yaml.CSafeLoader)


def load_all(text: str | bytes) -> Iterator[Any]:
    """Yield the documents in a text."""
    return yaml.load_all(text, Loader=yaml.CSafeLoader)


def dump(value: Any, *, sort_keys: bool = True) -> str:
    """Return a value as a document."""
    return yaml.dump(value, Dumper=yaml.CSafeDumper, sort_keys=sort_keys)
