"""Sets of whole numbers as sorted, disjoint, inclusive intervals that do not touch."""

from collections.abc import Iterable

Intervals = tuple[tuple[int, int], ...]


def normalised(pairs: Iterable[tuple[int, int]]) -> Intervals:
    """Return the set of all numbers of the pairs (first, last); a pair may overlap others."""
    merged: list[tuple[int, int]] = []
    for first, last in sorted(pairs):
        if first > last:
            raise ValueError(f"an interval cannot run from {first} to {last}")
        if merged and first <= merged[-1][1] + 1:
            if last > merged[-1][1]:
                merged[-1] = (merged[-1][0], last)
        else:
            merged.append((first, last))
    return tuple(merged)


def union(one: Intervals, other: Intervals) -> Intervals:
    """Return what is in either."""
    if not one or not other:
        return one or other
    return normalised((*one, *other))


def intersection(one: Intervals, other: Intervals) -> Intervals:
    """Return what is in both."""
    common: list[tuple[int, int]] = []
    here = there = 0
    while here < len(one) and there < len(other):
        first = max(one[here][0], other[there][0])
        last = min(one[here][1], other[there][1])
        if first <= last:
            common.append((first, last))
        if one[here][1] < other[there][1]:
            here += 1
        else:
            there += 1
    return tuple(common)


def difference(one: Intervals, other: Intervals) -> Intervals:
    """Return what is in `one` and not in `other`."""
    left: list[tuple[int, int]] = []
    there = 0
    for start, last in one:
        first = start
        while there < len(other) and other[there][1] < first:
            there += 1
        step = there
        while step < len(other) and other[step][0] <= last:
            if other[step][0] > first:
                left.append((first, other[step][0] - 1))
            first = other[step][1] + 1
            step += 1
        if first <= last:
            left.append((first, last))
    return tuple(left)


def size(intervals: Intervals) -> int:
    """Return how many numbers are in the set."""
    return sum(last - first + 1 for first, last in intervals)
