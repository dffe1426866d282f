"""The cache: finished entries under a key, each made once and whole.

An entry is made in a temporary folder beside its place and renamed when complete, under a lock per
name. So a failed, interrupted or killed run leaves no half entry, and of two runs at once the
second waits and then finds what the first made.
"""

import fcntl
import shutil
import tempfile
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

from lab.paths import cache_dir
from lab.toolbox.whole_files import write_whole

_TEMPORARY = ".making-"

Whole = Callable[[Path], bool]


class Store:
    """Entries `<root>/<name>/<key>/`."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def find(self, name: str, key: str, whole: Whole = Path.is_dir) -> Path | None:
        """The finished entry, if there is one and `whole` says that nothing of it was lost."""
        place = self._root / name / key
        return place if place.is_dir() and whole(place) else None

    def obtain(
        self,
        name: str,
        key: str,
        make: Callable[[Path], None],
        whole: Whole = Path.is_dir,
        waiting: Callable[[], None] = lambda: None,
    ) -> Path:
        """The entry, made by `make(folder)` if it is missing or no longer `whole`.

        `waiting` is called when another run holds the name. What `make` raises passes through, and
        nothing stays of its folder.
        """
        if found := self.find(name, key, whole):
            return found
        with self._locked(name, waiting):
            if found := self.find(name, key, whole):
                return found
            self._sweep(name)
            place = self._root / name / key
            shutil.rmtree(place, ignore_errors=True)
            folder = Path(tempfile.mkdtemp(prefix=_TEMPORARY, dir=self._root / name))
            try:
                make(folder)
                folder.chmod(0o755)
                folder.rename(place)
            except BaseException:
                shutil.rmtree(folder, ignore_errors=True)
                raise
            return place

    def last_seconds(self, name: str) -> float | None:
        """How long the entry took to make last time, under whatever key."""
        try:
            return float((self._root / name / "seconds").read_text())
        except (OSError, ValueError):
            return None

    def remember_seconds(self, name: str, seconds: float) -> None:
        """Keep how long the entry took to make."""
        write_whole(self._root / name / "seconds", f"{seconds:.1f}\n")

    @contextmanager
    def _locked(self, name: str, waiting: Callable[[], None]) -> Generator[None]:
        """Hold the name against other processes; a killed holder frees it."""
        (self._root / name).mkdir(parents=True, exist_ok=True)
        with (self._root / name / ".lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                waiting()
                fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _sweep(self, name: str) -> None:
        """Remove what a killed run left; the lock is held, so nobody works there."""
        for rest in (self._root / name).glob(f"{_TEMPORARY}*"):
            shutil.rmtree(rest, ignore_errors=True)


def store() -> Store:
    """The cache of parts."""
    return Store(cache_dir() / "parts")


def new_log(name: str) -> Path:
    """An empty file for what the tools say while a part is made; it stays until the part is made again."""
    log = cache_dir() / "logs" / f"{name}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    log.write_text("")
    return log
