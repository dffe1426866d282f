"""The tutorial, docs/first-hour.md, as a newcomer types it (USE-5)."""

import subprocess
from pathlib import Path

import pytest

from lab.paths import project_dir
from tests.lab.platform import TIMEOUT_SECONDS, Platform
from tests.unit.docs.blocks import blocks

pytestmark = [pytest.mark.lab, pytest.mark.campaign]

PAGE = project_dir() / "docs" / "first-hour.md"
HERE = "tests/lab/test_first_hour.py"


def test_the_first_hour_goes_as_it_is_written(tmp_path: Path) -> None:
    edit = tmp_path / "edit.yaml"
    edit.write_text("{}")
    with Platform(tmp_path, overlay=edit) as lab:
        for block in blocks(PAGE):
            if block.language == "yaml":
                edit.write_text(block.text)
            elif block.run_by == HERE:
                done = subprocess.run(
                    ["bash", "-euo", "pipefail", "-c", block.text],
                    cwd=project_dir(),
                    env=lab.environment,
                    capture_output=True,
                    text=True,
                    timeout=TIMEOUT_SECONDS,
                    check=False,
                )
                assert (done.returncode != 0) == block.fails, f"{block}\n{done.stdout}{done.stderr}"
                if block.fails:
                    assert "endpoints" in done.stdout
