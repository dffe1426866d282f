"""Every object of the platforms that others run, against its published schema."""

from pathlib import Path

import pytest
from jsonschema import ValidationError

from network.plan import build
from tests import platforms
from tests.contract.kinds import group, validate
from tests.contract.test_manifests import ELSEWHERE
from tests.objects import describe, manifests


@pytest.mark.parametrize("name", platforms.NAMES)
def test_every_object_of_a_platform_fits_its_schema(name: str, contracts: Path) -> None:
    errors = {}
    for manifest in manifests(build(platforms.config(name))):
        if group(manifest) not in ELSEWHERE:
            try:
                validate(manifest, contracts)
            except ValidationError as error:
                errors[describe(manifest)] = error.message
    assert errors == {}
