"""Finds what a document, a comment or a docstring names that is not there."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.stacks import ROOT
from tests.unit.docs import names

_SUFFIXES = "py|md|svg|ya?ml|json5?|toml|txt|go|mod|tpl|cfg"
_FILE = re.compile(rf"[\w.{{}}<>*/-]+\.(?:{_SUFFIXES})")
_PARTS_OF_PYTHON = re.compile(r"(?:network|lab|bench|tests)(?:\.\w+)+(?![\w.]*/)")
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_CITED = re.compile(r"(?<![\w/.])((?:[\w.-]+/)*[\w-]+\.md)#([\w-]+)")
_PAGE = re.compile(r"(?<![\w<*/.])(?:[\w.-]+/)*[\w-]+\.md\b(?!#)")
_REQUIREMENT = re.compile(r"(?<![\w-])[A-Z]{3}-\d+(?![\w-])")
_MAKE = re.compile(r"(?:^|[\s`(&;])make ([a-z][a-z-]*)((?: [A-Z]+=(?:\"[^\"]*\"|'[^']*'|[^\s`]*))*)")
_SETTING = re.compile(r"([A-Z]+)=(\"[^\"]*\"|'[^']*'|\S*)")
_RUN = re.compile(r"(?:python3?|\$\(PYTHON\)|\.venv/bin/python) -m ([\w.]+)(?: ([a-z][a-z-]*))?([^|#&;`\n]*)")
_NETWORK = re.compile(r"^(?:\.venv/bin/)?network(?: ([a-z][a-z-]*))?((?: [^|#&;\n]*)?)")
_STRING_OR_COMMENT = re.compile(
    r""""{3}(?:[^\\]|\\.)*?"{3}|'{3}(?:[^\\]|\\.)*?'{3}|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|\#[^\n]*""",
    re.DOTALL,
)
"""Of a module, in which `tokenize` finds the same comments in several times the time."""
_WORD_OPTION = re.compile(r"(?<![\w-])(--[a-z][a-z-]*)")


MADE = {"cloud.json", "engine.json", "pulumi-plugin.json"}
"""Files of the lab's state folder, and of Pulumi's SDKs."""

FOREIGN = {"--skip-preview", "--yes", "--ephemeral"}
"""Options that are named without their program: Pulumi's, and those of GitHub's runner."""


@dataclass(frozen=True)
class Text:
    """A piece of text: where it stands, and what of it is code."""

    file: Path
    line: int
    prose: str
    code: tuple[str, ...]
    """Spans in backticks, and lines of blocks of code."""


def of_markdown(file: Path) -> Iterator[Text]:
    """The lines of a document."""
    block = False
    for number, line in enumerate(file.read_text().splitlines(), 1):
        if line.lstrip().startswith("```"):
            block = not block
        elif block:
            yield Text(file, number, line, (line.strip(),))
        else:
            yield Text(file, number, line, _spans(line))


def of_python(file: Path) -> Iterator[Text]:
    """Comments, docstrings, and the strings that describe what stands above them."""
    source = file.read_text()
    line, at = 1, 0
    for found in _STRING_OR_COMMENT.finditer(source):
        if found[0].startswith("#"):
            line, at = line + source.count("\n", at, found.start()), found.start()
            yield Text(file, line, found[0], _spans(found[0]))
    for node in _statements(ast.parse(source)):
        match node:
            case ast.Expr(ast.Constant(value=str(text))):
                yield Text(file, node.lineno, text, _spans(text))
            case _:
                pass


def _statements(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the statements below a node: to walk all expressions, too, would take most of the time."""
    for field in ("body", "orelse", "finalbody", "handlers", "cases"):
        for below in getattr(node, field, ()):
            yield below
            yield from _statements(below)


def of_settings(file: Path) -> Iterator[Text]:
    """Comments of YAML, JSON5, TOML or a Makefile, and what a Makefile or workflow runs."""
    for number, line in enumerate(file.read_text().splitlines(), 1):
        comment = re.search(r"(?:^|\s)(?:#|//)\s(.*)", line)
        runs = (line.strip().removeprefix("@"),) if "python" in line.lower() else ()
        text = comment[1] if comment else ""
        yield Text(file, number, text, (*_spans(text), *runs))


def _spans(text: str) -> tuple[str, ...]:
    return tuple(" ".join(span.split()) for span in re.findall(r"(?<!`)`([^`]+)`(?!`)", text))


def faults(texts: Iterator[Text]) -> list[str]:
    """What the texts name that is not there, each with its place."""
    return [f"{_place(text)}: {fault}" for text in texts for fault in dict.fromkeys(_faults(text))]


def _place(text: Text) -> str:
    file = text.file.relative_to(ROOT) if text.file.is_relative_to(ROOT) else text.file.name
    return f"{file}:{text.line}"


def _faults(text: Text) -> Iterator[str]:
    for identity in _REQUIREMENT.findall(text.prose):
        area = identity.split("-")[0]
        known = names.requirements()
        if identity not in known and any(each.startswith(f"{area}-") for each in known):
            yield f"no requirement {identity}"
    yield from _links(text)
    yield from _paths(text)
    for number in re.findall(r"\bdecision (\d+)\b", text.prose):
        if not names.is_path(f"docs/decisions/{int(number):04}-*.md", anywhere=False):
            yield f"no decision {number}"
    for span in text.code:
        yield from _commands(span)


def _links(text: Text) -> Iterator[str]:
    if text.file.suffix == ".md":
        for target in _LINK.findall(text.prose):
            if re.match(r"[a-z]+:", target):
                continue
            path, _, anchor = target.partition("#")
            file = (text.file.parent / path).resolve() if path else text.file
            if not file.exists():
                yield f"no file {target}"
            elif anchor and anchor not in names.anchors(file):
                yield f"no anchor {target}"
    for path, anchor in _CITED.findall(_LINK.sub("", text.prose)):
        file = ROOT / path
        if not file.is_file():
            yield f"no file {path}"
        elif anchor not in names.anchors(file):
            yield f"no anchor {path}#{anchor}"
    for page in _PAGE.findall(_LINK.sub("", text.prose)):
        if page.split("/")[0] not in names.tops() and not names.is_path(page):
            yield f"no page {page}"
    if re.search(r"\.md(?:,| in| of) .{0,12}section|facts[,;:] |\bshared/", text.prose):
        yield "a citation that leads nowhere in the repository"


@cache
def _from_a_folder() -> re.Pattern[str]:
    tops = "|".join(map(re.escape, sorted(names.tops())))
    return re.compile(rf"(?<![\w./~$>-])(?:{tops})/[\w./<>{{}}*-]*[\w/>}}*]")


def _paths(text: Text) -> Iterator[str]:
    prose = _LINK.sub("", text.prose)
    for path in _from_a_folder().findall(prose):
        if not names.is_path(path.split("#")[0].rstrip("."), anywhere=False) and not _is_module_path(path):
            yield f"no path {path}"
    for span in text.code:
        if _FILE.fullmatch(span) and not names.is_path(span) and not _made(span):
            yield f"no file {span}"
        dotted = _PARTS_OF_PYTHON.match(span)
        if dotted and not _is_python(dotted[0]):
            yield f"no module {dotted[0]}"


def _made(span: str) -> bool:
    return span.rsplit("/", 1)[-1] in MADE


def _is_module_path(path: str) -> bool:
    """`network/plan` is a folder, `lab/cloud/provider` a module without its suffix."""
    return names.is_path(f"{path}.py", anywhere=False)


def _is_python(dotted: str) -> bool:
    """Whether a module, or a name in one, exists."""
    parts = dotted.split(".")
    for length in range(len(parts), 0, -1):
        path = ROOT.joinpath(*parts[:length])
        file = next(
            (each for each in (path.with_suffix(".py"), path / "__init__.py") if each.is_file()), None
        )
        if file is None and not path.is_dir():
            continue
        rest = parts[length:]
        return not rest or (file is not None and bool(re.search(rf"\b{rest[0]}\b", file.read_text())))
    return False


def _commands(span: str) -> Iterator[str]:
    if span.startswith("--"):
        for option in _WORD_OPTION.findall(span):
            if option not in names.every_option() | FOREIGN:
                yield f"no option of ours: {option}"
    for target, settings in _MAKE.findall(span):
        if target not in names.targets():
            yield f"no target: make {target}"
            continue
        for variable, value in _SETTING.findall(settings):
            if variable not in names.variables():
                yield f"no variable of make: {variable}"
            elif variable == "ARGS":
                (run, *_) = [*_RUN.finditer(names.targets()[target]), None]
                if run and names.module_file(run[1]) and " -- $(ARGS)" not in run[0]:
                    known = names.options(run[1], run[2] or "")
                    yield from _unknown(f"make {target}", value.partition(" -- ")[0], known)
    for module, word, rest in _RUN.findall(span):
        if not names.is_module(module):
            yield f"no module: python -m {module}"
        elif names.module_file(module) is not None:
            yield from _run(module, word, rest)
    if (called := _NETWORK.match(span)) and (called[1] or called[2]):
        yield from _run("network", called[1] or "", called[2])


def _run(module: str, word: str, rest: str) -> Iterator[str]:
    if module in {"network", "lab"} and word and word not in names.commands(module):
        yield f"no command: {module} {word}"
    elif word or module not in {"network", "lab"}:
        yield from _unknown(
            f"{module} {word}".strip(), rest.partition(" -- ")[0], names.options(module, word)
        )


def _unknown(command: str, rest: str, known: frozenset[str]) -> Iterator[str]:
    for option in _WORD_OPTION.findall(rest):
        if option not in known:
            yield f"no option of {command}: {option}"
