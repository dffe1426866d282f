"""Stacks of one project are checked against each other: what one takes in the account no other may take."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from network.cli import app
from network.cli.across import check_files
from network.cli.check import Line
from tests import libyaml
from tests.stacks import WATCHING, merged, stack_file

APART: dict[str, Any] = {
    "network:environment": {"name": "other"},
    "network:external": {
        "vpc": {"ipRange": "10.7.0.0/16", "otherRanges": {"prod": "10.1.0.0/16"}},
        "dns": {"zone": "other.example.nl"},
    },
    "network:cluster": {"podRange": "10.8.0.0/19", "serviceRange": "10.9.0.0/22"},
    "network:ingress": {"loadBalancer": {"name": "network-other"}},
    "network:applications": {
        "shop": {"routes": {"shop": {"host": "shop.other.example.nl"}}},
        "api": {"routes": {"api": {"host": "api.other.example.nl"}}},
    },
}
"""What a second stack like dev has of its own. Neither is watched: objectives would name hosts anew."""


def in_the_zone(zone: str, hosts: list[str], **dns: Any) -> dict[str, Any]:
    """Return what moves the second stack into a zone."""
    routes = {
        name: {"routes": {name: {"host": f"{host}.{zone}"}}}
        for name, host in zip(("shop", "api"), hosts, strict=True)
    }
    return {
        "network:external": {"dns": {"zone": zone, "hosts": hosts, **dns}},
        "network:applications": routes,
    }


def project(folder: Path, over: dict[str, Any], first: dict[str, Any] | None = None) -> list[Path]:
    """Write dev and a second stack: dev again, apart from it, with keys laid over that."""
    (folder / "Pulumi.yaml").write_text("name: network\n")
    files = [folder / "Pulumi.dev.yaml", folder / "Pulumi.other.yaml"]
    dev = stack_file("dev", WATCHING)
    contents = merged(dev, first or {}), merged(merged(dev, APART), over)
    for file, content in zip(files, contents, strict=True):
        file.write_text(libyaml.dump({"config": content}, sort_keys=False))
    return files


def problems(files: Sequence[Path]) -> list[tuple[Line, ...]]:
    return [report.problems for report in check_files(files)]


def test_stacks_that_share_nothing_are_valid(tmp_path: Path) -> None:
    assert problems(project(tmp_path, {})) == [(), ()]


DNS = "network:external.dns"


@pytest.mark.parametrize(
    ("over", "places", "says"),
    [
        (
            {"network:environment": {"name": "dev"}},
            ["network:environment.name"],
            "takes network-dev as well: VPC, cluster and firewall",
        ),
        (
            {"network:ingress": {"loadBalancer": {"name": "network-dev"}}},
            ["network:ingress.loadBalancer.name"],
            "one stack steals the other's",
        ),
        (
            {"network:external": {"vpc": {"ipRange": "10.0.0.0/16"}}},
            ["network:external.vpc.ipRange"],
            "takes 10.0.0.0/16 as well: networks of one account",
        ),
        (
            {"network:cluster": {"podRange": "10.0.64.0/19"}},
            ["network:cluster.podRange", "network:external.vpc.ipRange"],
            "networks of one account share no address",
        ),
        (
            {"network:cluster": {"serviceRange": "10.244.4.0/22"}},
            ["network:cluster.serviceRange", "network:cluster.podRange"],
            "networks of one account share no address",
        ),
        (
            in_the_zone("dev.k8s.webgrip.nl", ["new", "newer"], mode="adopt"),
            [f"{DNS}.apex", f"{DNS}.wildcard"],
            "resolvers get both addresses",
        ),
        (
            merged(
                in_the_zone("k8s.webgrip.nl", ["new", "newer"], mode="adopt"),
                {"network:external": {"dns": {"hosts": ["shop.dev"]}}},
            ),
            [f"{DNS}.hosts[0]"],
            "takes shop.dev.k8s.webgrip.nl as well: resolvers",
        ),
        (
            {
                "network:external": {
                    "dns": {"furtherZones": {"dev": {"zone": "dev.k8s.webgrip.nl", "apex": True}}}
                }
            },
            [f"{DNS}.furtherZones.dev.zone", f"{DNS}.furtherZones.dev.apex", f"{DNS}.apex"],
            "takes dev.k8s.webgrip.nl as well: a zone exists once",
        ),
    ],
    ids=[
        "environment",
        "load balancer",
        "VPC",
        "pods in a VPC",
        "Services among pods",
        "zone",
        "host",
        "further zone",
    ],
)
def test_what_two_stacks_take_is_refused_in_both(
    tmp_path: Path, over: dict[str, Any], places: list[str], says: str
) -> None:
    first, second = problems(project(tmp_path, over))

    assert {place for place in places if any(p.where.startswith(place) for p in first + second)} == set(
        places
    )
    assert any(says in p.rule and "stack other" in p.rule for p in first)
    assert any(says in p.rule and "stack dev" in p.rule for p in second)
    lines = (tmp_path / "Pulumi.other.yaml").read_text().splitlines()
    for problem in second:
        step = problem.where.split(": ")[0].split(".")[-1].removesuffix("[0]")
        line = lines[problem.line - 1]
        # What stands in no file is told of at what it would stand in.
        assert step in line or line.lstrip().startswith(("- ", "dns:", "dev:"))


def test_a_bucket_is_one_stack_s_whatever_account_it_has(tmp_path: Path) -> None:
    cdn = {
        "network:external": {"cdn": {"assets": {"bucket": "webgrip-assets", "domain": {"host": "assets"}}}}
    }
    over = merged(cdn, {"network:environment": {"account": "customer"}})
    first, second = problems(project(tmp_path, over, cdn))
    for found in (first, second):
        (problem,) = found
        assert problem.where.startswith("network:external.cdn.assets.bucket")
        assert "ams3/webgrip-assets as well: buckets of all customers" in problem.rule
    elsewhere = merged(over, {"network:external": {"cdn": {"assets": {"region": "fra1"}}}})
    assert problems(project(tmp_path, elsewhere, cdn)) == [(), ()]


def test_two_stacks_that_peer_with_each_other_have_one_peering(tmp_path: Path) -> None:
    def peering(name: str, range_: str) -> dict[str, Any]:
        peer = {"vpcId": "5a4981aa-9653-4bd1-bef5-d6bff52042e4", "range": range_}
        return {"network:external": {"vpc": {"peerings": {name: peer}}}}

    towards, back = peering("other", "10.7.0.0/16"), peering("dev", "10.0.0.0/16")
    first, second = problems(project(tmp_path, back, towards))
    assert ["two VPCs have one peering" in each.rule for each in (*first, *second)] == [True, True]
    assert problems(project(tmp_path, {}, towards)) == [(), ()]


def test_a_zone_is_made_by_one_stack_and_a_host_routed_by_one(tmp_path: Path) -> None:
    _, found = problems(project(tmp_path, in_the_zone("dev.k8s.webgrip.nl", ["shop", "new"])))

    said = {p.where.split(": ")[0]: p.rule for p in found}
    assert "a zone exists once" in said["network:external.dns.zone"]
    assert "leads to one of them only" in said["network:applications.shop.routes.shop.host"]


def test_stacks_of_other_accounts_share_the_dns_only(tmp_path: Path) -> None:
    over = merged(
        {"network:environment": {"name": "dev", "account": "customer"}},
        in_the_zone("dev.k8s.webgrip.nl", ["new", "newer"]),
    )
    over["network:external"]["vpc"] = {"ipRange": "10.0.0.0/16"}
    places = {p.where.split(": ")[0] for found in problems(project(tmp_path, over)) for p in found}
    assert places == {f"{DNS}.zone", f"{DNS}.apex", f"{DNS}.wildcard"}

    both = {"network:environment": {"account": "customer"}}
    again = problems(project(tmp_path, over, both))
    assert any("environment.name" in p.where for p in again[0])


def test_check_of_one_stack_compares_it_with_the_others_and_tells_of_it_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project(tmp_path, {"network:environment": {"name": "dev"}})
    monkeypatch.chdir(tmp_path)

    result = CliRunner().invoke(app, ["check", "--stack", "dev"])

    assert result.exit_code == 1
    assert "stack other takes network-dev as well" in result.output
    assert "Pulumi.other.yaml" not in result.output


def test_files_of_different_folders_and_versions_of_one_stack_are_not_compared(tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    there.mkdir()
    same = {"network:environment": {"name": "dev"}}

    assert problems([project(here, same)[0], project(there, same)[1]]) == [(), ()]
