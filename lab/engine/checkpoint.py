"""Pulumi's state in the lab's file backend, after the engine was killed while it wrote it."""

import json
import shutil
from pathlib import Path


def mend(backend: Path, stack: str) -> bool:
    """Put the checkpoint before the last one in place of one that was cut off; whether that was needed.

    The backend keeps it beside the current one as `.bak`. What the lost checkpoint knew more, the next
    `up` takes over (Kubernetes objects) or asks to import (cloud objects).
    """
    mended = False
    for backup in (backend / ".pulumi" / "stacks").glob(f"*/{stack}.json.bak"):
        checkpoint = backup.with_suffix("")
        if not _whole(checkpoint) and _whole(backup):
            shutil.copyfile(backup, checkpoint)
            mended = True
    return mended


def _whole(checkpoint: Path) -> bool:
    try:
        json.loads(checkpoint.read_bytes())
    except (OSError, ValueError):
        return False
    return True
