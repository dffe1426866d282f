"""No rule stands in the code that no invalid stack file breaks."""

import ast
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

import network.config
from network.config import load, messages
from tests.unit.config.corpus import case, corpus
from tests.unit.config.warnings import WARNED

FOLDER = Path(network.config.__file__).parent
GENERIC = FOLDER / "crd_options.py"
"""Checks of any CRD; `test_crd_options.py` breaks those that no open option of a stack file can."""
TRANSLATED = {"refused", "missing", "extra_forbidden", "literal_error"}
"""Errors of pydantic that have a branch of their own."""


def refusals() -> Iterator[tuple[str, int]]:
    """Yield file and line of each statement that raises a refusal or yields a finding."""
    for file in sorted(set(FOLDER.rglob("*.py")) - {GENERIC}):
        for node in ast.walk(ast.parse(file.read_text())):
            match node:
                case ast.Raise(exc) if _calls(exc, "refusal"):
                    yield str(file), node.lineno
                case ast.Expr(ast.Yield()):
                    yield str(file), node.lineno
                case _:
                    pass


def _calls(value: ast.expr | None, name: str) -> bool:
    return isinstance(value, ast.Call) and getattr(value.func, "id", None) == name


def lines_run(action: Callable[[], None]) -> set[tuple[str, int]]:
    """Return the lines of the config package that the action executes."""
    lines: set[tuple[str, int]] = set()

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        file = frame.f_code.co_filename
        if not file.startswith(str(FOLDER)):
            return None
        if event == "line":
            lines.add((file, frame.f_lineno))
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        action()
    finally:
        sys.settrace(before)
    return lines


def check_everything() -> None:
    for invalid in corpus():
        load.check(invalid.raw, invalid.plain)
    for name, patch in WARNED.items():
        load.check(case(name, patch).raw)


def test_every_rule_is_broken_by_an_invalid_stack() -> None:
    run = lines_run(check_everything)

    never = sorted(set(refusals()) - run)
    assert not never, "\n".join(f"{file}:{line}" for file, line in never)


def test_every_error_of_pydantic_has_plain_words(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: set[str] = set()

    def explain(error: Any, location: Any) -> tuple[str, str]:
        seen.add(error["type"])
        return messages.explain(error, location)

    monkeypatch.setattr(load, "explain", explain)
    check_everything()

    assert seen == TRANSLATED | messages.EXPECTED.keys() | messages.BOUNDS.keys()
