"""`network schema`: the JSON Schema that editors use, as a file beside the stack files."""

import json
from pathlib import Path

from network.config.schema import stack_file_schema

NAME = "stack.schema.json"


def text() -> str:
    """Return the file's content as the models say it must be."""
    return json.dumps(stack_file_schema(), indent=2, ensure_ascii=False) + "\n"


def is_current(folder: Path) -> bool:
    """Say whether the committed file says what the models say."""
    file = folder / NAME
    return file.is_file() and file.read_text(encoding="utf-8") == text()
