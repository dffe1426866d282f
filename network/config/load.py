"""From Pulumi's config map to a `StackConfig`, with every problem at once."""

import functools
import inspect
import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import TypeAdapter, ValidationError

from network.config import provider_secrets
from network.config.errors import ConfigError, Problem, shown
from network.config.foreign_keys import brought_along
from network.config.messages import explain
from network.config.model import Finding, Location
from network.config.nearest import did_you_mean
from network.config.repair import WAYS, Way, broken, decided, findings_below, repaired
from network.config.rules import RULES, WARNINGS, Rule
from network.config.stack import SECRETS, StackConfig

NAMESPACE = "network:"
"""What Pulumi puts in front of this project's keys."""

_LAYERS = {field.alias or name: name for name, field in StackConfig.model_fields.items()}
_KEYS = {name: key for key, name in _LAYERS.items()}
_TEXTS = tuple(key for key, field in SECRETS.items() if not field.by_name)
"""Secrets that are one text, whatever it looks like."""
_ABSENT: Any = object()


@dataclass(frozen=True)
class Checked:
    """A configuration after all rules."""

    config: StackConfig | None
    """None if there is any problem."""
    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...]


def load(raw: Mapping[str, str]) -> StackConfig:
    """Return the configuration in Pulumi's config map (`network:cluster` -> JSON text).

    Keys of other namespaces are ignored. Raises `ConfigError` with every problem.
    """
    checked = check(raw)
    if checked.config is None:
        raise ConfigError(checked.problems)
    return checked.config


def check(raw: Mapping[str, str], plain: Collection[str] = ()) -> Checked:
    """Apply every rule: to each layer, and across them wherever a rule can be decided.

    `plain` are the keys that Pulumi holds unencrypted; secrets among them are refused.
    """
    given = {
        key.removeprefix(NAMESPACE): _parse(key.removeprefix(NAMESPACE), text)
        for key, text in raw.items()
        if key.startswith(NAMESPACE)
    }
    problems = [
        Problem((key,), "[not shown]", "unknown key", _instead(key)) for key in given if key not in _LAYERS
    ]
    problems += [_unencrypted(k) for k in SECRETS if given.get(k) and NAMESPACE + k in plain]
    problems += _of_providers({key: raw[key] for key in plain if not key.startswith(NAMESPACE)})
    layers: dict[str, Any] = {}
    for key, name in _LAYERS.items():
        try:
            layers[name] = _layer(name, given.get(key, _ABSENT))
        except ValidationError as error:
            problems += _explained(key, error, given)
    problems += _found(RULES, layers, given) if len(layers) == len(_LAYERS) else _decided(given, layers)
    return Checked(
        config=None if problems else StackConfig(**layers),
        problems=_sorted(problems, given),
        warnings=_sorted(_found(WARNINGS, layers, given), given),
    )


def _decided(given: Mapping[str, Any], valid: Mapping[str, Any]) -> list[Problem]:
    """Return what the rules find whatever stands in place of the broken values; `valid` are sound layers."""
    apart = {
        location
        for key, name in _LAYERS.items()
        if name not in valid
        for location in (broken(key, _validator(name), given[key]) if key in given else [(key,)])
    }
    around = {above for location in apart for above in _with_those_above(location)}
    first, second = (_findings(given, valid, way) for way in WAYS)
    alike = set(second)
    return [
        Problem(found.location, _value(found.location, given), found.rule, found.fix)
        for found in first
        if found in alike
        and found.location not in around
        and apart.isdisjoint(_with_those_above(found.location))
    ]


def _findings(given: Mapping[str, Any], valid: Mapping[str, Any], way: Way) -> list[Finding]:
    """Return what is found in each layer that is not valid, repaired in one of two ways, and across all."""
    mended: dict[str, Any] = {}
    for key, name in _LAYERS.items():
        with suppress(LookupError):
            if name not in valid and key in given:
                mended[name] = repaired(key, _validator(name), given[key], way)
    within = [found for name, layer in mended.items() for found in findings_below(layer, (_KEYS[name],))]
    known = {found.location for found in within}
    layers = {**valid, **mended}
    across = [
        found
        for rule in RULES
        if layers.keys() >= _read_by(rule)
        for found in decided(rule(**{name: layers[name] for name in _read_by(rule)}))
    ]
    return within + [found for found in across if found.location not in known]


def _with_those_above(location: Location) -> list[Location]:
    return [location[:depth] for depth in range(len(location) + 1)]


def _instead(key: str) -> str:
    return brought_along(StackConfig.__name__, key) or did_you_mean(key, _LAYERS)


def _unencrypted(key: str) -> Problem:
    return Problem(
        (key,),
        "[secret]",
        "a secret must be encrypted: in plain text it would stand in the stack file and the state",
        f"replace the secret itself, then set it with: pulumi config set --secret {NAMESPACE}{key}",
    )


def _of_providers(plain: Mapping[str, str]) -> Iterator[Problem]:
    for found in provider_secrets.findings({key: _parse(key, text) for key, text in plain.items()}):
        yield Problem(found.location, "[secret]", found.rule, found.fix)


def _parse(key: str, text: str) -> Any:
    """Return the value of a top-level key: Pulumi gives structures as JSON, all else as it is."""
    if key in _TEXTS:
        return text
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _layer(name: str, value: Any) -> Any:
    field = StackConfig.model_fields[name]
    if value is not _ABSENT:
        return _validator(name).validate_json(json.dumps(value), strict=True, by_alias=True, by_name=False)
    if field.is_required():
        missing = {"type": "missing", "input": None}
        raise ValidationError.from_exception_data(name, [missing])  # pyright: ignore
    return field.get_default(call_default_factory=True)


@functools.cache
def _validator(name: str) -> TypeAdapter[Any]:
    field = StackConfig.model_fields[name]
    annotation: Any = Annotated[field.annotation, *field.metadata, None]
    return TypeAdapter(annotation)


@functools.cache
def _read_by(rule: Rule) -> frozenset[str]:
    """Return the layers that a rule reads: its parameters."""
    return frozenset(inspect.signature(rule).parameters)


def _explained(key: str, error: ValidationError, given: Mapping[str, Any]) -> Iterator[Problem]:
    details = error.errors(include_url=False)
    outer = {above for detail in details for above in _with_those_above(detail["loc"])[:-1]}
    for detail in details:
        location: Location = (key, *detail["loc"])
        if detail["type"] == "too_short" and detail["loc"] in outer:
            continue  # pydantic does not count entries that are refused themselves
        about_key = location[-1] == "[key]"
        if about_key:
            location = location[:-1]
        rule, fix = explain(detail, location)
        if detail["type"] == "missing" and key in SECRETS:
            fix = f"set it: pulumi config set --secret {NAMESPACE}{key}"
        value = shown(location[-1]) if about_key else _value(location, given)
        yield Problem(location, value, rule, fix)


def _found(rules: Iterable[Rule], layers: Mapping[str, Any], given: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield what the rules find; a rule runs only if all the layers it reads are valid."""
    for rule in rules:
        if layers.keys() >= _read_by(rule):
            for found in rule(**{name: layers[name] for name in _read_by(rule)}):
                value = _value(found.location, given)
                yield Problem(found.location, value, found.rule, found.fix)


_SECRET_ANYWHERE = ("privateKey", "presharedKey")
"""Keys that no model has, and by which somebody may give away a secret of WireGuard's."""


def _value(location: Location, given: Any) -> str:
    value = given
    for step in location:
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            return "absent"
    if location[0] in SECRETS or location[-1] in _SECRET_ANYWHERE:
        return "[secret]"
    return shown(value)


def _sorted(problems: Iterable[Problem], given: Mapping[str, Any]) -> tuple[Problem, ...]:
    """Return each problem once: layers in the order of the models, within them as in the file."""

    layers = {key: at for at, key in enumerate(_LAYERS)}
    numbered: dict[int, dict[Any, int]] = {}

    def position(value: Any, step: Any) -> int:
        """Return where the step stands in what is around it: behind all the others if it is absent."""
        if isinstance(value, dict):
            # By identity: what holds many problems holds them under one mapping.
            if id(value) not in numbered:
                numbered[id(value)] = {key: at for at, key in enumerate(value)}
            return numbered[id(value)].get(step, len(value))
        return step if isinstance(step, int) and 0 <= step < len(value) else len(value)

    def place(problem: Problem) -> tuple[int, ...]:
        value: Any = given
        order = [layers.get(str(problem.location[0]), len(layers))]
        for step in problem.location:
            order.append(position(value, step))
            if order[-1] == len(value):
                break
            value = value[step]
        return tuple(order)

    return tuple(sorted(dict.fromkeys(problems), key=place))
