"""The VPN as it is declared: what the machine is told once addresses are known, and what comes first."""

from typing import Any

import pytest

from tests import stacks
from tests.program.recording import (
    DROPLET,
    DROPLET_ADDRESS,
    RESERVED_ADDRESS,
    Declared,
    Run,
    Runs,
    run,
    unwrapped,
)
from tests.unit.plan.test_vpn import VPN


def _one(run: Run, type_name: str) -> Declared:
    (found,) = [
        each
        for each in run.declared
        if each.type.endswith(f":{type_name}") and each.name == "vpn" and not each.component
    ]
    return found


def test_the_machine_carries_every_tag_and_is_shut_before_it_is_there(everything: Run) -> None:
    droplet, firewall = _one(everything, "Droplet"), _one(everything, "Firewall")
    names = [each.inputs["name"] for each in everything.of("digitalocean:index/tag:Tag")]
    assert sorted(droplet.inputs["tags"]) == sorted(names)
    assert firewall.inputs["tags"] == ["vpn:dev:machine"]
    assert firewall.urn in everything.before(droplet)


def test_what_peers_reach_is_told_by_the_addresses_that_it_has(everything: Run) -> None:
    tags = {each.name: each.inputs["name"] for each in everything.of("digitalocean:index/tag:Tag")}
    assert tags["vpn-api-server"] == "vpn:dev:at:api-server:tcp:cluster_k8s_example:443"
    assert tags["vpn-internal-load-balancer-tcp"].startswith(
        "vpn:dev:to:internal-load-balancer:tcp:203-0-113-100-32:80_443"
    )


def test_before_the_first_up_only_those_tags_are_unknown(runs: Runs) -> None:
    preview = runs("everything", "preview")
    tags = {each.name: each.inputs.get("name") for each in preview.of("digitalocean:index/tag:Tag")}
    unknown = {name for name, value in tags.items() if not value or len(value) == 36}
    assert unknown == {"vpn-api-server", "vpn-internal-load-balancer-tcp"}


def test_its_reserved_address_is_where_peers_find_it(everything: Run) -> None:
    assignment = _one(everything, "ReservedIpAssignment")
    assert assignment.inputs["ipAddress"] == RESERVED_ADDRESS
    assert assignment.inputs["dropletId"] == int(DROPLET)
    told = unwrapped(everything.exports["vpn"].value)
    assert told == {
        "endpoint": f"{RESERVED_ADDRESS}:51821",
        "address": DROPLET_ADDRESS,
        "apiServer": "https://cluster.k8s.example",
    }


def test_it_lies_in_the_environment_s_vpc(everything: Run) -> None:
    droplet = _one(everything, "Droplet")
    assert (droplet.inputs["vpcUuid"], droplet.inputs["region"]) == ("id-of-network", "ams3")


@pytest.mark.parametrize(
    ("allowed", "told"),
    [(["198.51.100.0/24"], 1), (["198.51.100.0/24", "203.0.113.102/32"], 0), ([], 0)],
)
def test_an_api_server_that_shuts_its_peers_out_is_told_of(
    charts_in_folders: dict[str, Any], monkeypatch: pytest.MonkeyPatch, allowed: list[str], told: int
) -> None:
    warned: list[str] = []
    monkeypatch.setattr("network.components.vpn.pulumi.log.warn", warned.append)
    over = {"network:vpn": VPN, "network:cluster": {"apiAllowedRanges": allowed}}
    run(stacks.config_map("dev", stacks.merged(charts_in_folders, over)))
    about_the_vpn = [each for each in warned if "peers of the VPN" in each]
    assert len(about_the_vpn) == told
    assert all(f"add {DROPLET_ADDRESS}/32 to it" in each for each in about_the_vpn)


def test_the_shipped_stacks_have_none(dev: Run, runs: Runs) -> None:
    for shipped in (dev, runs("prod", "update")):
        assert shipped.of("digitalocean:index/droplet:Droplet") == []
        assert "vpn" not in shipped.exports
