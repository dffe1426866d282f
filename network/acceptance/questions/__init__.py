"""What was never seen on an account, as questions, each with what answers it (docs/acceptance.md)."""

from network import markdown
from network.acceptance.questions import account, cluster, elsewhere, probes, requests
from network.acceptance.questions.question import Question

QUESTIONS: tuple[Question, ...] = (
    *account.QUESTIONS,
    *cluster.QUESTIONS,
    *requests.QUESTIONS,
    *probes.QUESTIONS,
    *elsewhere.QUESTIONS,
)
"""Every question, in the order of the report."""


def table_of_questions() -> str:
    """Return every question as a table in Markdown, for docs/acceptance.md."""
    return markdown.table(
        ("code", "question", "assumed in", "answered by", "in step"),
        (
            (f"`{each.code}`", each.asks, _linked(each.fact), _code(each.source), f"`{each.when}`")
            for each in QUESTIONS
        ),
    )


def _linked(fact: str) -> str:
    file, _, heading = fact.partition("#")
    return f"[{heading.replace('-', ' ')}](facts/{file}#{heading})"


def _code(source: str) -> str:
    return source if source == "none" else f"`{source}`"
