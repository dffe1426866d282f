"""Typed access to the fields of Kubernetes objects as parsed YAML or JSON."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from sys import intern
from types import MappingProxyType
from typing import Any, get_args

from network.reachability.errors import UnreadableError
from network.reachability.selectors import Operator, Requirement, Selector

_OPERATORS: Mapping[Any, Operator] = {operator: operator for operator in get_args(Operator)}


def mapping(value: Any, path: str) -> Mapping[str, Any]:
    """Return a mapping with text keys; an absent one is empty."""
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise UnreadableError(path, f"must be a mapping, not {_kind(value)}")
    for key in value:
        if not isinstance(key, str):
            raise UnreadableError(path, f"keys are texts, not {_kind(key)} ({key!r})")
    return value


def items(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Yield path and value of each element of a list; an absent one is empty."""
    if value is None:
        return
    if not isinstance(value, list):
        raise UnreadableError(path, f"must be a list, not {_kind(value)}")
    for index, element in enumerate(value):
        yield f"{path}[{index}]", element


def text(value: Any, path: str) -> str:
    """Return a text that is not empty."""
    if not isinstance(value, str) or not value:
        raise UnreadableError(path, f"must be a text, not {_kind(value)}")
    return value


def number(value: Any, path: str, first: int, last: int) -> int:
    """Return a whole number between bounds, both inclusive."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise UnreadableError(path, f"must be a number, not {_kind(value)}")
    if not first <= value <= last:
        raise UnreadableError(path, f"must be {first} to {last}, not {value}")
    return value


def labels(value: Any, path: str) -> Mapping[str, str]:
    """Return labels; their values are texts."""
    found = mapping(value, path)
    for key, label in found.items():
        if not isinstance(label, str):
            raise UnreadableError(f"{path}.{key}", f"a label is a text, not {_kind(label)}: quote it")
    return _kept_once(tuple(found.items()))


@lru_cache(maxsize=4096)
def _kept_once(labels: tuple[tuple[str, str], ...]) -> Mapping[str, str]:
    """Labels of many pods are the same: what is kept once is near when it is looked at again."""
    return MappingProxyType({intern(key): intern(label) for key, label in labels})


def only(value: Mapping[str, Any], known: tuple[str, ...], path: str) -> None:
    """Refuse fields that the analysis does not know: they may change what is allowed."""
    for key, given in value.items():
        if key not in known and given is not None:
            raise UnreadableError(f"{path}.{key}", "this field is not known to the analysis")


def selector(value: Any, path: str) -> Selector:
    """Return a label selector with `matchLabels` and `matchExpressions`."""
    given = mapping(value, path)
    only(given, ("matchLabels", "matchExpressions"), path)
    found = [
        Requirement(key, "In", (wanted,))
        for key, wanted in labels(given.get("matchLabels"), f"{path}.matchLabels").items()
    ]
    for here, expression in items(given.get("matchExpressions"), f"{path}.matchExpressions"):
        found.append(_requirement(mapping(expression, here), here))
    return Selector(tuple(sorted(set(found))))


def _requirement(expression: Mapping[str, Any], path: str) -> Requirement:
    key = text(expression.get("key"), f"{path}.key")
    given = expression.get("operator")
    operator = _OPERATORS.get(given) if isinstance(given, str) else None
    if operator is None:
        raise UnreadableError(f"{path}.operator", f"must be one of {', '.join(_OPERATORS)}")
    values = list[str]()
    for here, value in items(expression.get("values"), f"{path}.values"):
        if not isinstance(value, str):
            raise UnreadableError(here, f"a label is a text, not {_kind(value)}: quote it")
        values.append(value)
    if operator in ("In", "NotIn") and not values:
        raise UnreadableError(f"{path}.values", f"{operator} needs at least one value")
    if operator in ("Exists", "DoesNotExist") and values:
        raise UnreadableError(f"{path}.values", f"{operator} takes no values")
    return Requirement(key, operator, tuple(sorted(set(values))))


def _kind(value: Any) -> str:
    match value:
        case None:
            return "nothing"
        case bool():
            return "true or false"
        case int() | float():
            return "a number"
        case str():
            return "a text" if value else "an empty text"
        case list():
            return "a list"
        case dict():
            return "a mapping"
        case _:
            return type(value).__name__
