"""What a refusal says to do, once done, is accepted: no fix is a dead end, and none leads in a circle."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter

from network.config.errors import Problem
from network.config.load import check
from network.config.model import Model
from network.config.places import place
from network.config.stack import StackConfig
from network.config.stand_ins import stand_ins
from tests import libyaml
from tests.stacks import merged
from tests.unit.config.corpus import Case, corpus, removed
from tests.unit.config.fixing import applied

BESIDE = Path(__file__).parent / "fixed"
"""What a person writes where a fix leaves them a choice: patches on the invalid file of the same name."""
MOST_ROUNDS = 60


def fixed(invalid: Case) -> dict[str, Any]:
    """Return the layers with the file beside laid over them."""
    layers = copy.deepcopy(dict(invalid.layers))
    file = BESIDE / f"{invalid.name}.yaml"
    if file.exists():
        patch = libyaml.load(file.read_text())
        for path in patch.get("unset", ()):
            removed(layers, path)
        layers = merged(layers, patch.get("set", {}))
    return layers


@pytest.mark.parametrize("invalid", corpus(), ids=lambda invalid: invalid.name)
def test_the_stated_fixes_lead_to_a_valid_stack(invalid: Case) -> None:
    layers = fixed(invalid)
    done: set[tuple[Any, ...]] = set()
    for _ in range(MOST_ROUNDS):
        problems = check(Case(invalid.name, layers, {}).raw).problems
        if not problems:
            return
        for problem in problems:
            step = (problem.location, problem.value, problem.rule)
            if step not in done and applied(layers, problem):
                done.add(step)
                break
        else:
            pytest.fail("\n\n".join(_told(problem, done) for problem in problems))
    pytest.fail("the fixes never end")


def _told(problem: Problem, done: set[tuple[Any, ...]]) -> str:
    again = (problem.location, problem.value, problem.rule) in done
    return f"{problem}" + ("\n  its fix has been applied, and led back here" if again else "")


def test_no_file_beside_is_left_over() -> None:
    assert {file.stem for file in BESIDE.glob("*.yaml")} <= {invalid.name for invalid in corpus()}


def _models(model: type[Model], seen: set[type[Model]]) -> set[type[Model]]:
    seen.add(model)
    for field in model.model_fields.values():
        below = place(field.annotation, field.metadata, field)
        while below is not None and below.model is None:
            below = below.below("any")
        if below is not None and below.model is not None and below.model not in seen:
            _models(below.model, seen)
    return seen


def test_every_example_of_a_required_key_is_valid() -> None:
    for model in _models(StackConfig, set()):
        for name, field in model.model_fields.items():
            if not field.is_required():
                continue
            at = place(field.annotation, field.metadata, field)
            examples = stand_ins(at)
            assert examples, f"{model.__name__}.{name}"
            adapter = TypeAdapter[Any](model.__pydantic_fields__[name].rebuild_annotation())
            for example in examples:
                adapter.validate_json(json.dumps(example), strict=True, by_alias=True, by_name=False)
