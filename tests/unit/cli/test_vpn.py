"""What `network vpn` shows."""

import json
import socket
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from network.cli import app
from tests.stacks import ROOT
from tests.unit.plan.test_vpn import ANNA, INTERNAL, VPN

OUTPUTS = {
    "vpn": {
        "endpoint": "203.0.113.8:51820",
        "address": "203.0.113.7",
        "apiServer": "https://7e57.k8s.ondigitalocean.com",
    },
    "internalLoadBalancerAddress": "10.0.255.250",
}
KEY = "xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg="


@pytest.fixture
def stack_file(tmp_path: Path) -> Path:
    content = yaml.safe_load((ROOT / "Pulumi.dev.yaml").read_text())
    content["config"]["network:vpn"] = {**VPN, "publicKey": KEY}
    content["config"]["network:ingress"] |= INTERNAL["network:ingress"]
    file = tmp_path / "Pulumi.dev.yaml"
    file.write_text(yaml.safe_dump(content))
    return file


@pytest.fixture(autouse=True)
def names(monkeypatch: pytest.MonkeyPatch) -> None:
    def resolve(host: str, *_: object) -> list[tuple[object, ...]]:
        if host != "7e57.k8s.ondigitalocean.com":
            raise socket.gaierror(-2, "Name or service not known")
        return [(0, 0, 0, "", ("203.0.113.9", 0))]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)


def _shown(file: Path, peer: str, outputs: object = OUTPUTS) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["vpn", peer, "--file", str(file)], input=json.dumps(outputs))
    return result.exit_code, result.output


def test_a_peer_s_configuration_is_whole_but_for_its_private_key(stack_file: Path) -> None:
    status, text = _shown(stack_file, "anna")
    assert status == 0
    assert "AllowedIPs = 203.0.113.9/32, 10.0.255.250/32\n" in text
    assert f"PublicKey = {KEY}\n" in text
    assert "PrivateKey = \n" in text
    assert ANNA not in text


def test_an_unknown_peer_is_told_with_those_that_there_are(stack_file: Path) -> None:
    assert _shown(stack_file, "eve") == (2, "there is no peer eve; there are: anna, bert\n")


def test_without_the_machine_s_key_it_says_where_that_is_read(stack_file: Path) -> None:
    stack_file.write_text(stack_file.read_text().replace(f"    publicKey: {KEY}\n", ""))
    status, text = _shown(stack_file, "anna")
    assert status == 2
    assert "network:vpn.publicKey is not set: the machine shows it on its console" in text


@pytest.mark.parametrize("outputs", [{}, [], {"vpn": {}}, "text"])
def test_outputs_without_a_vpn_are_refused(stack_file: Path, outputs: object) -> None:
    status, text = _shown(stack_file, "anna", outputs)
    assert status == 2
    assert "pulumi stack output --json" in text


def test_an_api_server_whose_name_does_not_resolve_is_named(stack_file: Path) -> None:
    elsewhere = {**OUTPUTS, "vpn": {**OUTPUTS["vpn"], "apiServer": "https://gone.example"}}  # type: ignore[dict-item]
    status, text = _shown(stack_file, "anna", elsewhere)
    assert status == 2
    assert "the API server's name gone.example does not resolve" in text


def test_a_stack_without_a_vpn_says_so() -> None:
    assert _shown(ROOT / "Pulumi.dev.yaml", "anna") == (2, "Pulumi.dev.yaml has no network:vpn\n")
