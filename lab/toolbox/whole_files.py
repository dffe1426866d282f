"""Files that are there whole or not at all.

Whoever reads one, or starts after a kill, sees the earlier content or the new.
"""

import os
import threading
from pathlib import Path

_ANYBODY = 0o666
"""What the process's umask leaves of it."""
_OWNER = 0o600


def write_whole(path: Path, content: str | bytes, mode: int = _ANYBODY, *, durable: bool = False) -> None:
    """Put the content in the place of what the file held.

    `durable`: it survives the machine's own end, too, once this returns.
    """
    # Its own for each writer, and no other file of the folder may be mistaken for it.
    draft = path.with_name(f".{path.name}.{os.getpid()}-{threading.get_native_id()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content.encode() if isinstance(content, str) else content)
        if durable:
            file.flush()
            os.fsync(file.fileno())
    draft.replace(path)
    if durable:
        _sync_folder(path.parent)


def write_secret(path: Path, content: str | bytes, *, durable: bool = False) -> None:
    """The same, readable by its owner only."""
    write_whole(path, content, _OWNER, durable=durable)


def _sync_folder(folder: Path) -> None:
    """Make names in a folder durable, after their contents."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
