"""The analysis runs where there is no engine: in a review of a pull request."""

import subprocess
import sys

from tests import stacks


def test_importing_the_analysis_imports_no_pulumi() -> None:
    program = "import sys, network.reachability; sys.exit('pulumi' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], cwd=stacks.ROOT).returncode == 0
