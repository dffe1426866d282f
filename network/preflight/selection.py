"""Label selectors of live objects."""

from collections.abc import Mapping

from network.live.cluster import Object
from network.reachability import fields
from network.reachability.errors import UnreadableError


def selects(selector: Object | None, labels: Mapping[str, str] | None) -> bool:
    """Say whether a selector holds for labels; an absent or empty one holds for all. Raises ValueError."""
    try:
        return fields.selector(selector or {}, "selector").holds(labels or {})
    except UnreadableError as error:
        raise ValueError(str(error)) from None
