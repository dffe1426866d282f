"""Volumes of the account that claims of the platform make: their cost, and what becomes of them (OBS-7)."""

from collections.abc import Iterator, Mapping
from typing import Any

from network.plan.model.volumes import DOLLARS_PER_GIBIBYTE
from network.review import kinds
from network.review.kinds import Finding
from network.review.markdown import change, code, counted, table
from network.review.sections import Section
from network.review.side import Side


def compare(base: Side, head: Side) -> Section:
    """Return what volumes cost more or less, and which go or are left."""
    old, new = _by_name(base), _by_name(head)
    findings = [
        *_cost(old, new),
        *(finding for name, before in old.items() for finding in _fewer(name, before, new.get(name))),
    ]
    names = [name for name in {**old, **new} if old.get(name) != new.get(name)]
    rows = [(code(name), _described(old.get(name)), _described(new.get(name))) for name in names]
    return Section("Volumes", tuple(findings), table(("of", "before", "after"), rows))


def _by_name(side: Side) -> dict[str, Mapping[str, Any]]:
    return {each["name"]: each for each in side.document.get("volumes", [])}


def _cost(old: Mapping[str, Mapping[str, Any]], new: Mapping[str, Mapping[str, Any]]) -> Iterator[Finding]:
    before, after = (sum(map(_gibibytes, side.values())) for side in (old, new))
    if before != after:
        yield Finding(
            kinds.VOLUMES_COST,
            f"Volumes: {change(before, after)} GiB, which cost {change(_dollars(before), _dollars(after))} "
            "dollars a month.",
        )


def _fewer(name: str, before: Mapping[str, Any], after: Mapping[str, Any] | None) -> Iterator[Finding]:
    gone = before["count"] - (after["count"] if after else 0)
    if gone <= 0:
        return
    what = f"{counted(gone, 'volume')} of {code(name)} with {before['gibibytes']} GiB"
    if before["kept"] or after:
        cost = _dollars(gone * before["gibibytes"])
        yield Finding(
            kinds.VOLUME_LEFT,
            f"{what} left in the account: {cost} dollars a month until somebody deletes what is no longer "
            "needed.",
        )
    else:
        yield Finding(kinds.VOLUME_DELETED, f"{what} deleted, with what is in it.")


def _gibibytes(volumes: Mapping[str, Any]) -> int:
    return volumes["count"] * volumes["gibibytes"]


def _dollars(gibibytes: int) -> str:
    return f"{gibibytes * DOLLARS_PER_GIBIBYTE:.2f}"


def _described(volumes: Mapping[str, Any] | None) -> str:
    if volumes is None:
        return "none"
    fate = "kept when its owner goes" if volumes["kept"] else "deleted with its owner"
    return (
        f"{volumes['count']} of {volumes['gibibytes']} GiB, {_dollars(_gibibytes(volumes))} dollars a month, "
        f"{fate}"
    )
