"""Keeps a cluster's token for its life, since each one that is asked for is one more in the account.

The file can be read by its owner alone, as kubectl's and doctl's own are, and holds nothing that outlives
its token.
"""

import fcntl
import hashlib
import json
import os
import tempfile
import time
from contextlib import suppress
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import IO

from network.credentials.grant import Grant

FOLDER_VARIABLE = "CLUSTER_CREDENTIALS_DIR"
"""Environment variable that names another folder for the tokens."""

LONGEST_WAIT = 30.0
"""Seconds to wait for another process that asks: one answer of the API at most."""
_PAUSE = 0.05


class Cache:
    """The kept token of one cluster, asked for in one way. Others who ask wait while it is open,
    so that several processes that start together need one token."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._lock: IO[str] | None = None

    @classmethod
    def of(cls, api: str, account_token: str, cluster: str, expire_seconds: int) -> "Cache":
        """The cache of one question: each that differs in anything has its own. A token of another API opens
        nothing here, one of another life ends when nobody expects it, and what a former account token was
        given may have been revoked with it."""
        question = json.dumps([api, account_token, cluster, expire_seconds])
        key = hashlib.sha256(question.encode()).hexdigest()
        return cls(_folder() / key[:32])

    @property
    def grant(self) -> Grant | None:
        """The token that is kept, unless it is about to end."""
        with suppress(OSError, ValueError, KeyError, TypeError):
            kept = json.loads(self._file.read_text())
            times = (datetime.fromisoformat(kept[name]) for name in ("granted", "expires"))
            grant = Grant(kept["token"], *times)
            return grant if grant.usable else None
        return None

    def keep(self, grant: Grant) -> Grant:
        """Keep a token, and return it. One that cannot be written down serves all the same."""
        with suppress(OSError):
            # A file that nobody else can have put there, readable by its owner alone.
            descriptor, new = tempfile.mkstemp(dir=self._file.parent, prefix=f".{self._file.name}-")
            try:
                with os.fdopen(descriptor, "w") as stream:
                    json.dump(asdict(grant), stream, default=datetime.isoformat)
                Path(new).replace(self._file)
            except OSError:
                Path(new).unlink(missing_ok=True)
        return grant

    def __enter__(self) -> "Cache":
        with suppress(OSError):
            self._file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW
            self._lock = os.fdopen(os.open(self._file.with_suffix(".lock"), flags, 0o600), "w")
            deadline = time.monotonic() + LONGEST_WAIT
            while not self._locked() and time.monotonic() < deadline:
                time.sleep(_PAUSE)
        return self

    def _locked(self) -> bool:
        """Whether the lock is ours now. Who does not get it in time, because its holder waits itself or was
        stopped, goes on without: a token more does no harm."""
        try:
            fcntl.flock(self._lock or -1, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._lock is not None:
            self._lock.close()


def _folder() -> Path:
    """The folder that the variable names, else one of the user's for what can be had again (XDG Base
    Directory Specification)."""
    if chosen := os.environ.get(FOLDER_VARIABLE):
        return Path(chosen)
    named = Path(os.environ.get("XDG_CACHE_HOME", ""))
    return (named if named.is_absolute() else _home() / ".cache") / "webgrip-network" / "credentials"


def _home() -> Path:
    """The user's home, or a folder that cannot be: containers run as users whom nobody has named."""
    try:
        return Path.home()
    except RuntimeError:
        return Path(os.devnull)
