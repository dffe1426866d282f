"""The part of RE2's syntax that routes are written in, as a tree (https://github.com/google/re2/wiki/Syntax).

Groups only group, and lazy counts fit what others do: here it matters what fits, not what is caught.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

LAST = 0x10FFFF
"""The last character of Unicode."""
DEEPEST = 50
"""Groups in groups that are read."""

Ranges = tuple[tuple[int, int], ...]
"""Characters: ranges with both ends."""
Edge = Literal["start", "end"]
"""Of the text."""


class UndecidedError(Exception):
    """The expression holds what is not read here, or is too large."""


@dataclass(frozen=True)
class Characters:
    """One character of some."""

    ranges: Ranges


@dataclass(frozen=True)
class Sequence:
    """One after the other."""

    nodes: tuple["Node", ...]


@dataclass(frozen=True)
class Alternatives:
    """One of them."""

    nodes: tuple["Node", ...]


@dataclass(frozen=True)
class Repeated:
    """As often as this; without end if `most` is None."""

    node: "Node"
    least: int
    most: int | None


Node = Characters | Sequence | Alternatives | Repeated | Edge

_SETS: dict[str, str] = {"d": "09", "w": "09AZ__az", "s": "\t\n\f\r  "}
"""Ends of the ranges of Perl's classes."""
_CONTROLS = {"a": "\a", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_COUNT = re.compile(r"\{([0-9]{1,4})(?:(,)([0-9]{1,4})?)?\}")
_GROUP = re.compile(r"\((?:\?:|\?P?<[A-Za-z0-9_]+>|(?!\?))")


def parsed(regex: str) -> Node:
    """Return the tree of an expression that RE2 takes. Raises UndecidedError."""
    reader = _Reader(regex)
    node = reader.alternatives(0)
    if not reader.at_end:
        raise UndecidedError
    return node


def negated(ranges: Iterable[tuple[int, int]]) -> Ranges:
    """Return all other characters."""
    others: list[tuple[int, int]] = []
    free = 0
    for low, high in sorted(ranges):
        if low > free:
            others.append((free, low - 1))
        free = max(free, high + 1)
    return (*others, (free, LAST)) if free <= LAST else tuple(others)


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0

    @property
    def at_end(self) -> bool:
        return self._at == len(self._text)

    def _next(self) -> str:
        if self.at_end:
            raise UndecidedError
        self._at += 1
        return self._text[self._at - 1]

    def _takes(self, text: str) -> bool:
        if self._text.startswith(text, self._at):
            self._at += len(text)
            return True
        return False

    def alternatives(self, depth: int) -> Node:
        """Read up to the end of a group."""
        if depth > DEEPEST:
            raise UndecidedError
        found: list[Node] = [self._sequence(depth)]
        while self._takes("|"):
            found.append(self._sequence(depth))
        return found[0] if len(found) == 1 else Alternatives(tuple(found))

    def _sequence(self, depth: int) -> Node:
        nodes: list[Node] = []
        while not self.at_end and self._text[self._at] not in "|)":
            nodes.append(self._counted(self._one(depth)))
        return Sequence(tuple(nodes))

    def _counted(self, node: Node) -> Node:
        counts = {"*": (0, None), "+": (1, None), "?": (0, 1)}
        while not self.at_end:
            sign = self._text[self._at]
            count = _COUNT.match(self._text, self._at)
            if sign in counts:
                self._at += 1
                node = Repeated(node, *counts[sign])
            elif count:
                self._at = count.end()
                least = int(count[1])
                node = Repeated(node, least, (int(count[3]) if count[3] else None) if count[2] else least)
            else:
                break
            self._takes("?")
        return node

    def _one(self, depth: int) -> Node:
        group = _GROUP.match(self._text, self._at)
        if group:
            self._at = group.end()
            node = self.alternatives(depth + 1)
            if not self._takes(")"):
                raise UndecidedError
            return node
        sign = self._next()
        if sign == "\\":
            return self._escaped()
        if sign == "[":
            return Characters(self._class())
        if sign == "^":
            return "start"
        if sign == "$":
            return "end"
        if sign == ".":
            return Characters(negated([(10, 10)]))
        if sign in "({*+?":
            raise UndecidedError
        return Characters(((ord(sign), ord(sign)),))

    def _escaped(self) -> Node:
        sign = self._next()
        if sign == "A":
            return "start"
        if sign == "z":
            return "end"
        return Characters(_of_escape(sign))

    def _class(self) -> Ranges:
        negative = self._takes("^")
        ranges: list[tuple[int, int]] = []
        first = True
        while first or not self._takes("]"):
            first = False
            low = self._member()
            if len(low) == 1 and low[0][0] == low[0][1] and self._is_range():
                self._at += 1
                (end,) = self._member()
                low = ((low[0][0], end[1]),)
            ranges += low
        return negated(ranges) if negative else tuple(ranges)

    def _is_range(self) -> bool:
        return self._text.startswith("-", self._at) and not self._text.startswith("-]", self._at)

    def _member(self) -> Ranges:
        if self._text.startswith("[:", self._at):
            raise UndecidedError
        sign = self._next()
        return _of_escape(self._next()) if sign == "\\" else ((ord(sign), ord(sign)),)


def _of_escape(sign: str) -> Ranges:
    if sign.lower() in _SETS:
        ends = [ord(each) for each in _SETS[sign.lower()]]
        ranges = tuple(zip(ends[::2], ends[1::2], strict=True))
        return ranges if sign.islower() else negated(ranges)
    character = _CONTROLS.get(sign, sign if sign.isascii() and not sign.isalnum() else "")
    if character:
        return ((ord(character), ord(character)),)
    raise UndecidedError
