"""What the API lets objects, labels and ports be called.

Source: apimachinery, pkg/util/validation (IsDNS1123Label, IsDNS1123Subdomain, IsQualifiedName,
IsValidLabelValue, IsValidPortName). What is called otherwise is in no cluster: mostly a placeholder that
somebody still has to fill in.
"""

import re
from functools import lru_cache

from network.reachability.errors import UnreadableError

_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")
_SUBDOMAIN = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
_QUALIFIED = re.compile(r"[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?")
_PORT = re.compile(r"(?=.*[a-z])[a-z0-9]+(-[a-z0-9]+)*")
_PLACEHOLDER = re.compile(
    r"\$\{|\$\(|\{\{|\}\}|<[A-Za-z_. -]+>|%\(|%[A-Z_]+%|__[A-Z_]+__|@[A-Za-z_.]+@|\$[A-Z_]+"
)
_LONGEST_NAME = 253
_LONGEST_VALUE = 63
_LONGEST_PORT = 15


def name(value: str, path: str) -> None:
    """Refuse what no object can be called."""
    if len(value) > _LONGEST_NAME or not _SUBDOMAIN.fullmatch(value):
        raise _refused(value, path, "no name: lower-case letters, digits, `-` and `.`")


def namespace(value: str, path: str) -> None:
    """Refuse what no namespace can be called."""
    if not _LABEL.fullmatch(value):
        raise _refused(value, path, "no namespace: lower-case letters, digits and `-`, 63 at most")


def label_key(key: str, path: str) -> None:
    """Refuse what no label can be called."""
    if not _is_key(key):
        raise _refused(key, path, "no label's key: letters, digits, `-`, `_` and `.`, a domain before `/`")


def label_value(value: str, path: str) -> None:
    """Refuse what no label can have as its value; an empty text is one."""
    if not _is_value(value):
        raise _refused(value, path, "no label's value: letters, digits, `-`, `_` and `.`, 63 at most")


def port_name(value: str, path: str) -> None:
    """Refuse what no port can be called, a number in quotes among it."""
    if value.isascii() and value.isdecimal():
        raise UnreadableError(path, f'"{value}" is a text, and no port is called so: write {value}, unquoted')
    if len(value) > _LONGEST_PORT or not _PORT.fullmatch(value):
        raise _refused(value, path, "no port's name: lower-case letters, digits and `-`, 15 at most")


# The same few texts stand in many objects.
@lru_cache(maxsize=1 << 14)
def _is_key(key: str) -> bool:
    prefix, slash, rest = key.rpartition("/")
    if slash and (len(prefix) > _LONGEST_NAME or not _SUBDOMAIN.fullmatch(prefix)):
        return False
    return _QUALIFIED.fullmatch(rest) is not None


@lru_cache(maxsize=1 << 14)
def _is_value(value: str) -> bool:
    return not value or _QUALIFIED.fullmatch(value) is not None


def _refused(value: str, path: str, rule: str) -> UnreadableError:
    shown = value if len(value) <= _LONGEST_VALUE + 20 else f"{value[:_LONGEST_VALUE]}…"
    if _PLACEHOLDER.search(value):
        return UnreadableError(
            path, f"`{shown}` is a placeholder: fill it in first (render or build the files)"
        )
    return UnreadableError(path, f"`{shown}` is {rule}")


def is_host(text: str) -> bool:
    """Say whether a text is the name of a host, such as `api.example.com` or `*.example.com`.

    One that ends in a number is a broken address instead (WHATWG's URL, "ends in a number").
    """
    name = text.removeprefix("*.").lower().removesuffix(".")
    return "." in text and _SUBDOMAIN.fullmatch(name) is not None and not name.rpartition(".")[2].isdecimal()
