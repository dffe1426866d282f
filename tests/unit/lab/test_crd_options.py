"""The committed table of options is that of Traefik's CRDs."""

import pytest

from lab.charts.crd_options import FILE, PART, table
from lab.parts import ensure

pytestmark = pytest.mark.lab


def test_the_table_is_current() -> None:
    folder = ensure(PART)[PART]
    assert FILE.read_text(encoding="utf-8") == table(folder / "crds.yaml"), "run `make generate`"
