"""Shared libraries of programs."""

import shutil
import subprocess
from pathlib import Path

import pytest

from lab.parts import PartError
from lab.parts.libraries import libraries


def test_a_program_runs_with_nothing_but_the_libraries_found(tmp_path: Path) -> None:
    program = Path(shutil.which("sort") or "")
    found = libraries(program)
    folder = tmp_path / "libraries"
    folder.mkdir()
    for path, file in found.items():
        shutil.copyfile(file, folder / Path(path).name)
    loader = next(file for path, file in found.items() if "/ld-" in path)
    # The loader looks nowhere else.
    command = [loader, "--inhibit-cache", "--library-path", folder, program]
    done = subprocess.run(command, input="b\na\n", capture_output=True, text=True, check=True)
    assert done.stdout == "a\nb\n"


def test_what_is_no_program_is_refused(tmp_path: Path) -> None:
    text = tmp_path / "text"
    text.write_text("no program")
    with pytest.raises(PartError, match="lacks shared libraries"):
        libraries(text)
