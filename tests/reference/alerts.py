"""The alerts: how grave each is, how long it waits, what it tells, where it is shown."""

from collections.abc import Sequence

from network import markdown
from tests.runbooks import SEVERITIES, SUBJECTS, Told, plain


def page(every: Sequence[Told]) -> str:
    """Return the page."""
    lines = [
        "# Alerts",
        "",
        "All that a stack may bring, by subject; each has a runbook. Which of them a stack has follows from "
        "what it declares ([observability.md](../observability.md#alerts)).",
        "",
        markdown.table(("severity", "is"), ((f"`{name}`", meaning) for name, meaning in SEVERITIES.items())),
        "",
    ]
    for key, subject in SUBJECTS.items():
        rows = [
            (
                f"[{each.alert.name}](../runbooks/alerts/{each.alert.name}.md)",
                f"`{each.alert.severity}`",
                "at once" if each.alert.wait == "0s" else each.alert.wait,
                plain(each.alert.summary),
                each.dashboard.title,
            )
            for each in every
            if each.subject == key
        ]
        if rows:
            heading = ("alert", "severity", "after", "tells", "dashboard")
            lines += [f"## {subject.title}", "", markdown.table(heading, rows), ""]
    return "\n".join(lines).rstrip("\n") + "\n"
