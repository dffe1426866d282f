"""The whole program, run with the stack file of each platform that others run."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

import pytest

from network.plan import build
from tests import platforms
from tests.objects import describe, manifests
from tests.program.recording import Declared, Run, run


def place(each: Declared) -> tuple[str, str]:
    """Namespace and name of an object."""
    metadata = each.inputs.get("metadata", {})
    return metadata.get("namespace", ""), metadata.get("name", "")


@pytest.fixture(scope="module", params=platforms.NAMES)
def name(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(scope="module")
def runs(name: str, charts_in_folders: dict[str, Any]) -> Mapping[str, Run]:
    given = platforms.config_map(name, charts_in_folders)
    return {mode: run(given, preview=mode == "preview", stack=name) for mode in ("preview", "update")}


def test_a_preview_declares_what_an_update_does_and_nothing_twice(runs: Mapping[str, Run]) -> None:
    declared = {mode: Counter(each.urn for each in found.declared) for mode, found in runs.items()}
    assert declared["preview"] == declared["update"]
    assert [urn for urn, count in declared["update"].items() if count > 1] == []


def test_every_object_of_the_plan_is_declared(name: str, runs: Mapping[str, Run]) -> None:
    declared = {
        "/".join((each.type.rpartition(":")[2], *place(each)))
        for each in runs["update"].kubernetes()
        if not each.read
    }
    planned = {describe(each) for each in manifests(build(platforms.config(name)))}
    assert planned - declared == set()
