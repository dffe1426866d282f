"""Values of the stack file, secrets, and defaults that change under it."""

from collections.abc import Mapping, Sequence
from typing import Any

from network.review import kinds
from network.review.differences import Path, differences, dotted
from network.review.kinds import Finding
from network.review.markdown import ABSENT, change, code, codes, counted, table
from network.review.sections import Section
from network.review.side import Side


def compare_settings(base: Side, head: Side) -> Section:
    """Return what the stack file says otherwise, and which secrets have another value."""
    given = list(differences(base.document.get("given", {}), head.document.get("given", {})))
    findings: list[Finding] = []
    if given:
        text = (
            f"{counted(len(given), 'value')} of the stack file: {codes(dotted(path) for path, *_ in given)}."
        )
        findings.append(Finding(kinds.SETTING_CHANGED, text))
    rows: list[Sequence[str]] = [
        (code(dotted(path)), code(before), code(after)) for path, before, after in given
    ]
    old, new = base.document.get("secrets", {}), head.document.get("secrets", {})
    for name in sorted(old.keys() | new.keys()):
        if old.get(name) != new.get(name):
            what = "set" if name not in old else "removed" if name not in new else "changed"
            findings.append(
                Finding(kinds.SECRET_CHANGED, f"Secret {code(name)}: {what} (encrypted, not shown).")
            )
            rows.append((code(name), "*encrypted*" if name in old else code(ABSENT), f"*{what}*"))
    return Section("Stack file", tuple(findings), table(("value", "before", "after"), rows))


def compare_defaults(base: Side, head: Side) -> Section:
    """Return values that change though the stack file is silent: another version of `network/` decides so."""
    given: tuple[Any, Any] = (base.document.get("given", {}), head.document.get("given", {}))
    changed = [
        (path, before, after)
        for path, before, after in differences(base.config, head.config)
        if all(_absent(file, path) for file in given)
    ]
    findings = tuple(
        Finding(
            kinds.DEFAULT_CHANGED,
            f"Default of {code(dotted(path))}: {change(before, after)}; the stack file does not set it.",
        )
        for path, before, after in changed
        if path[0] != "charts"  # told with the releases
    )
    rows = [(code(dotted(path)), code(before), code(after)) for path, before, after in changed]
    return Section("Defaults", findings, table(("value", "before", "after"), rows))


def _absent(given: Any, path: Path) -> bool:
    """Say whether the stack file leaves a value to its default, while it has what the value belongs to.

    The defaults of an application that a file adds or removes as a whole are no changed defaults.
    """
    for index, step in enumerate(path):
        if not isinstance(given, Mapping):
            return False
        if step not in given:
            return index > 0 or step in ("traffic", "access", "charts")
        given = given[step]
    return False
