"""A review tells which name becomes reachable by which environments, in which order, at what cost."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from network.cli.plan import document
from network.cli.review import of_sources
from network.review.document import Document
from network.review.sources import Source
from tests.global_stacks import ENTRY, HOST, write
from tests.stacks import merged


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("project")


def documents(project: Path, entry: Mapping[str, Any]) -> dict[str, Document]:
    told = document(write(project, entry))
    return {told["stack"]: told}


def reviewed(
    project: Path, base: Mapping[str, Any] | None, head: Mapping[str, Any]
) -> tuple[frozenset[str], str]:
    before = Source("base", {} if base is None else documents(project, base))
    found = of_sources(before, Source("head", documents(project, head)))
    return found.found, found.comment.text()


def test_a_new_one_tells_whom_everybody_reaches_by_which_name_and_what_it_costs(project: Path) -> None:
    found, text = reviewed(project, None, ENTRY)
    assert found == {"global-host", "monthly-cost"}
    assert f"Everybody reaches `{HOST}`** in `ams`, `fra`, by `shop-global`" in text
    assert "`0` → `15` dollars a month" in text
    assert "| priority 2 | `fra` | `fra1` | `network-fra` |" in text


def test_another_order_is_told(project: Path) -> None:
    other = merged(ENTRY, {"environments": {"ams": {"priority": 2}, "fra": {"priority": 1}}})
    found, text = reviewed(project, ENTRY, other)
    assert found == {"global-order"}
    assert "`ams (priority 1), fra (priority 2)` → `fra (priority 1), ams (priority 2)`" in text


def test_a_name_that_leads_nowhere_any_more_is_a_danger(project: Path) -> None:
    two = {**ENTRY, "hosts": {HOST: {"managed": True}, "api.example.org": {"managed": True}}}
    api = {"network:applications": {"shop": {"routes": {"everywhere": {"hosts": ["api.example.org"]}}}}}
    named = {"network:certificates": {"named": {"everywhere": {"dnsNames": [HOST, "api.example.org"]}}}}
    before = document(write(project, two, ams={**api, **named}, fra={**api, **named}))
    after = documents(project, ENTRY)
    found = of_sources(Source("base", {before["stack"]: before}), Source("head", after))
    assert found.found == {"global-host-removed"}


def test_nothing_changed_says_nothing(project: Path) -> None:
    assert reviewed(project, ENTRY, ENTRY)[0] == frozenset()


def test_a_refused_one_is_told_with_its_problem(project: Path) -> None:
    found, text = reviewed(project, ENTRY, merged(ENTRY, {"targetPort": 8443}))
    assert found == {"invalid"}
    assert "targetPort" in text
