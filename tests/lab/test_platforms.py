"""Platforms that others run, each brought up in the place of the one before, in one lab."""

import re
import socket
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from typing_extensions import override

from tests import platforms
from tests.lab.authority import Authority
from tests.lab.outside import trusts_nobody
from tests.lab.platform import Platform
from tests.lab.running_lab import RunningLab
from tests.lab.traffic_lab import ZONE
from tests.stacks import stack_file

pytestmark = [pytest.mark.lab, pytest.mark.campaign]

LOAD_BALANCER, INTERNET = "203.0.113.100", "203.0.113.9"
SAID = b"anything but HTTP\r\n"


@dataclass(frozen=True)
class OfOthers(Platform):
    """The stack's file is what the overlay says, and nothing of this project's own."""

    @override
    def _changed(self) -> Path:
        assert self.overlay is not None
        return self.overlay


@dataclass
class TakingTurns(RunningLab):
    """A lab in which one platform takes the place of another."""

    devices: Authority
    """Vouches for whoever shows a certificate."""
    client: Path
    """Certificate and key of one of them."""

    def bring_up(self, name: str) -> None:
        """Bring a platform up by `make up`, on the cluster of the one before."""
        assert self.platform.overlay is not None
        content = {"config": in_the_lab(name, self.devices.pem)}
        self.platform.overlay.write_text(yaml.safe_dump(content, sort_keys=False))
        self.platform.lab("up")


def in_the_lab(name: str, devices: str) -> dict[str, Any]:
    """A platform's file with the lab's own account below it: environment, cluster and zone are the dev
    stack's, so that all platforms share one cluster; sizes are for that cluster's nodes."""
    dev, own = stack_file("dev"), platforms.layers(name)
    zone = own["network:external"]["dns"]["zone"]
    vpc = own["network:external"]["vpc"]["ipRange"].removesuffix("0.0/16")
    text = yaml.safe_dump(own, sort_keys=False, width=100_000)
    for theirs, ours in ((zone, ZONE), ("florist.example", f"florist.{ZONE}")):
        text = text.replace(re.escape(theirs), re.escape(ours)).replace(theirs, ours)
    layers = yaml.safe_load(text.replace(vpc, "10.0."))
    layers |= {key: dev[key] for key in ("pulumi:disable-default-providers", "network:environment")}
    layers |= {"network:cluster": dev["network:cluster"]}
    layers["network:external"]["vpc"] = {"ipRange": dev["network:external"]["vpc"]["ipRange"]}
    layers["network:external"]["dns"]["mode"] = "create"
    ingress = layers["network:ingress"]
    for sized in ("scale", "resources", "shutdown"):
        ingress.pop(sized, None)
    ingress["loadBalancer"] = {
        **ingress["loadBalancer"],
        "name": dev["network:ingress"]["loadBalancer"]["name"],
        "ipv6": False,
    }
    # Prometheus is proven elsewhere, and takes half a minute; a Redis outside is not in the lab's internet.
    layers.pop("network:observability", None)
    if "host" in layers["network:traffic"].get("redis", {}):
        del layers["network:traffic"]["redis"]
    for application in layers["network:applications"].values():
        for authority in application.get("clientCAs", {}).values():
            authority["pem"] = devices
    return layers


def address(platform_url: str, name: str) -> str:
    """A URL with the lab's zone in it."""
    zone = platforms.layers(name)["network:external"]["dns"]["zone"]
    return platform_url.replace(zone, ZONE).replace("florist.example", f"florist.{ZONE}")


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TakingTurns]:
    folder = tmp_path_factory.mktemp("platforms")
    devices = Authority.make("Devices")
    client = devices.issue("somebody", folder / "client.pem")
    overlay = folder / "Pulumi.dev.yaml"
    with OfOthers(folder, overlay=overlay) as platform:
        overlay.write_text(
            yaml.safe_dump({"config": in_the_lab(platforms.NAMES[0], devices.pem)}, sort_keys=False)
        )
        running = TakingTurns(platform, devices, client)
        yield running
        running.close()


@contextmanager
def within_the_vpc(lab: TakingTurns) -> Generator[dict[str, str]]:
    """Two addresses of the VPC that are no machine of the cluster, the first a bastion's."""
    addresses = {"bastion": "10.0.250.10", "droplet": "10.0.250.11"}
    for each in addresses.values():
        lab.run("ip", "address", "replace", f"{each}/32", "dev", "lo")
    try:
        yield addresses
    finally:
        for each in addresses.values():
            lab.run("ip", "address", "delete", f"{each}/32", "dev", "lo")


@pytest.mark.parametrize("name", platforms.NAMES)
def test_a_platform_comes_up_and_answers(lab: TakingTurns, name: str) -> None:
    lab.bring_up(name)
    with within_the_vpc(lab) as sources:
        for asked in platforms.expected(name).asked:
            ask = next(ask for key, ask in WAYS.items() if key in asked)
            ask(lab, name, asked, sources.get(asked.get("from", ""), INTERNET))


def ask_by_http(lab: TakingTurns, name: str, asked: dict[str, Any], source: str) -> None:
    url = address(asked["url"], name)
    context = lab.outside.context()
    if "certificate" in asked:
        context.load_cert_chain(lab.client)
    options: dict[str, Any] = {"source": source, "context": context, "headers": asked.get("headers", {})}
    if "error" in asked:
        with pytest.raises(httpx.TransportError):
            lab.outside.get(url, **options)
        return
    answer = lab.outside.request(asked.get("method", "GET"), url, **options)
    assert answer.status_code == asked.get("status", 200), (asked, answer.text)
    if "location" in asked:
        assert answer.headers["Location"] == address(asked["location"], name)
    if "by" in asked:
        assert answer.json()["workload"] in asked["by"].split(" or "), asked


def ask_with_a_bought_certificate(lab: TakingTurns, _: str, asked: dict[str, Any], source: str) -> None:
    """Its host is no zone's of the lab's, so nobody resolves it; its authority is known to nobody."""
    host = asked["url"].removeprefix("https://").rstrip("/")
    shown = lab.outside.handshake(host, trusts_nobody(), LOAD_BALANCER).certificate
    assert host in shown.subject.rfc4514_string()
    said = lab.run(
        *("curl", "--silent", "--insecure", "--interface", source),
        *("--resolve", f"{host}:443:{LOAD_BALANCER}", asked["url"]),
    )
    assert yaml.safe_load(said)["workload"] in asked["by"].split(" or "), said


def ask_by_tcp(lab: TakingTurns, _: str, asked: dict[str, Any], source: str) -> None:
    assert lab.outside.raw((LOAD_BALANCER, asked["tcp"]), SAID, source) == SAID


def ask_by_udp(lab: TakingTurns, _: str, asked: dict[str, Any], source: str) -> None:
    def talk() -> bytes:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            client.settimeout(5)
            client.bind((source, 0))
            client.sendto(SAID, (LOAD_BALANCER, asked["udp"]))
            return client.recv(65535)

    assert lab.outside.run(talk) == SAID


def ask_by_server_name(lab: TakingTurns, name: str, asked: dict[str, Any], source: str) -> None:
    host, context = address(asked["sni"], name), lab.outside.context()

    def talk() -> bytes:
        with (
            socket.create_connection((host, asked["port"]), 5, source_address=(source, 0)) as plain,
            context.wrap_socket(plain, server_hostname=host) as secure,
        ):
            secure.sendall(SAID)
            return secure.recv(100)

    assert lab.outside.run(talk) == SAID


WAYS: dict[str, Callable[[TakingTurns, str, dict[str, Any], str], None]] = {
    "bought": ask_with_a_bought_certificate,
    "url": ask_by_http,
    "tcp": ask_by_tcp,
    "udp": ask_by_udp,
    "sni": ask_by_server_name,
}
"""By what an entry of `asked` has."""
