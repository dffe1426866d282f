"""What nobody expected ends a command with 2: 1 would be an answer of no."""

import os
import subprocess
import sys

import pytest

from tests.stacks import ROOT

BROKEN = """
import sys
import network.plan.observability.grafana as grafana

def broken(_):
    raise KeyError("no\\nsuch panel")

grafana.grafana_json = broken
from network.cli import app
app(sys.argv[1:])
"""


def run(**environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", BROKEN, "dashboards", "--stack", "dev"],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_defect_is_one_line_that_says_so_and_how_to_report_it() -> None:
    done = run()
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert line.startswith("a defect of this program")
    assert "KeyError" in line
    assert "such panel" in line
    assert "at network/cli/commands/dashboards.py:" in line
    assert "NETWORK_TRACEBACK=1" in line
    assert done.stdout == ""


def test_the_traceback_of_a_defect_is_told_where_it_is_asked_for() -> None:
    done = run(NETWORK_TRACEBACK="1")
    assert done.returncode == 2
    assert done.stderr.startswith("Traceback")
    assert "in broken" in done.stderr
    assert done.stderr.splitlines()[-1].startswith("a defect of this program")


@pytest.mark.parametrize(
    "arguments", [["dashboards", "--nothing"], ["nothing"], ["check", "--stack", "none"]]
)
def test_what_is_given_wrongly_is_no_defect(arguments: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "network", *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "defect" not in done.stderr
