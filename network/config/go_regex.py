"""Go's regular expressions and replacement templates: what Traefik compiles (TRF-5, ING-2).

They are RE2's, and RE2 itself judges them here. Where its library and Go's package differ
(`tests/contract/test_go_regex.py` holds them together), what only one of them takes is refused.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any

import re2
from pydantic import AfterValidator

from network.config.model import Finding, refusal

_QUIET: Any = re2.Options()
_QUIET.log_errors = False

_PARTS = re.compile(
    r"\\Q(?s:.*?)(?:\\E|$)|\\[xpP]\{[^}]*\}|\\(?s:.)|"
    r"\[\^?\]?(?:\[:\^?[a-z]+:\]|\\(?s:.)|[^\]\\])*\]|\{[0-9]*,?[0-9]*\}|(?s:.)"
)
"""What an expression is read by: a quotation, an escaped character, a class, a count, or a character."""

OTHERS = {
    r"\Z": r"Go ends a text by `\z`: write that, or `$`",
    r"\C": "Go has no single bytes: write `.`",
    r"\h": r"write `[ \t]`",
    r"\R": r"write `\r?\n`",
    r"\X": "write `.`",
    r"\K": "Go cannot forget what it has matched: use a group",
    r"\G": "write `^`",
    r"\e": r"write `\x1b`",
    "(?=": "Go has no look-around: write what may stand there, or make a route of each case",
    "(?!": "Go has no look-around: write what may stand there, or make a route of each case",
    "(?<=": "Go has no look-around: put what stands before into a group",
    "(?<!": "Go has no look-around: write what may stand before",
    "(?>": "Go never goes back, so it has no atomic groups: write `(?:`",
    "(?#": "Go has no comments in expressions: remove it",
    "(?P=": "Go has no back-references: write the expression again",
    "(?'": "name a group by `(?P<name>…)`",
    "++": "Go never goes back, so it has no possessive quantifiers: remove the second `+`",
    "*+": "Go never goes back, so it has no possessive quantifiers: remove the `+`",
    "?+": "Go never goes back, so it has no possessive quantifiers: remove the `+`",
}
"""What other languages have and Go has not -> what to write."""


def compiled(regex: str) -> Any:
    """Return the expression, compiled. Raises `re2.error`, with the reason as bytes."""
    return re2.compile(regex, _QUIET)


def matches(regex: str, text: str) -> bool:
    """Whether the expression matches somewhere in the text."""
    return compiled(regex).search(text) is not None


def parts(regex: str) -> list[str]:
    """Return the expression in its smallest parts; a quotation or a class (`[a-z]`) is one."""
    return _PARTS.findall(regex)


def _go_regex(text: str) -> str:
    """Refuse what Go does not compile."""
    pieces = parts(text)
    reason = None
    if r"\C" in pieces:
        reason = r"invalid escape sequence: \C"
    elif any(re.fullmatch(r"\{[0-9]{5,},?[0-9]*\}|\{[0-9]*,[0-9]{5,}\}", piece) for piece in pieces):
        reason = "a count is at most 1000"
    else:
        try:
            compiled(text)
        except re2.error as error:
            reason = error.args[0].decode(errors="replace")
    if reason is not None:
        raise refusal(
            f"Traefik's regular expressions are Go's, and Go refuses this one: {reason}", _fix(text)
        )
    return text


def _fix(text: str) -> str:
    pieces = parts(text)
    for other, fix in OTHERS.items():
        length = 1 if other.startswith("\\") else len(other)
        if other in ("".join(pieces[at : at + length]) for at in range(len(pieces))):
            return fix
    back_reference = next((piece for piece in pieces if re.fullmatch(r"\\[1-9]", piece)), None)
    if back_reference:
        return f"Go has no back-references: write in place of {back_reference} what it may match"
    return "correct it; https://github.com/google/re2/wiki/Syntax lists what there is"


GoRegex = Annotated[str, AfterValidator(_go_regex)]
"""A regular expression that Go compiles."""


@dataclass(frozen=True)
class _Use:
    """One `$` of a replacement template."""

    text: str
    """As it stands there."""
    name: str | None
    """Number or name of the group; None where Go takes the sign as it stands."""


def _pieces(template: str) -> Iterator[str | _Use]:
    """Yield the template's texts and its uses of groups, read as `Regexp.Expand` reads them."""
    position = 0
    for found in re.finditer(r"\$(?:(\$)|\{(\w+)\}|(\w+))?", template):
        yield template[position : found.start()]
        position = found.end()
        if found[1]:
            yield "$"
        else:
            yield _Use(found[0], found[2] or found[3])
    yield template[position:]


def uses(template: str) -> tuple[str, ...]:
    """Return each use of a group in a template, once, as it stands there."""
    found = (piece for piece in _pieces(template) if not isinstance(piece, str) and piece.name is not None)
    return tuple(dict.fromkeys(piece.text for piece in found))


def replacement_findings(regex: str, replacement: str) -> Iterator[Finding]:
    """Yield what Go would fill in otherwise than it looks."""
    expression = compiled(regex)
    for piece in _pieces(replacement):
        if isinstance(piece, str):
            yield from _text_findings(piece)
        elif piece.name is None:
            yield Finding(
                ("replacement",),
                "a `$` without a group's number or name stays as it is",
                "write `${1}` for the first group, or `$$` for the sign itself",
            )
        elif not _is_group(expression, piece.name):
            yield _no_group(expression, piece)


def _text_findings(text: str) -> Iterator[Finding]:
    reference = re.search(r"\\([0-9])", text)
    if reference:
        yield Finding(
            ("replacement",),
            f"Go fills in groups for `$` only; {reference[0]} stays as it is",
            f"write `${{{reference[1]}}}`",
        )


def _is_group(expression: Any, name: str) -> bool:
    if re.fullmatch(r"0|[1-9][0-9]*", name):
        return int(name) <= expression.groups
    return name in expression.groupindex


def _no_group(expression: Any, use: _Use) -> Finding:
    name = str(use.name)
    if re.fullmatch(r"[1-9][0-9]*", name):
        rule = f"${name} is used, but the regular expression has {expression.groups} groups"
        return Finding(("replacement",), rule, "add the group or lower the number")
    rule = f"Go reads `{use.text}` as a group named `{name}`, which the expression does not have"
    number = re.match(r"0*([1-9][0-9]*)", name)
    if number and int(number[1]) <= expression.groups:
        fix = f"write `${{{number[1]}}}{name.removeprefix(number[0])}`"
        return Finding(("replacement",), rule, fix)
    known = ", ".join(sorted(expression.groupindex)) or "none"
    return Finding(
        ("replacement",),
        f"{rule} (named groups: {known}); variables as nginx has them are none here",
        f"put what is meant into a group of the expression: `(?P<{name.lstrip('0123456789') or 'name'}>…)`",
    )


def replaced(regex: str, replacement: str, text: str) -> str:
    """Return the text with each match replaced, as Go's `ReplaceAllString` does."""
    result, position = "", -1
    for found in compiled(regex).finditer(text):
        if found.end() == position:
            continue  # Go takes no empty match behind another
        result += text[max(position, 0) : found.start()] + _expanded(replacement, found)
        position = found.end()
    return result + text[max(position, 0) :]


def _expanded(template: str, found: Any) -> str:
    filled = ""
    for piece in _pieces(template):
        if isinstance(piece, str):
            filled += piece
        elif piece.name is None:
            filled += piece.text
        elif _is_group(found.re, piece.name):
            key = int(piece.name) if piece.name.isdigit() else piece.name
            filled += found.group(key) or ""
    return filled
