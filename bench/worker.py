"""Runs a program once against the recording monitor: `python -m bench.worker PROGRAM CONFIG`."""

import json
import sys
from pathlib import Path

from tests.program.recording import run

if __name__ == "__main__":
    run(json.loads(Path(sys.argv[2]).read_text()), preview=True, program=Path(sys.argv[1]))
