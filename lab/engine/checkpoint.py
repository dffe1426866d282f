"""Pulumi's state in the lab's file backend, after the engine was killed while it wrote it."""

import json
import shutil
from pathlib import Path


def mend(backend: Path, stack: str) -> bool:
    """Repair what was cut off; whether that was needed.

    The backend keeps the checkpoint before the last one as `.bak`: it takes the place of a broken one.
    What the lost checkpoint knew more, the next `up` takes over (Kubernetes objects) or asks to import
    (cloud objects). Beside each file the backend keeps its attributes, which it can do without, but not
    read in half ("failed to load checkpoint: EOF").
    """
    mended = False
    for attributes in (backend / ".pulumi").rglob("*.attrs"):
        if not _whole(attributes):
            attributes.unlink()
            mended = True
    for backup in (backend / ".pulumi" / "stacks").glob(f"*/{stack}.json.bak"):
        checkpoint = backup.with_suffix("")
        if not _whole(checkpoint) and _whole(backup):
            shutil.copyfile(backup, checkpoint)
            mended = True
    return mended


def _whole(file: Path) -> bool:
    try:
        json.loads(file.read_bytes())
    except (OSError, ValueError):
        return False
    return True
