"""Prepared changes of the project and the comments that they are expected to get."""

import compileall
import py_compile
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from network.cli.plan import document
from network.review import decisions
from network.review.sources import Source, read
from tests import libyaml
from tests.stacks import ROOT

HERE = Path(__file__).parent
BASE = HERE / "base"
"""Stack files that the changes start from; their own, so that the shipped ones may grow."""
PREVIEW = "https://app.pulumi.com/webgrip/network/previews/1"


@dataclass(frozen=True)
class Prepared:
    """One change."""

    name: str
    stack: str
    finds: frozenset[str]
    """Kinds of findings that must be among those of the review."""
    edits: tuple[Mapping[str, Any], ...]
    beside: tuple[str, ...] = ()
    """Other stacks that it is compared with; none for most, whose comments they do not change."""

    @property
    def expected(self) -> Path:
        """File with the comment."""
        return HERE / "changes" / f"{self.name}.md"

    @property
    def changes_code(self) -> bool:
        """Whether the change is one of the code."""
        return any(edit["file"].startswith("network/") for edit in self.edits)

    def applied(self, base: Path, folder: Path) -> Source:
        """Return the head: a copy of the base with the change."""
        # Most of the base is code, which is read there only where the change is one of the code.
        unread = [] if self.changes_code else ["network"]
        unread += {file.name for file in BASE.iterdir()} - {f"Pulumi.{stack}.yaml" for stack in self.stacks}
        shutil.copytree(base, folder, ignore=shutil.ignore_patterns(*unread))
        for edit in self.edits:
            _apply(folder, edit)
        return side(folder, "the change", self.stacks, own_code=self.changes_code)

    @property
    def stacks(self) -> tuple[str, ...]:
        """The stack, and those beside it."""
        return (self.stack, *self.beside)


def side(folder: Path, label: str, stacks: tuple[str, ...], *, own_code: bool = False) -> Source:
    """Read one side: by the code of its folder, or by ours where the two are the same."""
    if own_code:
        source = read(folder, label)
        assert source.note is None, source.note
        return replace(source, documents={stack: source.documents[stack] for stack in stacks})
    plans = {stack: document(folder / f"Pulumi.{stack}.yaml") for stack in stacks}
    return Source(label, plans, decisions.read(folder))


def changes() -> list[Prepared]:
    """Return every prepared change."""
    return [_load(file) for file in sorted((HERE / "changes").glob("*.yaml"))]


def project(folder: Path) -> Path:
    """Lay out the project as the changes start from it: today's code with the base's stack files."""
    shutil.copytree(ROOT / "network", folder / "network", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "Pulumi.yaml", folder)
    for file in BASE.glob("Pulumi.*.yaml"):
        shutil.copy(file, folder)
    (folder / decisions.FOLDER).mkdir(parents=True)
    # Once here, or each copy of the code would compile itself anew. By hash, which holds for what comes out
    # of a commit as well: there every file is as old as the commit.
    compileall.compile_dir(
        folder / "network", quiet=1, invalidation_mode=py_compile.PycInvalidationMode.CHECKED_HASH
    )
    return folder


def _load(file: Path) -> Prepared:
    content = libyaml.load(file.read_text())
    return Prepared(
        file.stem,
        content["stack"],
        frozenset(content.get("finds", ())),
        tuple(content["edits"]),
        tuple(content.get("beside", ())),
    )


def _apply(folder: Path, edit: Mapping[str, Any]) -> None:
    """Replace a text that stands exactly once, or everything between two texts; or make a file."""
    file = folder / edit["file"]
    if "find" not in edit and "from" not in edit:
        file.write_text(edit["put"])
        return
    text = file.read_text()
    if "from" in edit:
        start = text.index(edit["from"])
        end = text.index(edit["to"], start) + len(edit["to"])
        file.write_text(text[:start] + edit["put"] + text[end:])
        return
    assert text.count(edit["find"]) == 1, (
        f"{edit['find']!r} stands {text.count(edit['find'])} times in {file.name}"
    )
    file.write_text(text.replace(edit["find"], edit["put"]))
