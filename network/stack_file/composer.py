"""From YAML to plain data, with the line of everything and what is refused of its form."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NoReturn

import yaml

from network.config.errors import config_path, path_of, shown
from network.config.model import Location
from network.stack_file.fault import Fault, UnreadableTextError
from network.stack_file.scalars import plain

DEEPEST = 40
"""How deep values may be nested; no option lies deeper than 20."""
TOO_DEEP = f"values are nested more than {DEEPEST} deep"
SHALLOWER = "remove brackets or indentation; no option lies so deep"
SHOWN = 5
"""How many steps of a path that is too long are shown."""
CONFIG = "config"
"""The key of a stack file that holds its values."""

_SOLIDUS = re.compile(r"(?<!\\)(\\\\)*\\/")
_LOADER: Any = getattr(yaml, "CLoader", yaml.Loader)
"""libyaml where PyYAML has it: go-yaml, which Pulumi reads with, is a translation of it."""


@dataclass(frozen=True)
class Composed:
    """A document as data."""

    value: Any
    """Mappings, lists and scalars as Pulumi reads them."""
    lines: dict[Location, int]
    """Line of each key and entry, counted from 1."""
    faults: list[Fault]
    texts: dict[Location, str]
    """What stands in the file for each scalar that is told otherwise in JSON: `1.10` for 1.1."""


@dataclass
class _Open:
    """A mapping or a list whose end is still to come."""

    value: Any
    location: Location
    kept: bool
    """Whether it is a part of the document; not what follows a key that is refused."""
    flow: bool
    """Whether it is written between brackets."""
    key: str | None = None
    """Of the value that comes next; None if a key comes next."""
    keeps: bool = True
    """Whether that value is a part of the document."""
    lines: dict[str, int] = field(default_factory=dict[str, int])
    """Line of each key so far."""

    @property
    def next(self) -> Location:
        """Where the next value stands."""
        if isinstance(self.value, list):
            return (*self.location, len(self.value))
        return self.location if self.key is None else (*self.location, self.key)


def compose(text: str) -> Composed:
    """Return the document that the text holds. Raises `UnreadableTextError` if it is no YAML."""
    composer = _Composer(text)
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            composer.take(event)
    except yaml.MarkedYAMLError as error:
        _refuse(error, text)
    return Composed(composer.root, composer.lines, composer.faults, composer.texts)


class _Composer:
    def __init__(self, text: str) -> None:
        self._text = text
        self.root: Any = None
        self.lines: dict[Location, int] = {}
        self.faults: list[Fault] = []
        self.texts: dict[Location, str] = {}
        self._open: list[_Open] = []
        self._documents = 0

    def take(self, event: Any) -> None:
        """Take the parser's next event."""
        line = event.start_mark.line + 1
        if isinstance(event, yaml.ScalarEvent):
            self._scalar(event, line)
        elif isinstance(event, (yaml.MappingStartEvent, yaml.SequenceStartEvent)):
            self._start(event, line)
        elif isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
            self._open.pop()
        elif isinstance(event, yaml.AliasEvent):
            self._alias(event, line)
        elif isinstance(event, yaml.DocumentStartEvent):
            self._document(event, line)

    def _document(self, event: Any, line: int) -> None:
        self._documents += 1
        if event.version is not None or event.tags:
            self._refused(line, (), "a directive: Pulumi reads YAML as it is", "remove the line with %")
        if self._documents > 1:
            raise UnreadableTextError(
                line,
                "a second document, which Pulumi does not read",
                "remove the line `---`, or what follows it",
            )

    def _start(self, event: Any, line: int) -> None:
        if len(self._open) >= DEEPEST:
            raise UnreadableTextError(
                line,
                TOO_DEEP,
                SHALLOWER,
                _where(self._open[min(len(self._open) - 1, SHOWN)].location),
            )
        value: Any = {} if isinstance(event, yaml.MappingStartEvent) else []
        at = self._open[-1].next if self._open else ()
        if event.tag is not None:
            self._tag(event.tag, line, at)
        if self._wants_key():
            self._refused(line, at, "a key is text, and no list or mapping", "write a text as key")
            kept = False
            self._open[-1].key, self._open[-1].keeps = "", False
        else:
            kept = self._put(value, line)
        flow = event.flow_style or bool(self._open and self._open[-1].flow)
        self._open.append(_Open(value, at, kept, flow))

    def _scalar(self, event: Any, line: int) -> None:
        text: str = event.value
        bare = not event.style
        self._written(event, line)
        if self._wants_key():
            if event.tag is not None:
                self._tag(event.tag, line, self._open[-1].location)
            self._key(text, bare, line)
            return
        at = self._open[-1].next if self._open else ()
        value: Any = text
        if event.tag is not None:
            self._tag(event.tag, line, at)
        elif bare:
            reading = plain(text)
            value = reading.value
            if reading.rule:
                self._refused(line, at, reading.rule, reading.fix, f": {text}")
        kept = self._put(value, line)
        if kept and not isinstance(value, str) and value is not None and shown(value) != text:
            self.texts[at] = text

    def _written(self, event: Any, line: int) -> None:
        """Refuse what libyaml reads and go-yaml does not."""
        if event.style == '"':
            raw = self._text[event.start_mark.index : event.end_mark.index]
            if _SOLIDUS.search(raw):
                rule = "`\\/` is an escape that Pulumi does not know"
                self._refused(line, self._open[-1].next, rule, "write `/` alone", judged=True)
        between_brackets = not event.style and bool(self._open) and self._open[-1].flow
        if between_brackets and ("?" in event.value or event.value.startswith(":")):
            rule = (
                f"`{event.value}` stands between brackets, where Pulumi takes `?` and a first `:` for signs"
            )
            self._refused(line, self._open[-1].next, rule, "put it in quotes", judged=True)

    def _key(self, text: str, bare: bool, line: int) -> None:
        parent = self._open[-1]
        parent.key, parent.keeps = text, True
        reading = plain(text) if bare else None
        if text == "<<" and bare:
            rule, fix = "merge keys are not offered: readers differ over them", "write the keys out here"
            self._refused(line, parent.location, rule, fix)
            parent.keeps = False
        elif reading is not None and (reading.rule or reading.value != text):
            rule = reading.rule or f"a key is text, and `{text}` without quotes is none"
            fix = f'write `"{text}":`' if text else "write a key before the colon"
            self._refused(line, parent.next, rule, fix, judged=True)
        if text in parent.lines:
            rule = f"the key stands here twice, first in line {parent.lines[text]}"
            self._refused(line, parent.next, rule, "remove one of them", judged=True)
            parent.keeps = False
        parent.lines.setdefault(text, line)
        if parent.kept and parent.keeps:
            self.lines[parent.next] = line

    def _alias(self, event: Any, line: int) -> None:
        rule = (
            f"`*{event.anchor}` repeats what stands elsewhere, which is not offered: tools read it, and "
            "rewrite it, differently"
        )
        fix = f'write the value out here, or `"*{event.anchor}"` in quotes where the text is meant'
        if self._wants_key():
            self._refused(line, self._open[-1].location, rule, fix)
            self._open[-1].key, self._open[-1].keeps = "", False
            return
        self._refused(line, self._open[-1].next if self._open else (), rule, fix)
        self._put(None, line)

    def _tag(self, tag: str, line: int, at: Location) -> None:
        name = tag.replace("tag:yaml.org,2002:", "!!")
        fix = "remove it, and put the value in quotes where text is meant"
        self._refused(line, at, f"the tag `{name}` is not offered: readers of YAML differ over it", fix)

    def _wants_key(self) -> bool:
        return bool(self._open) and isinstance(self._open[-1].value, dict) and self._open[-1].key is None

    def _put(self, value: Any, line: int) -> bool:
        """Put a value where it belongs; say whether it is a part of the document."""
        if not self._open:
            self.root = value
            return True
        parent = self._open[-1]
        kept = parent.kept and parent.keeps
        if isinstance(parent.value, list):
            if kept:
                self.lines[parent.next] = line
            parent.value.append(value)
        else:
            if kept:
                parent.value[parent.key] = value
            parent.key = None
        return kept

    def _refused(
        self, line: int, at: Location, rule: str, fix: str, value: str = "", *, judged: bool = False
    ) -> None:
        """Note a fault; `judged` says that what stands there can be judged all the same."""
        self.faults.append(Fault(line, _where(at) + value, rule, fix, None if judged else at))


def _where(location: Location) -> str:
    if location[:1] == (CONFIG,) and len(location) > 1:
        return config_path(location[1:])
    return path_of(location) or "file"


def _refuse(error: yaml.MarkedYAMLError, text: str) -> NoReturn:
    mark = error.problem_mark or error.context_mark
    lines = text.splitlines() or [""]
    line = min(mark.line + 1, len(lines)) if mark else 1
    here = lines[line - 1][mark.column :] if mark else ""
    if "nesting" in (error.problem or ""):
        raise UnreadableTextError(line, TOO_DEEP, SHALLOWER)
    fix = next((fix for sign, fix in _hints(error, here) if sign), "correct the line, or the one above it")
    raise UnreadableTextError(line, f"not YAML: {error.problem or error}", fix)


def _hints(error: yaml.MarkedYAMLError, here: str) -> Iterator[tuple[bool, str]]:
    yield here.startswith("\t"), "indent with blanks, not with tabs"
    alias = "alias" in (error.context or "") or "anchor" in (error.context or "")
    yield alias or here[:1] in ("@", "`", "%", "*", "&"), "put the whole value in quotes"
    problem = error.problem or ""
    yield (
        "mapping values are not allowed" in problem,
        "put text that holds `: ` in quotes, or mend the indentation",
    )
