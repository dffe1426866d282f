"""What a run has begun and found, in a folder of its own: written before each step, so that whoever comes
after a kill knows the most that can be there."""

import fcntl
import json
import os
import signal
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from network.acceptance.run import ID, Run, now
from network.acceptance.things import Thing
from network.live.finding import Finding

_GRACE = 10.0
"""Seconds that a process of a killed run may take to end."""


class BusyRunError(Exception):
    """Somebody is at work on the run."""


@dataclass(frozen=True)
class Row:
    """The answer to a question."""

    code: str
    result: str | None
    """None where it could not be answered."""
    why: str
    """Why not; empty where it was."""
    at: str
    """A moment (ISO 8601, UTC)."""
    version: str
    """Of Kubernetes, of the cluster that was looked at; empty before there is one."""


@dataclass
class Journal:
    """A run's record. Every change of it is on the disk when the method returns."""

    folder: Path
    run: Run
    begun: dict[str, str] = field(default_factory=dict[str, str])
    """Step -> when it was begun."""
    ended: dict[str, str] = field(default_factory=dict[str, str])
    findings: dict[str, list[Finding]] = field(default_factory=dict[str, list[Finding]])
    """Step -> what it found."""
    rows: dict[str, Row] = field(default_factory=dict[str, Row])
    """By code of the question; the last answer."""
    clusters: list[str] = field(default_factory=list[str])
    """Ids of the run's clusters that anybody has seen."""
    over: bool = False
    """Whether nothing of it is left."""

    @property
    def file(self) -> Path:
        """Where it is kept."""
        return self.folder / "journal.json"

    def save(self) -> None:
        """Write it down."""
        told: dict[str, Any] = {
            "run": self.run.as_dict(),
            "begun": self.begun,
            "ended": self.ended,
            "findings": {step: [asdict(each) for each in found] for step, found in self.findings.items()},
            "rows": {code: asdict(row) for code, row in self.rows.items()},
            "clusters": self.clusters,
            "over": self.over,
        }
        write(self.file, told)

    @staticmethod
    def read(folder: Path) -> "Journal":
        """Return the journal of a run's folder. Raises OSError where there is none."""
        told = json.loads((folder / "journal.json").read_text())
        return Journal(
            folder,
            Run.of(told["run"]),
            told["begun"],
            told["ended"],
            {step: [_finding(each) for each in found] for step, found in told["findings"].items()},
            {code: Row(**row) for code, row in told["rows"].items()},
            told["clusters"],
            told["over"],
        )

    def begin(self, step: str) -> None:
        """A step begins: from now on what it makes may be there."""
        self.begun[step] = now().isoformat()
        self.save()

    def end(self, step: str, findings: Sequence[Finding]) -> None:
        """A step has ended."""
        self.findings[step] = list(findings)
        self.ended[step] = now().isoformat()
        self.save()

    def answer(self, rows: Sequence[Row]) -> None:
        """Questions were answered. An answer stays where a later one says only that there is none."""
        for row in rows:
            if row.result is not None or row.code not in self.rows or self.rows[row.code].result is None:
                self.rows[row.code] = row
        self.save()

    def knows_cluster(self, cluster: str) -> None:
        """A cluster of the run was seen: what it made is known by its id after it has gone."""
        if cluster not in self.clusters:
            self.clusters.append(cluster)
            self.save()

    @property
    def before(self) -> Mapping[tuple[str, str], str] | None:
        """What was in the account before the run; None if it had not been looked at, when nothing had been
        made."""
        file = self.folder / "before.json"
        if not file.exists():
            return None
        return {(kind, key): name for kind, key, name in json.loads(file.read_text())}

    def keep_before(self, things: Sequence[Thing]) -> None:
        """Write down what is in the account."""
        write(self.folder / "before.json", [(each.kind, each.id, str(each)) for each in things])


def folder_of_runs() -> Path:
    """Return where runs are kept: beside what else of the user's must survive (XDG Base Directory
    Specification)."""
    named = Path(os.environ.get("XDG_STATE_HOME", ""))
    return (named if named.is_absolute() else Path.home() / ".local" / "state") / "webgrip-network-accept"


def folder_of(run: str) -> Path:
    """Return the folder of a run."""
    return folder_of_runs() / run


def journals() -> list[Journal]:
    """Return the journals of all runs that were begun on this machine."""
    folders = sorted(each for each in folder_of_runs().glob("*") if ID.fullmatch(each.name))
    return [Journal.read(each) for each in folders if (each / "journal.json").exists()]


def write(file: Path, value: object) -> None:
    """Put a value in the place of what a file held, whole or not at all, also if the machine ends now; only
    its owner reads it."""
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as stream:
        json.dump(value, stream, indent=1)
        stream.flush()
        os.fsync(stream.fileno())
    draft.replace(file)
    named = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(named)
    finally:
        os.close(named)


def _finding(told: dict[str, Any]) -> Finding:
    causes = tuple(told.pop("causes"))
    return Finding(**told, causes=causes)


WORKER = "worker"
"""File with the process group of the command that a run has started: written by that itself, before it does
anything."""
_OWNER = "owner"


@contextmanager
def held(folder: Path, *, end_owner: bool = False) -> Generator[int]:
    """Hold a run's folder, and yield what its commands inherit: as long as one of them lives, nobody else
    holds it.

    Commands that outlived a killed run are ended. A run that lives is left alone unless `end_owner`. Raises
    BusyRunError.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        if not _locked(lock):
            _end_those_before(folder, lock, end_owner)
        (folder / _OWNER).write_text(str(os.getpid()))
        yield lock
    finally:
        os.close(lock)


def _end_those_before(folder: Path, lock: int, end_owner: bool) -> None:
    owner = _number(folder / _OWNER)
    if owner and _lives(owner):
        if not end_owner:
            raise BusyRunError(f"process {owner} is at work on it: wait for its end, or end it")
        os.kill(owner, signal.SIGKILL)
    # What still holds the lock has inherited it: it is this run's, and no process that came by its number.
    worker = _number(folder / WORKER)
    end = time.monotonic() + _GRACE
    while not _locked(lock):
        if worker and _group_lives(worker):
            os.killpg(worker, signal.SIGKILL)
        if time.monotonic() > end:
            raise BusyRunError(f"something holds {folder / 'lock'}: `fuser {folder / 'lock'}` tells what")
        time.sleep(0.05)


def _locked(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _number(file: Path) -> int | None:
    try:
        return int(file.read_text())
    except (OSError, ValueError):
        return None


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _group_lives(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except (ProcessLookupError, PermissionError):
        return False
    return True
