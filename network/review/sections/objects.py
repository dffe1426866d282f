"""Kubernetes objects and Helm releases: what is deleted, made anew, upgraded and updated."""

from collections.abc import Iterator

from network.review import kinds
from network.review.differences import differences, dotted
from network.review.document import Document
from network.review.kinds import Finding
from network.review.markdown import ABSENT, change, code, codes, counted, table
from network.review.replacement import RELEASE_REPLACES, Change, is_lower, numbers, object_replaces
from network.review.sections import Section
from network.review.side import Side, title_of


def compare(base: Side, head: Side) -> Section:
    """Return what happens inside the cluster."""
    rows = list(_rows(base, head))
    findings = [*_namespaces(base, head), *_replaced(base, head), *_releases(base, head)]
    if rows:
        effects = [row[1] for row in rows]
        parts = [
            f"{effects.count(effect):,} {effect}"
            for effect in ("made", "updated", "removed")
            if effect in effects
        ]
        text = f"{counted(len(rows), 'object')} in the cluster: {', '.join(parts)}."
        findings.append(Finding(kinds.OBJECTS_CHANGED, text))
    return Section("Kubernetes objects", tuple(findings), table(("object", "", "what"), rows))


def _namespaces(base: Side, head: Side) -> Iterator[Finding]:
    for name in sorted(base.owned - head.owned - head.adopted):
        what = (
            ", the teams' workloads and volumes included: no application has it any more. To keep it, "
            "first set `createNamespace: false` and run `up`."
            if name in base.of_applications
            else ": the platform's own pods, and what they keep."
        )
        text = f"**Namespace {code(name)} is deleted with everything in it**{what}"
        yield Finding(kinds.NAMESPACE_DESTROYED, text)
    for name in sorted(base.owned & head.adopted):
        text = (
            f"Namespace {code(name)} is handed over: it stays with everything in it, also when its "
            "application or the stack goes."
        )
        yield Finding(kinds.OWNERSHIP_GIVEN_UP, text)
    for name in sorted(base.adopted & head.owned):
        text = f"Namespace {code(name)} becomes the program's: it goes with its application, all in it too."
        yield Finding(kinds.PROTECTION_REMOVED, text)


def _replaced(base: Side, head: Side) -> Iterator[Finding]:
    for key, before in base.objects.items():
        after = head.objects.get(key)
        for path, old, new in () if after is None else differences(before, after):
            each = Change(path, old, new)
            if object_replaces(key[0], each):
                text = f"{code(title_of(key))} is replaced: {code(each.name)} {change(old, new)}."
                yield Finding(kinds.OBJECT_REPLACED, text)


def _releases(base: Side, head: Side) -> Iterator[Finding]:
    for name, before in base.releases.items():
        after = head.releases.get(name)
        if after is None:
            yield Finding(kinds.OBJECT_REPLACED, f"Helm release {code(name)} is uninstalled.")
            continue
        if after.get("adopted") and not before.get("adopted"):
            text = (
                f"Helm release {code(name)} is taken over: `up` imports it, and upgrades it to this chart "
                "with this platform's values. `destroy` leaves it."
            )
            yield Finding(kinds.ADOPTED, text)
        elif before.get("adopted") and not after.get("adopted"):
            text = f"Helm release {code(name)} becomes the program's: it is uninstalled with the stack."
            yield Finding(kinds.PROTECTION_REMOVED, text)
        for field in RELEASE_REPLACES:
            if before[field] != after[field]:
                text = (
                    f"Helm release {code(name)} is replaced: {field} {change(before[field], after[field])}."
                )
                yield Finding(kinds.OBJECT_REPLACED, text)
        yield from _chart(name, before["chart"], after["chart"])
        for path, was, now in differences(before["values"], after["values"]):
            if path[-1] == "tag" and ABSENT not in (was, now):
                text = f"Image of {code(name)} ({dotted(path)}): {change(was, now)}."
                yield Finding(kinds.CHART_CHANGED, text)


def _chart(name: str, before: Document, after: Document) -> Iterator[Finding]:
    for path, was, now in differences(before, after):
        field = dotted(path)
        if field != "version":
            yield Finding(kinds.CHART_CHANGED, f"Chart of {code(name)}: {field} {change(was, now)}.")
        elif is_lower(now, was):
            yield Finding(
                kinds.CHART_MAJOR,
                f"Chart {code(name)} goes **down**, {change(was, now)}: definitions and stored objects "
                "may be newer than what it reads.",
            )
        elif numbers(was)[:1] != numbers(now)[:1]:
            text = (
                f"Chart {code(name)} {change(was, now)}: another **major** version; read its upgrade notes."
            )
            yield Finding(kinds.CHART_MAJOR, text)
        else:
            yield Finding(kinds.CHART_CHANGED, f"Chart {code(name)} {change(was, now)}.")


def _rows(base: Side, head: Side) -> Iterator[tuple[str, str, str]]:
    for key, before in base.objects.items():
        after = head.objects.get(key)
        if after is None:
            yield code(title_of(key)), "removed", ""
        elif before != after:
            yield code(title_of(key)), "updated", _paths(before, after)
    for key in head.objects:
        if key not in base.objects:
            yield code(title_of(key)), "made", ""
    for name, release in base.releases.items():
        after = head.releases.get(name)
        if after is not None and after["values"] != release["values"]:
            yield f"Helm release {code(name)}", "updated", _paths(release["values"], after["values"])


def _paths(before: Document, after: Document) -> str:
    return codes((dotted(path) for path, *_ in differences(before, after)), 4)
