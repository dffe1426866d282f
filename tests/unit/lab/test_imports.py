"""What importing the lab costs: nothing that only some commands need."""

import subprocess
import sys

from tests.stacks import ROOT

WATCHED = """
import sys
opened = []
sys.addaudithook(lambda event, args: opened.append(str(args[0])) if event == "open" else None)
import lab.commands.app, lab.instance.daemon
print("\\n".join(path for path in opened if "/lab/parts/go" in path or "/lab/parts/python" in path))
"""


def test_importing_the_lab_reads_no_lock_and_no_source_of_a_part() -> None:
    done = subprocess.run(
        [sys.executable, "-c", WATCHED], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == []
