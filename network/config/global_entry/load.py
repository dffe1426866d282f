"""From Pulumi's config map to a `GlobalEntry`, with every problem at once."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from network.config.errors import Problem, shown
from network.config.global_entry import environments
from network.config.global_entry.entry import KEY, GlobalEntry
from network.config.global_entry.environments import Environments
from network.config.load import NAMESPACE
from network.config.messages import explain
from network.config.model import Finding, Location
from network.config.nearest import did_you_mean
from network.config.stack import StackConfig


@dataclass(frozen=True)
class Checked:
    """A global load balancer after all rules."""

    entry: GlobalEntry | None
    """None if there is any problem."""
    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...] = ()
    environments: Mapping[str, StackConfig] = field(default_factory=dict[str, StackConfig])
    """Those behind it whose stack files are valid, by stack."""


def check(raw: Mapping[str, str], stacks: Environments) -> Checked:
    """Apply every rule to Pulumi's config map, beside the stacks of the project.

    Keys of other namespaces are ignored.
    """
    given = {key.removeprefix(NAMESPACE): text for key, text in raw.items() if key.startswith(NAMESPACE)}
    strangers = [
        Problem((key,), "[not shown]", "unknown key", did_you_mean(key, [KEY])) for key in given if key != KEY
    ]
    if KEY not in given:
        rule = "required, but absent"
        fix = "add it: docs/global.md shows one"
        return Checked(None, (*strangers, Problem((KEY,), "absent", rule, fix)))
    value = _parsed(given[KEY])
    try:
        entry = GlobalEntry.model_validate_json(json.dumps(value), strict=True, by_alias=True, by_name=False)
    except ValidationError as error:
        return Checked(None, (*strangers, *_explained(error, value)))
    problems = (*strangers, *_located(environments.findings(entry, stacks), value))
    return Checked(
        None if problems else entry,
        problems,
        tuple(_located(environments.warnings(entry, stacks), value)),
        environments.valid(entry, stacks),
    )


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _explained(error: ValidationError, value: Any) -> Iterator[Problem]:
    for detail in error.errors(include_url=False):
        location = detail["loc"]
        about_key = location[-1:] == ("[key]",)
        if about_key:
            location = location[:-1]
        rule, fix = explain(detail, (KEY, *location))
        yield Problem(
            (KEY, *location), shown(location[-1]) if about_key else _value(location, value), rule, fix
        )


def _located(found: Iterable[Finding], value: Any) -> Iterator[Problem]:
    for each in found:
        yield Problem((KEY, *each.location), _value(each.location, value), each.rule, each.fix)


def _value(location: Location, value: Any) -> str:
    for step in location:
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            return "absent"
    return shown(value)
