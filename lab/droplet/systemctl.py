"""`systemctl` of a simulated machine: `python -m lab.droplet.systemctl FOLDER ARGUMENTS...`."""

import sys
from pathlib import Path

from lab.droplet import units


def enabled(folder: Path) -> list[str]:
    """Return the units that each boot starts, in the order in which they were enabled."""
    file = folder / "enabled"
    return file.read_text().split() if file.exists() else []


def main() -> int:
    """Returns the exit status."""
    folder, arguments = Path(sys.argv[1]), sys.argv[2:]
    match arguments:
        case ["daemon-reload"]:
            pass
        case ["enable", "--now", *names]:
            known = enabled(folder)
            (folder / "enabled").write_text("\n".join(dict.fromkeys([*known, *names])))
            for name in names:
                units.start(name)
        case ["try-reload-or-restart", name]:
            units.commands(name)
        case _:
            print(f"not simulated: systemctl {' '.join(arguments)}", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
