"""The findings of `network review`."""

from network import markdown
from network.review.comment import HEADINGS
from network.review.kinds import KINDS, Weight


def page() -> str:
    """Return the page."""
    lines = [
        "# Findings of the review",
        "",
        "`network review` (`make review`) tells what a change does to the platform ([ci.md](../ci.md)); "
        "`--fail-on` takes these names. Some ask for a [decision record](../decisions/README.md).",
        "",
    ]
    for weight in sorted(Weight, reverse=True):
        one = HEADINGS[weight][1]
        rows = (
            (f"`{kind.name}`", kind.meaning, "yes" if kind.decides else "")
            for kind in KINDS.values()
            if kind.weight is weight
        )
        lines += [
            f"## {one[:1].upper()}{one[1:]}",
            "",
            markdown.table(("finding", "means", "asks for a decision record"), rows),
            "",
        ]
    return "\n".join(lines).rstrip("\n") + "\n"
