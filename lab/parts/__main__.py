"""`python -m lab.parts`: make parts, list them, or complete their locks."""

import argparse
import sys
from pathlib import Path

from rich.console import Console
from rich.table import Table

from lab.internet.ca import Authority
from lab.parts import images
from lab.parts.builders import go
from lab.parts.catalogue import every_part
from lab.parts.progress import duration
from lab.parts.provide import Origin, ensure, locate
from lab.parts.recipe import GoBuild, PartError
from lab.parts.store import store
from lab.paths import cache_dir


def main() -> int:
    """Returns the exit status: 0, or 1 if a part cannot be had."""
    parser = argparse.ArgumentParser(prog="python -m lab.parts", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help="parts to make; none: all, and images")
    parser.add_argument("--list", action="store_true", help="show every part and where it is")
    parser.add_argument("--lock", action="store_true", help="complete go.sum after a change of go.mod")
    arguments = parser.parse_args()
    if arguments.list:
        Console().print(_table())
        return 0
    try:
        if arguments.lock:
            _lock()
            return 0
        ready = ensure(*arguments.parts)
        if not arguments.parts:
            images.ensure(ready, Authority.at(cache_dir() / "authority").bundle)
    except PartError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _lock() -> None:
    """Complete the locks of every Go module; PartError at the first that cannot be."""
    for part in every_part().values():
        if isinstance(part.recipe, GoBuild) and part.recipe.commands:
            go.lock(part, part.recipe)


def _table() -> Table:
    """Every part: version, where it comes from, size, how long it took or is likely to take."""
    table = Table("part", "version", "from", "size", "time", "what for", box=None)
    for part in every_part().values():
        origin, folder = locate(part)
        last = store().last_seconds(part.name)
        table.add_row(
            part.name,
            part.version,
            origin,
            f"{_size(folder) / 2**20:.0f} MiB" if folder and origin is Origin.CACHE else "",
            duration(last) if last else f"about {duration(part.seconds)}",
            part.purpose,
        )
    return table


def _size(folder: Path) -> int:
    """Bytes of a folder's own files; what it links to belongs to others."""
    return sum(path.lstat().st_size for path in folder.rglob("*") if path.is_file())


if __name__ == "__main__":
    sys.exit(main())
