"""What a scalar without quotes is: as Pulumi's YAML library reads it, and whether others agree.

Pulumi reads with go-yaml v3, which takes words from YAML 1.2 and numbers from 1.1 and 1.2 both; what it has
read goes to the program as JSON. Editors, PyYAML and `yq` follow one version or the other.
"""

import re
from dataclasses import dataclass
from typing import Any

NULLS = ("", "~", "null", "Null", "NULL")
BOOLEANS = {
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
OLD_BOOLEANS = {
    **{word: "true" for each in ("yes", "on") for word in (each, each.capitalize(), each.upper())},
    **{word: "false" for each in ("no", "off") for word in (each, each.capitalize(), each.upper())},
}
"""Booleans of YAML 1.1, text in 1.2; no reader in use takes its `y` and `n` for such."""
LARGEST_INTEGER = 2**53
"""What every reader of JSON holds exactly, with either sign; `pulumi config` rounds what is beyond."""

MOST_DIGITS = 20
"""Characters of a number that is neither rounded nor a mistake."""

_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_FRACTION = re.compile(r"[-+]?(0|[1-9][0-9]*)\.[0-9]+")
_NUMBER = re.compile(
    r"[-+]?(0[bB][01]+|0[oO][0-7]+|0[xX][0-9a-fA-F]+"
    r"|([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]+)?|\.(inf|Inf|INF))|\.(nan|NaN|NAN)"
)
"""Every number of YAML 1.1 and 1.2, without the underscores that 1.1 allows."""
_SIXTIES = re.compile(r"[-+]?[1-9][0-9_]*(:[0-5]?[0-9])+|[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+\.[0-9_]*")
"""Numbers to the base of 60, of YAML 1.1."""
_DATE = re.compile(
    r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}"
    r"(([Tt]|[ \t]+)[0-9]{1,2}:[0-9]{1,2}:[0-9]{1,2}(\.[0-9]*)?([ \t]*(Z|[-+][0-9]{1,2}(:?[0-9]{2})?))?)?"
)


@dataclass(frozen=True)
class Reading:
    """What a scalar is."""

    value: Any
    """As Pulumi reads it; the text itself where Pulumi has no value for it."""
    rule: str = ""
    """Why it is refused; "" if every reader agrees."""
    fix: str = ""


def plain(text: str) -> Reading:
    """Return the reading of a scalar without quotes."""
    if text in NULLS:
        return Reading(None)
    if text in BOOLEANS:
        return Reading(BOOLEANS[text])
    if text in OLD_BOOLEANS:
        meant = OLD_BOOLEANS[text]
        return Reading(
            text,
            f"`{text}` is text to Pulumi, and `{meant}` to other readers of YAML",
            f'write `{meant}`, or `"{text}"` where the text is meant',
        )
    if text in ("=", "<<"):
        return Reading(text, f"`{text}` has a meaning of its own to some readers of YAML", _quoted(text))
    if text[0].isascii() and text[0] in "0123456789+-.":
        return _numeric(text)
    return Reading(text)


def _numeric(text: str) -> Reading:
    if _INTEGER.fullmatch(text):
        return _integer(text)
    if _DATE.fullmatch(text):
        return Reading(text, f"`{text}` is a date to Pulumi, which passes on another text", _quoted(text))
    if _SIXTIES.fullmatch(text):
        return Reading(
            text, f"`{text}` is text to Pulumi, and a number to the base of 60 to others", _quoted(text)
        )
    if _NUMBER.fullmatch(digits := text.replace("_", "")):
        return _number(text, digits)
    return Reading(text)


def _integer(text: str) -> Reading:
    # Python refuses to convert numbers of thousands of digits.
    if len(text) > MOST_DIGITS or abs(int(text)) > LARGEST_INTEGER:
        return Reading(text, "a whole number of so many digits is rounded", _plainly(text))
    return Reading(int(text))


def _number(text: str, digits: str) -> Reading:
    if digits[-3:].lower() in ("inf", "nan"):
        return Reading(
            text, f"`{text}` is a number that JSON lacks, which Pulumi cannot pass on", _quoted(text)
        )
    meant = _meant(digits)
    if meant:
        return Reading(
            int(meant[0]),
            f"`{text}` is {meant[0]} to Pulumi, and not to every reader of YAML",
            f'write {" or ".join(f"`{each}`" for each in meant)}, or `"{text}"` where the text is meant',
        )
    if _FRACTION.fullmatch(text) and len(text) <= MOST_DIGITS:
        return Reading(float(text))
    return Reading(text, f"readers of YAML differ over the number `{text}`", _plainly(text))


def _meant(digits: str) -> list[str]:
    """Return the whole numbers that may be meant, Pulumi's reading first; none if it is no whole number."""
    sign = "-" if digits[0] == "-" else ""
    body = digits.lstrip("+-")
    if len(body) > MOST_DIGITS:
        return []
    readings: list[float] = []
    for prefix, base in (("0x", 16), ("0b", 2), ("0o", 8), ("0", 8)):
        if body.lower().startswith(prefix) and _is_of_base(body[len(prefix) :], base):
            readings.append(int(body[len(prefix) :], base))
            break
    if not re.match("0[xXbBoO]", body):
        readings.append(int(body) if body.isdigit() else float(body))
    if not all(each % 1 == 0 and each <= LARGEST_INTEGER for each in readings):
        return []
    return list(dict.fromkeys(f"{sign}{int(each)}" for each in readings))


def _is_of_base(digits: str, base: int) -> bool:
    try:
        int(digits, base)
    except ValueError:
        return False
    return True


def _quoted(text: str) -> str:
    return f'write `"{text}"` in quotes'


def _plainly(text: str) -> str:
    return f'write fewer digits and no exponent, or `"{text}"` where the text is meant'
