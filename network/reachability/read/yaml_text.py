"""YAML as kubectl reads it: go-yaml's version 2, whose scalars are those of YAML 1.1 but for a few.

Two readers give the same values: a fast one (YAML 1.2) for texts without any scalar on which the two
versions differ, and PyYAML with go-yaml's rules for everything else. What the fast one refuses the other
reads again, so that there is one kind of message, with the line.

Source of the rules: sigs.k8s.io/yaml, goyaml.v2/resolve.go.
"""

import gc
import json
import math
import re
from collections.abc import Iterator
from typing import Any

import yaml
import yaml_rs

_LOADER: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml's, ten times as fast, where PyYAML was built with it."""

_TRUE = frozenset(("y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"))
_FALSE = frozenset(("n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"))
_INTEGER = re.compile(r"[-+]?(0[bB][01]+|0[oO]?[0-7]+|0[xX][0-9a-fA-F]+|0|[1-9][0-9]*)")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")

_DIFFERS = re.compile(
    r"(?:^|[\[{,:])"
    r"(?:[yYnN]|yes|Yes|YES|no|No|NO|on|On|ON|off|Off|OFF"
    # Octal, hexadecimal and binary numbers, signs, `_`, exponents; and what begins or ends with a dot.
    r"|[-+]?0[0-9_xXoObB][0-9a-fA-F_.]*|\+[0-9.].*|-?[0-9]+_[0-9_.]*|-?[0-9.]+[eE][-+]?[0-9]+"
    r"|-?\.[0-9]+|-?[0-9]+\.|[-+]?\.(?:inf|Inf|INF|nan|NaN|NAN)|[0-9]{16,}"
    # Merges, anchors, aliases, tags, complex keys.
    r"|<<|[&*!?].*)"
    r"(?:$|[\]},:])"
    # Keys that are nothing, and block scalars that keep empty lines at their end.
    r"|^:|[|>][-0-9]*\+"
)
"""Finds in a word what the two versions may read differently, wherever a scalar may begin in it."""
_NO_NAME = re.compile(r'\s*in "<(?:unicode|byte) string>",')
"""What PyYAML calls a text that has no file's name; whoever reads a file names it."""
_USUAL = bytes(range(0x20, 0x7F)) + b"\n"
"""Characters that both take alike; beyond ASCII only some are."""
_UNUSUAL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\ufeff\u2028\u2029\ud800-\udfff]")


def documents(content: bytes) -> list[Any]:
    """Return the documents of a text, JSON or YAML, one or several.

    Raises ValueError with the line for what kubectl would refuse.
    """
    text = _decoded(content)
    if text.lstrip()[:1] in ("{", "["):
        try:
            return list(_json(text))
        except json.JSONDecodeError:
            # YAML may begin so too.
            pass
    return fast(text) if reads_alike(text) else slow(text)


def _decoded(content: bytes) -> str:
    for mark, encoding in (
        (b"\xef\xbb\xbf", "utf-8-sig"),
        (b"\xff\xfe", "utf-16"),
        (b"\xfe\xff", "utf-16"),
    ):
        if content.startswith(mark):
            return content.decode(encoding).replace("\r\n", "\n")
    return content.decode().replace("\r\n", "\n")


# --- JSON ------------------------------------------------------------------------------------------------


def _json(text: str) -> Iterator[Any]:
    """Yield the values of a stream; surrogates without a partner become the sign for that, as in Go."""
    decoder = json.JSONDecoder(object_pairs_hook=_pairs, parse_float=_json_float, parse_constant=_no_constant)
    at = len(text) - len(text.lstrip())
    while at < len(text):
        value, end = decoder.raw_decode(text, at)
        yield value
        rest = re.compile(r"\s*(?:---\s*)?").match(text, end)
        at = rest.end() if rest else end


def _json_float(text: str) -> float:
    """Return a number with a fraction or an exponent; Go refuses those that none of its floats can hold."""
    found = float(text)
    if math.isinf(found):
        raise ValueError(f"{text} is no number that JSON can hold")
    return found


def _no_constant(text: str) -> object:
    """Refuse what Python reads beyond JSON."""
    raise ValueError(f"{text} is no number of JSON")


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise ValueError(f"the key `{key}` is there twice")
            seen.add(key)
    return found


# --- YAML, fast ------------------------------------------------------------------------------------------


def reads_alike(text: str) -> bool:
    """Say whether both readers surely give the same."""
    if "{{" in text or text.startswith("%") or "\n%" in text:
        return False
    if not text.endswith("\n") and ("|" in text or ">" in text):
        return False
    if text.encode().translate(None, _USUAL) and _UNUSUAL.search(text):
        return False
    return not any(map(_DIFFERS.search, set(text.split())))


def fast(text: str) -> list[Any]:
    """Return the documents of a text on which both readers agree."""
    running = gc.isenabled()
    # Nothing of what is made here can be garbage.
    gc.disable()
    try:
        # With a document after the last one the answer is always a list.
        found = yaml_rs.loads(
            f"{text}\n---\n",
            parse_datetime=False,
            duplicate_key_policy=yaml_rs.DuplicateKeyPolicy.Error,
        )
    except yaml_rs.YAMLDecodeError:
        return slow(text)
    finally:
        if running:
            gc.enable()
    return found[:-1] if isinstance(found, list) else slow(text)


# --- YAML, with go-yaml's rules --------------------------------------------------------------------------


class _Loader(_LOADER):  # pyright: ignore[reportUntypedBaseClass]
    """Reads scalars as go-yaml does, and refuses keys that are there twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """Return a mapping; a key of its own goes before one that is merged."""
        seen: set[object] = set()
        for key, _ in node.value:
            if key.tag == "tag:yaml.org,2002:merge":
                continue
            value = self.construct_object(key, deep=True)
            if isinstance(value, list | dict):
                raise yaml.constructor.ConstructorError(None, None, "a key is a scalar", key.start_mark)
            if value in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key `{value}` is there twice", key.start_mark
                )
            seen.add(value)
        return super().construct_mapping(node, deep=deep)


_Loader.yaml_implicit_resolvers = {}


def _resolves(tag: str, pattern: str) -> None:
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(f"^(?:{pattern})$"), None)


_resolves("bool", "|".join(sorted(_TRUE | _FALSE)))
_resolves("null", "~|null|Null|NULL|")
_resolves("merge", "<<")
_resolves("int", _INTEGER.pattern)
_resolves("int", r"[-+]?[0-9][0-9_]*_[0-9_]*")
_resolves("float", _FLOAT.pattern)
_resolves("float", r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")


def _construct_bool(loader: _Loader, node: yaml.ScalarNode) -> bool:
    return loader.construct_scalar(node) in _TRUE


def _construct_float(loader: _Loader, node: yaml.ScalarNode) -> object:
    text = loader.construct_scalar(node)
    if text.lstrip("+-")[:2].lower() in (".i", ".n"):
        # kubectl makes JSON of it, which has no such number.
        raise yaml.constructor.ConstructorError(None, None, f"`{text}` is no number of JSON", node.start_mark)
    found = float(text.replace("_", ""))
    # To go-yaml a number that no float can hold is a text, as a commit's hash may be one.
    return text if math.isinf(found) else found


def _construct_int(loader: _Loader, node: yaml.ScalarNode) -> object:
    text = loader.construct_scalar(node)
    plain = text.replace("_", "")
    sign, digits = (-1, plain[1:]) if plain.startswith("-") else (1, plain.lstrip("+"))
    if not _INTEGER.fullmatch(plain):
        return float(plain) if _FLOAT.fullmatch(plain) else text
    if digits[:2].lower() in ("0x", "0o", "0b"):
        return sign * int(digits, 0)
    return sign * (int(digits, 8) if digits.startswith("0") else int(digits))


_Loader.add_constructor("tag:yaml.org,2002:bool", _construct_bool)
_Loader.add_constructor("tag:yaml.org,2002:int", _construct_int)
_Loader.add_constructor("tag:yaml.org,2002:float", _construct_float)


_DEEPEST = 200
"""Levels of nesting; Kubernetes objects have about 20."""
_NODES = 20_000_000
"""Values in one document with its aliases written out: an alias of aliases may stand for billions."""


def slow(text: str) -> list[Any]:
    """Return the documents of any text. Raises ValueError, with the line where there is one."""
    found: list[Any] = []
    try:
        for document in yaml.load_all(text, _Loader):
            _check_size(document)
            found.append(document)
    except yaml.YAMLError as error:
        raise ValueError(_NO_NAME.sub(" at", str(error))) from error
    return found


def _check_size(document: Any) -> None:
    """Refuse what contains itself, or what is small only because of aliases. Raises ValueError."""
    sizes: dict[int, int] = {}
    open_: set[int] = set()

    def size(value: Any, depth: int) -> int:
        if not isinstance(value, dict | list):
            return 1
        known = sizes.get(id(value))
        if known is not None:
            return known
        if id(value) in open_:
            raise ValueError("an anchor contains an alias of itself")
        if depth > _DEEPEST:
            raise ValueError(f"nested deeper than {_DEEPEST} levels")
        open_.add(id(value))
        total = 1 + sum(
            size(each, depth + 1) for each in (value.values() if isinstance(value, dict) else value)
        )
        open_.discard(id(value))
        if total > _NODES:
            raise ValueError(f"more than {_NODES:,} values once its aliases are written out")
        sizes[id(value)] = total
        return total

    size(document, 0)
