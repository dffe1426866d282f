"""Where the sides of a review come from: a git ref or a folder, each read by its own version of the code."""

import io
import json
import os
import subprocess
import sys
import tarfile
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from network.review import decisions
from network.review.document import Document
from network.review.markdown import code

SECONDS = 120
"""How long the code of one side may take; it takes about one."""


class SourceError(Exception):
    """A side that cannot be read at all; the text says what to do."""


@dataclass(frozen=True)
class Source:
    """One side of a review."""

    label: str
    """As the reader knows it: the ref with its commit, or the folder."""
    documents: Mapping[str, Document] = field(default_factory=dict[str, Document])
    """By stack, whatever the state of its file."""
    decisions: Mapping[str, str] = field(default_factory=dict[str, str])
    """Text of each recorded decision, by its file's name."""
    note: str | None = None
    """What this side cannot tell, if its own code could not be run."""


@contextmanager
def folder_of(ref_or_folder: str, repository: Path) -> Generator[tuple[Path, str]]:
    """Yield a folder with the content of a ref, or the folder itself, and its label.

    A folder wins over a ref of the same name only if it looks like a path (`.`, or with a slash). Raises
    SourceError if there is neither.
    """
    path = Path(ref_or_folder)
    if path.is_dir() and (ref_or_folder == "." or os.sep in ref_or_folder):
        yield path.resolve(), ref_or_folder
        return
    commit = _git(
        repository, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref_or_folder}^{{commit}}"
    )
    if commit is None:
        raise SourceError(
            f"{ref_or_folder} is neither a commit of this repository nor a folder "
            "(write ./NAME for a folder; in a shallow clone: git fetch origin REF)"
        )
    name = commit.decode().strip()
    archive = _git(repository, "archive", "--format=tar", name)
    if archive is None:
        raise SourceError(f"git archive {name} failed in {repository}")
    with TemporaryDirectory(prefix="network-review-") as scratch:
        with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
            tar.extractall(scratch, filter="data")
        yield Path(scratch), f"{ref_or_folder} ({name[:10]})"


def read(folder: Path, label: str, others: Sequence[Path] = ()) -> Source:
    """Return a side: its stacks' plans by the code in the folder, else by the first of `others` able to.

    The fallback keeps a review possible across a version that lacks `network plan`, or whose code is broken;
    then both sides are read by one code, and what a change of the code itself does stays unseen. Raises
    SourceError if no code can tell.
    """
    files = [*sorted(folder.glob("Pulumi.*.yaml")), *sorted(folder.glob("global/Pulumi.*.yaml"))]
    recorded = decisions.read(folder)
    if not files:
        return Source(label, {}, recorded)
    faults: list[str] = []
    for program in (folder, *others):
        documents, fault = _plans(program, files)
        if documents is not None:
            note = (
                f"The code of {code(label)} could not tell its plan: {code(faults[0])}. Its stack files were "
                "read by another version's code, so effects of changed code, such as defaults, are not seen."
                if faults
                else None
            )
            return Source(label, {document["stack"]: document for document in documents}, recorded, note)
        faults.append(fault)
    raise SourceError(f"the stack files of {label} cannot be read: {'; '.join(dict.fromkeys(faults))}")


def _plans(program: Path, files: list[Path]) -> tuple[list[Document] | None, str]:
    """Return what `network plan` of the code says of the files, or None and why it does not."""
    command = [sys.executable, "-m", "network", "plan"]
    for file in files:
        command += ["--file", str(file)]
    # The folder stands before an installed `network`; no token of the caller reaches the code under review.
    environment = {
        key: value for key, value in os.environ.items() if key in ("PATH", "LANG", "LC_ALL", "TMPDIR")
    }
    try:
        done = subprocess.run(
            command,
            cwd=program,
            env={**environment, "PYTHONPATH": str(program), "PYTHONDONTWRITEBYTECODE": "1"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return None, f"it did not end within {SECONDS} seconds"
    if done.returncode:
        return None, _reason(done.stderr)
    try:
        documents = json.loads(done.stdout)
    except ValueError:
        return None, "its output is no JSON"
    if not isinstance(documents, list) or not all(
        isinstance(each, dict) and "stack" in each for each in documents
    ):
        return None, "its output is no list of plans"
    return documents, ""


def _reason(output: str) -> str:
    if "No such command" in output:
        return "it has no `network plan`"
    lines = [line.strip(" │") for line in output.splitlines() if line.strip(" │╭╰─╮╯")]
    return lines[-1] if lines else "it failed without a word"


def _git(repository: Path, *arguments: str) -> bytes | None:
    done = subprocess.run(["git", "-C", str(repository), *arguments], capture_output=True, check=False)
    return done.stdout if done.returncode == 0 else None
