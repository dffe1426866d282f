"""The plan is pure: tests, commands and documents read it without an engine."""

import subprocess
import sys
from dataclasses import asdict

from network.plan import build
from tests import stacks


def test_importing_the_plan_imports_no_pulumi() -> None:
    program = "import sys, network.plan; sys.exit('pulumi' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], cwd=stacks.ROOT).returncode == 0


def test_the_same_config_gives_the_same_plan() -> None:
    assert asdict(build(stacks.everything())) == asdict(build(stacks.everything()))


def test_no_secret_value_is_in_the_plan() -> None:
    text = repr(asdict(build(stacks.everything())))
    assert stacks.USERS not in text
    assert stacks.DNS_TOKEN not in text
