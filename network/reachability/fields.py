"""Typed access to the fields of Kubernetes objects as parsed YAML or JSON."""

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from sys import intern
from types import MappingProxyType
from typing import Any, get_args

from network.reachability import syntax
from network.reachability.errors import UnreadableError
from network.reachability.selectors import Operator, Requirement, Selector

DEFAULT_NAMESPACE = "default"
"""Where kubectl puts objects that name no namespace."""
_OPERATORS: Mapping[Any, Operator] = {operator: operator for operator in get_args(Operator)}


def mapping(value: Any, path: str) -> Mapping[str, Any]:
    """Return a mapping with text keys; an absent one is empty. Other keys become what they are in JSON."""
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise UnreadableError(path, f"must be a mapping, not {_kind(value)}")
    for key in value:
        if not isinstance(key, str):
            return {_key(key, path): each for key, each in value.items()}
    return value


def _key(key: Any, path: str) -> str:
    match key:
        case str():
            return key
        case bool():
            return "true" if key else "false"
        case int():
            return str(key)
        case _:
            raise UnreadableError(path, f"keys are texts, not {_kind(key)} ({key!r})")


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


def name(metadata: Mapping[str, Any]) -> str:
    """Return the name in an object's metadata, or what the API server is to make one from."""
    if is_generated(metadata):
        prefix = text(metadata.get("generateName"), "metadata.generateName")
        syntax.name(f"{prefix}x", "metadata.generateName")
        return prefix
    given = text(metadata.get("name"), "metadata.name")
    syntax.name(given, "metadata.name")
    return given


def is_generated(metadata: Mapping[str, Any]) -> bool:
    """Say whether the API server is still to make the name: then two that begin alike are two objects."""
    return metadata.get("name") in (None, "") and metadata.get("generateName") not in (None, "")


def namespace(metadata: Mapping[str, Any]) -> str:
    """Return the namespace in an object's metadata: `default` where there is none, as kubectl takes it."""
    if metadata.get("namespace") in (None, ""):
        return DEFAULT_NAMESPACE
    given = text(metadata["namespace"], "metadata.namespace")
    _namespace(given)
    return intern(given)


@lru_cache(maxsize=4096)
def _namespace(given: str) -> None:
    syntax.namespace(given, "metadata.namespace")


def port_name(value: Any, path: str) -> str:
    """Return the name of a port."""
    given = text(value, path)
    syntax.port_name(given, path)
    return given


def number(value: Any, path: str, first: int, last: int) -> int:
    """Return a whole number between bounds, both inclusive; `80.0` is one, for to JSON it is 80."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, float):
        raise UnreadableError(path, f"must be a whole number, not {value}")
    if not isinstance(value, int) or isinstance(value, bool):
        raise UnreadableError(path, f"must be a number, not {_kind(value)}")
    if not first <= value <= last:
        raise UnreadableError(path, f"must be {first} to {last}, not {value}")
    return value


def labels(value: Any, path: str) -> Mapping[str, str]:
    """Return labels; their values are texts, and nothing is an empty one, as in Go."""
    found = mapping(value, path)
    for key, label in found.items():
        if not isinstance(label, str):
            if label is None:
                return labels({**found, key: ""}, path)
            raise UnreadableError(f"{path}.{key}", f"a label is a text, not {_kind(label)}: quote it")
    return _kept_once(tuple(found.items()), path)


@lru_cache(maxsize=4096)
def _kept_once(labels: tuple[tuple[str, str], ...], path: str) -> Mapping[str, str]:
    """Labels of many pods are the same: what is kept once is near when it is looked at again."""
    for key, label in labels:
        syntax.label_key(key, f"{path}.{key}")
        syntax.label_value(label, f"{path}.{key}")
    return MappingProxyType({intern(key): intern(label) for key, label in labels})


def only(value: Mapping[str, Any], known: tuple[str, ...], path: str) -> None:
    """Refuse fields that the analysis does not know: they may change what is allowed."""
    for key, given in value.items():
        if key not in known and given is not None:
            here = f"{path}.{key}" if path else key
            raise UnreadableError(here, "this field is not known to the analysis")


def selector(value: Any, path: str, check_key: Callable[[str, str], None] = syntax.label_key) -> Selector:
    """Return a label selector with `matchLabels` and `matchExpressions`; `check_key` refuses wrong keys."""
    given = mapping(value, path)
    if check_key is syntax.label_key and list(given) == ["matchLabels"]:
        # Most selectors are such, and few of them differ.
        try:
            return _of_labels(tuple(given["matchLabels"].items()))
        except (UnreadableError, AttributeError, TypeError):
            # Read once more, to tell where it is wrong.
            pass
    only(given, ("matchLabels", "matchExpressions"), path)
    found: list[Requirement] = []
    here = f"{path}.matchLabels"
    for key, wanted in mapping(given.get("matchLabels"), here).items():
        if wanted is not None and not isinstance(wanted, str):
            raise UnreadableError(f"{here}.{key}", f"a label is a text, not {_kind(wanted)}: quote it")
        check_key(key, f"{here}.{key}")
        syntax.label_value(wanted or "", f"{here}.{key}")
        found.append(Requirement(key, "In", (wanted or "",)))
    for here, expression in items(given.get("matchExpressions"), f"{path}.matchExpressions"):
        found.append(_requirement(mapping(expression, here), here, check_key))
    return Selector(tuple(sorted(set(found))))


@lru_cache(maxsize=1 << 14)
def _of_labels(labels: tuple[tuple[Any, Any], ...]) -> Selector:
    for key, label in labels:
        syntax.label_key(key, "")
        syntax.label_value(label, "")
        if label is None:
            raise UnreadableError("", "nothing is an empty text")
    return Selector(tuple(sorted(Requirement(key, "In", (label,)) for key, label in labels)))


def _requirement(
    expression: Mapping[str, Any], path: str, check_key: Callable[[str, str], None]
) -> Requirement:
    only(expression, ("key", "operator", "values"), path)
    key = text(expression.get("key"), f"{path}.key")
    check_key(key, f"{path}.key")
    given = expression.get("operator")
    operator = _OPERATORS.get(given) if isinstance(given, str) else None
    if operator is None:
        raise UnreadableError(f"{path}.operator", f"must be one of {', '.join(_OPERATORS)}")
    values = list[str]()
    for here, value in items(expression.get("values"), f"{path}.values"):
        if not isinstance(value, str):
            raise UnreadableError(here, f"a label is a text, not {_kind(value)}: quote it")
        syntax.label_value(value, here)
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
