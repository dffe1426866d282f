"""The codes of `network verify` and `network doctor`."""

from network import markdown
from network.diagnosis.causes import CODES
from network.verification import table_of_codes


def page() -> str:
    """Return the page."""
    lines = [
        "# Checks of what runs",
        "",
        "Codes are stable: none is ever given to another check.",
        "",
        "## network verify",
        "",
        "Each row holds a fact against the plan: [verification.md](../verification.md) tells how.",
        "",
        table_of_codes(),
        "",
        "## network doctor",
        "",
        "Links between a client and a pod, from outside in; [doctor.md](../doctor.md) has each code's usual "
        "causes.",
        "",
        markdown.table(
            ("code", "asks", "reads"),
            ((f"[{name}](../doctor.md#{name})", each.asks, each.reads) for name, each in CODES.items()),
        ),
    ]
    return "\n".join(lines) + "\n"
