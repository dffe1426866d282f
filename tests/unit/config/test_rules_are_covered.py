"""No rule stands in the code that no invalid stack file breaks."""

import ast
import sys
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

import network.config
from network.config import load, messages
from tests.unit.config import global_cases
from tests.unit.config.corpus import case, corpus
from tests.unit.config.warnings import WARNED

FOLDER = Path(network.config.__file__).parent
GENERIC = FOLDER / "crd_options.py"
"""Checks of any CRD; `test_crd_options.py` breaks those that no open option of a stack file can."""
TRANSLATED = {"refused", "missing", "extra_forbidden", "literal_error"}
"""Errors of pydantic that have a branch of their own."""


def files() -> list[Path]:
    """Return the modules that may refuse."""
    return sorted(set(FOLDER.rglob("*.py")) - {GENERIC})


def refusals() -> Iterator[tuple[str, int]]:
    """Yield file and line of each statement that raises a refusal or yields a finding."""
    for file in files():
        for line in _refusals_in(ast.parse(file.read_text())):
            yield str(file), line


def refusing() -> dict[str, set[int]]:
    """Return the first line of each function that holds a refusal, by file."""
    return {
        str(file): {
            min(each.lineno for each in (node, *node.decorator_list))
            for node in ast.walk(ast.parse(file.read_text()))
            if isinstance(node, ast.FunctionDef) and any(_refusals_in(node))
        }
        for file in files()
    }


def _refusals_in(tree: ast.AST) -> Iterator[int]:
    for node in ast.walk(tree):
        match node:
            case ast.Raise(exc) if _calls(exc, "refusal"):
                yield node.lineno
            case ast.Expr(ast.Yield()):
                yield node.lineno
            case _:
                pass


def _calls(value: ast.expr | None, name: str) -> bool:
    return isinstance(value, ast.Call) and getattr(value.func, "id", None) == name


@dataclass
class Checked:
    """What checking every invalid stack file met."""

    lines: set[tuple[str, int]]
    """File and line of the refusals that were run."""
    types: set[str]
    """Types of pydantic's errors that were explained."""


@pytest.fixture(scope="module")
def checked() -> Checked:
    """Every invalid stack file and every warned one, checked once."""
    met = Checked(set(), set())

    def explain(error: Any, location: Any) -> tuple[str, str]:
        met.types.add(error["type"])
        return messages.explain(error, location)

    with pytest.MonkeyPatch.context() as patch, _lines_recorded(met.lines):
        patch.setattr(load, "explain", explain)
        for invalid in corpus():
            load.check(invalid.raw, invalid.plain)
        for name, described in WARNED.items():
            load.check(case(name, described).raw)
        for broken in (*global_cases.CASES, *global_cases.WARNED):
            broken.checked()
    return met


@contextmanager
def _lines_recorded(into: set[tuple[str, int]]) -> Generator[None]:
    """Record the lines that run in functions that hold a refusal: to trace all takes three times as long.

    Which those are is asked at each call of any function, so by nothing slower than a name and a number.
    """
    first_lines = refusing()

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        code = frame.f_code
        if code.co_firstlineno not in first_lines.get(code.co_filename, ()):
            return None
        if event == "line":
            into.add((code.co_filename, frame.f_lineno))
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        yield
    finally:
        sys.settrace(before)


def test_every_rule_is_broken_by_an_invalid_stack(checked: Checked) -> None:
    never = sorted(set(refusals()) - checked.lines)
    assert not never, "\n".join(f"{file}:{line}" for file, line in never)


def test_every_error_of_pydantic_has_plain_words(checked: Checked) -> None:
    assert checked.types == TRANSLATED | messages.EXPECTED.keys() | messages.BOUNDS.keys()
