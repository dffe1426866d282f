"""Sets of labels, asked by selectors all at once."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from network.reachability import bits
from network.reachability.selectors import Requirement, Selector


class Labels:
    """Selects among numbered sets of labels; every label is looked at once."""

    def __init__(self, labels: Sequence[Mapping[str, str]]) -> None:
        indices: defaultdict[str, defaultdict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
        for index, given in enumerate(labels):
            for key, value in given.items():
                indices[key][value].append(index)
        self._every = (1 << len(labels)) - 1
        self._values = {
            key: {value: bits.of(found) for value, found in values.items()} for key, values in indices.items()
        }

    def select(self, selector: Selector) -> int:
        """Return the numbers of the labels that meet a selector."""
        found = self._every
        for requirement in selector.requirements:
            meant = self._with(requirement)
            found &= meant if requirement.operator in ("In", "Exists") else ~meant
        return found

    def _with(self, requirement: Requirement) -> int:
        values = self._values.get(requirement.key)
        if values is None:
            return 0
        meant = 0
        for value in requirement.values or values:
            meant |= values.get(value, 0)
        return meant
