"""Former spellings of IPv4 addresses: `0x7f.1`, `0177.0.0.1`, `2130706433` (inet_aton(3)).

Resolvers and browsers take each for an address (WHATWG's URL Standard, "IPv4 parser"), where others look for
a name or read another number.
"""

import re
from ipaddress import IPv4Address

_LAST_IS_A_NUMBER = re.compile(r"(.*\.)?([0-9]+|0x[0-9a-f]*)", re.IGNORECASE)


def ends_in_a_number(name: str) -> bool:
    """Whether the name is an address to browsers and resolvers, or a broken one: no top-level domain is a
    number (RFC 3696, 2)."""
    return _LAST_IS_A_NUMBER.fullmatch(name) is not None


def readings(text: str) -> tuple[IPv4Address, ...]:
    """Return the addresses that readers take the text for, the resolvers' first: one of up to four numbers,
    hexadecimal behind `0x`, octal behind `0` to most readers and decimal to others."""
    found = (_read(text, leading_zero) for leading_zero in (8, 10))
    return tuple(dict.fromkeys(each for each in found if each is not None))


def _read(text: str, leading_zero: int) -> IPv4Address | None:
    try:
        *firsts, last = (_number(part, leading_zero) for part in text.lower().split("."))
    except ValueError:
        return None
    if len(firsts) > 3 or last >= 256 ** (4 - len(firsts)) or any(number > 255 for number in firsts):
        return None
    return IPv4Address(sum(number << 8 * (3 - at) for at, number in enumerate(firsts)) + last)


def _number(text: str, leading_zero: int) -> int:
    if not re.fullmatch(r"0x[0-9a-f]{0,8}|[0-9]{1,12}", text):
        raise ValueError(text)
    if text.startswith("0x"):
        return int(text[2:] or "0", 16)
    return int(text, leading_zero if text.startswith("0") else 10)


def told(text: str) -> str:
    """Return what the text is to its readers; "" if it is an address as all write it, or none."""
    found = readings(text)
    if not found or text == str(found[0]):
        return ""
    return f"`{text}` is {' to some and '.join(map(str, found))}{' to others' if len(found) > 1 else ''}"
