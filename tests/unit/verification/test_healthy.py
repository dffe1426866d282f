"""A platform that is as planned gives no finding, and nothing is as planned that nobody saw."""

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import pytest

from network.live.finding import CannotLookError, status
from network.verification import CHECKS
from network.verification.reading import Reading
from tests.stacks import stack_config
from tests.unit.verification.healthy import Scene, healthy

INTERNAL: Mapping[str, Any] = {
    "network:ingress": {"internalLoadBalancer": {"name": "network-dev-internal"}},
    "network:external": {"dns": {"internalHosts": ["admin"]}},
}

PARTS = [field.name for field in dataclasses.fields(Reading)]
"""What is read, each by a call of its own."""


@pytest.fixture(scope="module")
def dev(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    return healthy(stack_config("dev"), tmp_path_factory.mktemp("dev"))


@pytest.fixture(scope="module")
def prod(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    return healthy(stack_config("prod"), tmp_path_factory.mktemp("prod"))


def others(scene: Scene, reading: Reading | None = None) -> dict[tuple[str, str], str]:
    """What is not as planned, by code and subject."""
    return {
        (each.code, each.subject): f"{each.verdict}: {each.found}"
        for each in scene.findings(reading)
        if each.verdict != "as planned"
    }


def test_a_platform_as_planned_gives_no_finding(dev: Scene, prod: Scene) -> None:
    assert others(dev) == {}
    assert others(prod) == {}
    assert status(prod.findings()) == 0


def test_an_internal_load_balancer_is_looked_at_too(tmp_path: Path) -> None:
    scene = healthy(stack_config("dev", dict(INTERNAL)), tmp_path)
    assert others(scene) == {}
    assert "load balancer network-dev-internal" in {each.subject for each in scene.findings()}


def test_every_kind_of_row_is_made_of_some_stack(dev: Scene, prod: Scene) -> None:
    made = {each.code for scene in (dev, prod) for each in scene.findings()}
    assert made == {check.code for check in CHECKS}


def test_codes_are_unique_and_each_says_what_to_do() -> None:
    codes = [check.code for check in CHECKS]
    assert len(set(codes)) == len(codes)
    assert all(check.remedy and check.compares and check.source for check in CHECKS)


def test_what_could_not_be_read_is_never_as_planned(dev: Scene) -> None:
    error = CannotLookError("GET /v2", "403 forbidden", "give the token the scope")
    nothing: Any = {**dict.fromkeys(PARTS, error), "records": dict.fromkeys(dev.reading.records, error)}
    found = dev.findings(Reading(**nothing))
    assert {each.verdict for each in found} == {"could not look"}
    assert {each.code for each in found} == {each.code for each in dev.findings()}
    assert status(found) == 2


@pytest.mark.parametrize("name", PARTS)
def test_one_missing_right_never_looks_like_a_difference(dev: Scene, name: str) -> None:
    error = CannotLookError("GET /v2", "403 forbidden", "give the token the scope")
    found = dev.findings(_given(dev, name, error))
    assert {each.verdict for each in found} == {"as planned", "could not look"}, name
    unseen = [each for each in found if each.verdict == "could not look"]
    assert all(
        (each.found, each.source, each.remedy) == ("403 forbidden", "GET /v2", error.remedy)
        for each in unseen
    )


def _given(scene: Scene, name: str, value: Any) -> Reading:
    """What is read, but for one part of it: of each zone, where zones are read one after the other."""
    of_zones = dict.fromkeys(scene.reading.records, value) if name == "records" else value
    return dataclasses.replace(scene.changed(), **{name: of_zones})


@pytest.mark.parametrize("name", [name for name in PARTS if name != "server"])
def test_an_answer_of_another_form_is_told_and_breaks_nothing(dev: Scene, name: str) -> None:
    strange: Any = {} if name == "cilium_config" else [{"metadata": None}]
    found = dev.findings(_given(dev, name, strange))
    assert {each.code for each in found} == {each.code for each in dev.findings()}
    assert "could not look" in {each.verdict for each in found}, name


def test_every_zone_has_its_rows(tmp_path: Path) -> None:
    further = {"shop": {"zone": "shop.example", "apex": False, "wildcard": False, "hosts": ["www"]}}
    cdn = {"assets": {"bucket": "webgrip-dev-assets", "domain": {"host": "assets"}}}
    over = {"network:external": {"dns": {"furtherZones": further}, "cdn": cdn}}
    scene = healthy(stack_config("dev", over), tmp_path)
    rows = {each.subject: each for each in scene.findings()}
    assert {rows[name].verdict for name in ("A www of shop.example", "CNAME assets")} == {"as planned"}
    assert rows["A www of shop.example"].declared == "external.dns.furtherZones.shop.hosts"
    elsewhere = scene.changed()
    for zone, name in (("shop.example", "www"), ("dev.k8s.webgrip.nl", "assets")):
        (record,) = [each for each in cast("Any", elsewhere.records[zone]) if each["name"] == name]
        record["data"] = "192.0.2.7"
    differing = {(each.subject, each.verdict) for each in scene.findings(elsewhere)} - {
        (each.subject, each.verdict) for each in scene.findings()
    }
    assert differing == {("A www of shop.example", "differs"), ("CNAME assets", "differs")}


def test_each_row_says_where_it_was_read(dev: Scene) -> None:
    assert all(each.source.startswith(("kubectl ", "GET /v2/")) for each in dev.findings())


def test_where_no_cilium_is_planned_none_is_asked_for(tmp_path: Path) -> None:
    over = {"network:cluster": {"cni": "generic"}}
    scene = healthy(stack_config("dev", over), tmp_path)
    absent = CannotLookError("kubectl get ciliumnodes", "no such kind", "none")
    without = dataclasses.replace(scene.changed(), cilium_nodes=absent, cilium_config=absent)
    assert others(scene, without) == {}


def test_of_an_empty_account_and_another_cluster_only_what_is_missing_differs(dev: Scene) -> None:
    empty = dataclasses.replace(
        dev.changed(),
        clusters=[],
        vpcs=[],
        members=[],
        load_balancers=[],
        firewalls=[],
        domains=[],
        records={zone: [] for zone in dev.reading.records},
    )
    found = dev.findings(empty)
    assert {each.code for each in found if each.verdict == "differs"} == {
        "cluster",
        "vpc",
        "load-balancer",
        "zone",
    }
    assert {each.code for each in found if each.verdict == "not reached"} >= {
        "vpc-range",
        "record",
        "cluster-ha",
    }
