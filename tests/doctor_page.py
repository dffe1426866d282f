"""`python -m tests.doctor_page` (`make generate`): writes what follows from the code into docs/doctor.md,
below what stands there by hand."""

from collections.abc import Iterator

from network import markdown
from network.diagnosis.causes import CODES
from network.diagnosis.paths import questions
from network.diagnosis.paths.stack import Stack
from network.diagnosis.walk import Path
from tests import stacks

PAGE = stacks.ROOT / "docs/doctor.md"
KEPT = "<!-- Written by `make generate` from here on; what is above is kept. -->"

QUESTIONS = {
    "a host, a route": "shop/shop",
    "a connection": "shop/web -> api/api:8080",
    "a certificate": "certificate wildcard",
}
"""Each way to go, by a question to the dev stack."""
WORKFLOWS = {"performance": ("ingress-scale", "pod-memory", "answer-time")}
"""Links of no question alone."""


def page() -> str:
    """Return the page as it should be."""
    written, _, _ = PAGE.read_text().partition(KEPT)
    return f"{written.rstrip()}\n\n{KEPT}\n\n{generated()}"


def generated() -> str:
    """Return what follows from the code."""
    lines = [
        "## The links",
        "",
        "In this order, from outside in. Branches, such as the backends of a route, are beside each other.",
        "",
        markdown.table(("asked for", "links"), _orders()),
        "",
        "## The codes",
        "",
        "A code keeps its meaning, and is never given to another link.",
        "",
    ]
    for name, code in CODES.items():
        lines += [
            f"### {name}",
            "",
            f"{code.asks} Read: {code.reads}.",
            "",
            *(f"- {cause}" for cause in code.causes),
            "",
        ]
    return "\n".join(lines).rstrip("\n") + "\n"


def _orders() -> Iterator[tuple[str, str]]:
    for what, question in QUESTIONS.items():
        stack = Stack.of(stacks.stack_config("dev"))
        codes = dict.fromkeys(_codes(questions.path(stack, question.split())))
        yield what, ", ".join(f"[{code}](#{code})" for code in codes)
    for what, codes in WORKFLOWS.items():
        yield f"`--about {what}`", ", ".join(f"[{code}](#{code})" for code in codes)


def _codes(path: Path) -> Iterator[str]:
    yield from (link.code for link in path.links)
    for branch in path.branches:
        yield from _codes(branch)
    yield from (link.code for link in path.then)


if __name__ == "__main__":
    PAGE.write_text(page())
