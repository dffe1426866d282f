"""Zones that another provider serves: written by dynamic updates (RFC 2136), and by Cloudflare's API."""

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import yaml

from lab.cloud.state import Kind
from lab.internet.addresses import PRIMARY, RESOLVER
from tests.lab.patience import until
from tests.lab.platform import Platform

pytestmark = [pytest.mark.lab, pytest.mark.campaign]

ZONE, SHOP = "dev.k8s.webgrip.nl", "shop.example"
"""The first zone, and a further one that the same provider serves."""
SOLVERS: dict[str, dict[str, Any]] = {
    "rfc2136": {
        "provider": "rfc2136",
        "nameserver": "ns1.webgrip.nl:5353",
        "tsigKeyName": "platform",
        "tsigAlgorithm": "HMACSHA512",
    },
    "cloudflare": {"provider": "cloudflare"},
}
PORTS = {"rfc2136": 5353, "cloudflare": 53}

WRITTEN = ("adding an RR at", "deleting an RR at")
"""What BIND says of updates."""

RESOLVE = """
import dns.resolver, sys
resolver = dns.resolver.Resolver(configure=False)
resolver.nameservers = [sys.argv[1]]
for record in sorted(map(str, resolver.resolve(sys.argv[2], sys.argv[3]))):
    print(record)
"""
FORGED = """
import dns.query, dns.tsig, dns.update, sys
update = dns.update.UpdateMessage(sys.argv[3], keyring=dns.tsig.Key("forged", "c2VjcmV0", "hmac-sha256"))
update.add("www", 60, "A", "203.0.113.9")
dns.query.tcp(update, sys.argv[1], port=int(sys.argv[2]), timeout=5)
"""


@dataclass(frozen=True)
class Elsewhere:
    """A platform whose zone another provider serves."""

    platform: Platform
    provider: str

    def answers(self, name: str, kind: str) -> list[str]:
        """What a client on the internet is told of a name."""
        return self.platform.run(sys.executable, "-c", RESOLVE, str(RESOLVER), name, kind).splitlines()


@pytest.fixture(scope="module", params=SOLVERS)
def elsewhere(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Elsewhere]:
    folder = tmp_path_factory.mktemp(request.param)
    overlay = folder / "overlay.yaml"
    further = {"shop": {"zone": SHOP, "provider": "external"}}
    limited = {"limitMethods": True}
    dns = {"provider": "external", "hosts": ["www"], "caa": limited, "furtherZones": further}
    certificates = {"dns01": SOLVERS[request.param]}
    overlay.write_text(
        yaml.safe_dump({"network:external": {"dns": dns}, "network:certificates": certificates})
    )
    with Platform(folder, overlay=overlay) as platform:
        platform.lab("up")
        yield Elsewhere(platform, request.param)


def test_each_zone_s_wildcard_is_issued_by_dns_01_and_served(elsewhere: Elsewhere) -> None:
    ready = {
        each["metadata"]["name"]: {told["type"]: told["status"] for told in each["status"]["conditions"]}
        for each in elsewhere.platform.objects("certificates", "--namespace=traefik")
    }
    assert ready == {name: {"Ready": "True"} for name in ("wildcard", "wildcard-shop")}
    assert "200 OK" in elsewhere.platform.lab("status")


def test_the_challenges_were_written_into_each_zone_and_are_gone(elsewhere: Elsewhere) -> None:
    until(lambda: elsewhere.platform.objects("challenges", "--all-namespaces") == [], "challenges are over")
    log = (elsewhere.platform.folder / "logs" / "primary-dns.log").read_text()
    for zone in (ZONE, SHOP):
        written = [len(re.findall(rf"{what} '?_acme-challenge\.{zone}'? TXT", log)) for what in WRITTEN]
        assert written == [2, 2], f"one for the apex, one for the wildcard of {zone}"


def test_the_records_that_the_program_asks_for_are_made_and_none_at_digitalocean(
    elsewhere: Elsewhere,
) -> None:
    (balancer,) = elsewhere.platform.account[Kind.LOAD_BALANCER].values()
    for name in (ZONE, f"anything.{ZONE}", f"www.{ZONE}", SHOP, f"anything.{SHOP}"):
        assert elsewhere.answers(name, "A") == [balancer["ip"]]
    assert elsewhere.answers(ZONE, "CAA") == [
        f'0 {tag} "letsencrypt.org; validationmethods=dns-01"' for tag in ("issue", "issuewild")
    ]
    assert elsewhere.answers(SHOP, "CAA") == [f'0 {tag} "letsencrypt.org"' for tag in ("issue", "issuewild")]
    assert not {Kind.DOMAIN, Kind.RECORD} & elsewhere.platform.account.keys()


def test_an_update_by_another_key_is_refused(elsewhere: Elsewhere) -> None:
    place = str(PRIMARY), str(PORTS[elsewhere.provider])
    assert "PeerBadKey" in elsewhere.platform.run(sys.executable, "-c", FORGED, *place, ZONE, status=None)
    assert "203.0.113.9" not in elsewhere.answers(f"www.{ZONE}", "A")


def test_another_up_changes_nothing(elsewhere: Elsewhere) -> None:
    elsewhere.platform.lab("up")
    elsewhere.platform.run("pulumi", "preview", "--expect-no-changes", "--non-interactive")
