"""What an expression fits compared with what another fits, where that can be decided (ING-2).

Reads the part of RE2's syntax that routes are written in (literals, classes, groups, alternatives, counts,
anchors) into automata, and walks both at once over one character of each kind that they tell apart. What
else RE2 has (flags, word boundaries, classes of Unicode), and expressions that grow beyond a bound, are
undecided. `tests/unit/config/test_regex_sets.py` holds this together with RE2 itself.
"""

import functools
from dataclasses import dataclass, field

from network.config.regex_syntax import (
    LAST,
    Alternatives,
    Characters,
    Edge,
    Node,
    Ranges,
    Repeated,
    Sequence,
    UndecidedError,
    parsed,
)

MOST_STATES = 2_000
"""Of an automaton."""
LINE_BREAK = ord("\n")
"""Left out, since nobody who writes `.*` thinks of it."""
MOST_PAIRS = 2_000
"""Of sets of states, one of each automaton."""

States = frozenset[int]


def covers(wide: str, narrow: str, beginning: str = "") -> bool | None:
    """Whether each line that `narrow` matches somewhere, `wide` does too; None if that is undecided.

    `beginning` is what all lines begin with.
    """
    return _never(narrow, wide, beginning, False)


def apart(one: str, other: str, beginning: str = "") -> bool | None:
    """Whether no line fits both; None if that is undecided."""
    return _never(one, other, beginning, True)


@functools.lru_cache(maxsize=4096)
def _never(one: str, other: str, beginning: str, fits: bool) -> bool | None:
    """Whether there is no line that fits the one expression, and the other if `fits`, else not the other."""
    try:
        first, second = _automaton(one), _automaton(other)
    except UndecidedError:
        return None
    start = first.begun(), second.begun()
    for at, character in enumerate(beginning):
        start = (
            first.after(start[0], ord(character), at == 0),
            second.after(start[1], ord(character), at == 0),
        )
    # The same states of the one meet several of the other.
    mine_after, theirs_after = functools.cache(first.after), functools.cache(second.after)
    bounds = {0, LINE_BREAK + 1, *first.bounds, *second.bounds}
    kinds = sorted(bound for bound in bounds if bound <= LAST and bound != LINE_BREAK)
    # The start is none of those seen: behind characters the same states no longer stand at the start.
    seen: set[tuple[States, States]] = set()
    pending = [(start, not beginning)]
    while pending:
        (mine, theirs), at_start = pending.pop()
        if first.ends(mine, at_start) and second.ends(theirs, at_start) == fits:
            return False
        for kind in kinds:
            following = mine_after(mine, kind, at_start), theirs_after(theirs, kind, at_start)
            # What is decided whatever follows leads nowhere else.
            hopeless = not following[0] or (second.is_done(following[1]) and not fits)
            if not hopeless and following not in seen:
                if len(seen) >= MOST_PAIRS:
                    return None
                seen.add(following)
                pending.append((following, False))
    return True


@dataclass
class _Automaton:
    """States by number; 0 is the start, 1 says that the expression has matched."""

    free: list[list[int]] = field(default_factory=lambda: [[], []])
    """State -> states that it is at the same time."""
    anchored: list[list[tuple[Edge, int]]] = field(default_factory=lambda: [[], []])
    """The same at an end of the text only."""
    moves: list[list[tuple[Ranges, int]]] = field(default_factory=lambda: [[], []])
    bounds: set[int] = field(default_factory=set[int])
    """Characters at which a range begins, or another one behind its end."""

    def state(self) -> int:
        if len(self.free) >= MOST_STATES:
            raise UndecidedError
        for each in (self.free, self.anchored, self.moves):
            each.append([])
        return len(self.free) - 1

    def add(self, node: Node, start: int, end: int) -> None:
        """Join two states by what the node fits."""
        if isinstance(node, Characters):
            self.moves[start].append((node.ranges, end))
            self.bounds.update(bound for low, high in node.ranges for bound in (low, high + 1))
        elif isinstance(node, Alternatives):
            for each in node.nodes:
                self.add(each, start, end)
        elif isinstance(node, Sequence):
            for each in node.nodes:
                following = self.state()
                self.add(each, start, following)
                start = following
            self.free[start].append(end)
        elif isinstance(node, Repeated):
            self._repeat(node, start, end)
        else:
            self.anchored[start].append((node, end))

    def _repeat(self, node: Repeated, start: int, end: int) -> None:
        for _ in range(node.least):
            following = self.state()
            self.add(node.node, start, following)
            start = following
        if node.most is None:
            around = self.state()
            self.free[start].append(around)
            self.add(node.node, around, self._back(around))
            start = around
        for _ in range((node.most or 0) - node.least):
            self.free[start].append(end)
            following = self.state()
            self.add(node.node, start, following)
            start = following
        self.free[start].append(end)

    def _back(self, around: int) -> int:
        state = self.state()
        self.free[state].append(around)
        return state

    def begun(self) -> States:
        """Return the states before any character."""
        return frozenset([0])

    def after(self, states: States, character: int, at_start: bool) -> States:
        """Return the states after a character. A match may begin behind it, and stays once it is made."""
        closed = self._closed(states, ("start",) if at_start else ())
        if 1 in closed:
            return frozenset([1])
        moved = {
            target
            for state in closed
            for ranges, target in self.moves[state]
            if any(low <= character <= high for low, high in ranges)
        }
        following = self._closed(frozenset({0, *moved}), ())
        return frozenset([1]) if 1 in following else following

    def ends(self, states: States, at_start: bool) -> bool:
        """Whether a text that ends here fits."""
        return 1 in self._closed(states, ("start", "end") if at_start else ("end",))

    def is_done(self, states: States) -> bool:
        """Whether every text fits, whatever follows."""
        return 1 in states

    def _closed(self, states: States, edges: tuple[Edge, ...]) -> States:
        closed, pending = set(states), list(states)
        while pending:
            state = pending.pop()
            targets = [*self.free[state], *(to for edge, to in self.anchored[state] if edge in edges)]
            pending += [target for target in targets if target not in closed]
            closed.update(targets)
        return frozenset(closed)


@functools.lru_cache(maxsize=4096)
def _automaton(regex: str) -> _Automaton:
    automaton = _Automaton()
    automaton.add(parsed(regex), 0, 1)
    return automaton
