"""The committed table of options is that of Traefik's CRDs."""

import pytest

from lab.crd_options import FILE, PART, table
from lab.parts import PARTS
from lab.parts.provide import locate


def test_the_table_is_current() -> None:
    _, folder = locate(PARTS[PART])
    if folder is None:
        pytest.skip(f"part {PART} is not made: python -m lab.parts makes it")
    assert FILE.read_text(encoding="utf-8") == table(folder / "crds.yaml"), "run `make generate`"
