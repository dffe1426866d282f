"""Several ports at once (POL-7): a list of names, numbers and ranges such as `8000-8010`."""

import re
from collections.abc import Iterator, Sequence
from typing import Annotated, Any, TypeVar

from pydantic import Field, PlainValidator

from network.config.model import Finding, Location, refusal
from network.config.names import PortName, PortReference, port_reference

FIRST, LAST = 1, 65535
"""Of all ports."""
_RANGE = r"[0-9]{1,5}-[0-9]{1,5}"

Span = tuple[int, int]
"""First and last port of a range."""

Reference = TypeVar("Reference", bound=str | int)
Located = tuple[Location, Reference]
"""A port, with where it stands."""


def _reference(given: Any) -> str | int:
    if not isinstance(given, str) or not re.fullmatch(_RANGE, given):
        return port_reference(given)
    first, last = map(int, given.split("-"))
    if not FIRST <= first < last <= LAST:
        raise refusal(f"a range of ports rises, from {FIRST} to {LAST} at most", "write it like `8000-8010`")
    if (first, last) == (FIRST, LAST):
        raise refusal("it is every port, which is no declaration", "name the ports that are connected to")
    return given


PortItem = Annotated[
    str | int,
    PlainValidator(
        _reference,
        json_schema_input_type=PortName
        | Annotated[int, Field(ge=FIRST, le=LAST)]
        | Annotated[str, Field(pattern=f"^{_RANGE}$")],
    ),
]
"""A port by its name or number, or a range of numbers."""


def span(reference: PortReference) -> Span | None:
    """Return the numbers that a reference stands for; None for a port's name."""
    if isinstance(reference, int):
        return reference, reference
    if re.fullmatch(_RANGE, reference):
        first, last = map(int, reference.split("-"))
        return first, last
    return None


def meet(one: Span, other: Span) -> bool:
    """Whether two ranges have a port in common."""
    return one[0] <= other[1] and other[0] <= one[1]


def located(port: Reference | None, ports: Sequence[Reference] | None) -> tuple[Located[Reference], ...]:
    """Return what stands at `port` and in the list at `ports`, each with its place."""
    one: list[Located[Reference]] = [] if port is None else [(("port",), port)]
    return (*one, *((("ports", index), each) for index, each in enumerate(ports or ())))


def overlaps(key: Location, references: Sequence[PortReference]) -> Iterator[Finding]:
    """Yield each item of the list at `key` that holds ports of one before it."""
    for index, reference in enumerate(references):
        own = span(reference)
        for earlier in references[:index]:
            other = span(earlier)
            if reference == earlier or (own and other and meet(own, other)):
                yield Finding((*key, index), f"{earlier} before it holds the same", "remove one of them")
                break
