"""`pulumi` in the lab's shell: brings the lab's copy of the stack file up to date, then is Pulumi.

`python -m lab.engine.command RECORD ARGUMENTS...`, where RECORD is what `Engine.prepare` wrote.
"""

import os
import sys
from pathlib import Path

from lab.engine.environment import Engine, EngineError
from lab.engine.stack_file import OverrideError


def main() -> None:
    """Replace this process by the real CLI."""
    engine = Engine.read(Path(sys.argv[1]))
    try:
        engine.refresh()
    except (EngineError, OverrideError) as error:
        sys.exit(f"error: {error}")
    os.execve(engine.pulumi, ["pulumi", *sys.argv[2:]], engine.environment)


if __name__ == "__main__":
    main()
