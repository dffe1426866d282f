"""Sets of small whole numbers as the bits of one integer."""

from collections.abc import Sequence

_FEW = 8


def of(indices: Sequence[int]) -> int:
    """Return the set of the indices."""
    if len(indices) <= _FEW:
        bits = 0
        for index in indices:
            bits |= 1 << index
        return bits
    # One pass over bytes: a chain of `|=` would copy the growing integer for each index.
    packed = bytearray((max(indices) >> 3) + 1)
    for index in indices:
        packed[index >> 3] |= 1 << (index & 7)
    return int.from_bytes(packed, "little")


def members(bits: int) -> list[int]:
    """Return the indices in the set, in order."""
    found: list[int] = []
    if bits.bit_count() <= _FEW:
        while bits:
            lowest = bits & -bits
            found.append(lowest.bit_length() - 1)
            bits ^= lowest
        return found
    digits = bin(bits)[:1:-1]
    at = digits.find("1")
    while at >= 0:
        found.append(at)
        at = digits.find("1", at + 1)
    return found


def first(bits: int) -> int:
    """Return the lowest index of a set that is not empty."""
    return (bits & -bits).bit_length() - 1
