"""A zone that another provider serves: what the stack file says of it, BIND's settings, updates, the API."""

import re
from pathlib import Path
from typing import Any

import dns.rdataclass
import pytest
from dns.rdatatype import RdataType

from lab.engine.elsewhere import elsewhere
from lab.engine.overrides import overrides
from lab.internet.cloudflare import Cloudflare, RefusedError
from lab.internet.primary import PrimaryZone, configuration, first_file, replacing
from tests.stacks import stack_config

ZONE = PrimaryZone("dev.k8s.webgrip.nl", "ns1.example.com", 5353, "platform", "hmac-sha512", "c2VjcmV0")


def config(provider: str, **solver: str) -> dict[str, Any]:
    return {
        "network:external": {"dns": {"provider": "external", "zone": ZONE.name}},
        "network:certificates": {"dns01": {"provider": provider, **solver}},
    }


def by_update(nameserver: str) -> dict[str, Any]:
    return config("rfc2136", nameserver=nameserver, tsigKeyName="platform", tsigAlgorithm="HMACSHA512")


def overridden(file: dict[str, Any], state: Path) -> dict[str, object]:
    return {each.path: each.value for each in overrides(file, {}, "token", state, "cilium")}


def test_a_zone_at_digitalocean_is_not_elsewhere(tmp_path: Path) -> None:
    assert elsewhere(stack_config("dev"), tmp_path) is None


def test_the_name_server_and_the_key_are_those_of_the_stack_file(tmp_path: Path) -> None:
    zone = elsewhere(stack_config("dev", by_update("ns1.example.com:5353")), tmp_path)
    assert zone is not None
    assert (zone.name, zone.server, zone.port) == (ZONE.name, "ns1.example.com", 5353)
    assert (zone.key, zone.algorithm, zone.api_token) == ("platform", "hmac-sha512", None)


FURTHER: dict[str, Any] = {
    "network:external": {
        "dns": {
            "furtherZones": {
                "shop": {"zone": "shop.example", "provider": "external", "certificate": False},
                "store": {"zone": "store.example"},
                "abroad": {"zone": "abroad.example", "provider": "external", "certificate": False},
            }
        }
    }
}


def test_all_zones_that_another_provider_serves_are_of_one_server(tmp_path: Path) -> None:
    zone = elsewhere(stack_config("dev", FURTHER), tmp_path)
    assert zone is not None
    assert zone.names == ("shop.example", "abroad.example")
    text = configuration(zone, tmp_path, "203.0.113.55")
    assert re.findall(r'^zone "([^"]+)"', text, re.MULTILINE) == list(zone.names)
    assert len(set(re.findall(r'^    file "([^"]+)"', text, re.MULTILINE))) == 2
    for name in zone.names:
        assert f"$ORIGIN {name}." in first_file(zone, name)


def test_only_a_name_server_that_is_named_by_its_address_is_overridden(tmp_path: Path) -> None:
    path = "network:certificates.dns01.nameserver"
    assert path not in overridden(by_update("ns1.example.com:53"), tmp_path)
    assert overridden(by_update("198.51.100.7:5353"), tmp_path)[path] == "203.0.113.55:5353"


def test_the_token_is_the_one_of_whoever_serves_the_zone(tmp_path: Path) -> None:
    def secret(file: dict[str, Any]) -> str:
        (token,) = (
            each for each in overrides(file, {}, "token", tmp_path, "cilium") if "dnsToken" in each.path
        )
        assert token.secret is not None
        return token.secret()

    cloudflare, update = config("cloudflare"), by_update("ns1.example.com:53")
    zones = [elsewhere(stack_config("dev", each), tmp_path) for each in (cloudflare, update)]
    assert [zone and (zone.api_token or zone.secret) for zone in zones] == [
        secret(cloudflare),
        secret(update),
    ]
    assert secret({}) == "token"


def test_bind_serves_the_zone_on_one_address_and_takes_updates_by_its_key_only(tmp_path: Path) -> None:
    text = configuration(ZONE, tmp_path, "203.0.113.55")
    assert "listen-on port 5353 { 203.0.113.55; };" in text
    assert 'update-policy { grant "platform" zonesub ANY; };' in text
    assert "recursion no;" in text
    assert "SOA ns1.example.com." in first_file(ZONE, ZONE.name)


def test_an_update_replaces_all_records_of_a_name_and_type() -> None:
    records = [
        {"type": "A", "name": "@", "ttl": "300", "value": "203.0.113.100"},
        {"type": "CAA", "name": "@", "ttl": "300", "value": "letsencrypt.org", "flags": "0", "tag": "issue"},
        {"type": "CAA", "name": "@", "ttl": "300", "value": ";", "flags": "0", "tag": "issuewild"},
    ]
    changes = replacing(ZONE, ZONE.name, records).update
    gone = [each.rdtype for each in changes if each.deleting == dns.rdataclass.ANY]
    added = [record.to_text() for each in changes if each.deleting is None for record in each]
    assert gone == [RdataType.A, RdataType.CAA]
    assert added == ["203.0.113.100", '0 issue "letsencrypt.org"', '0 issuewild ";"']


@pytest.fixture
def account() -> Cloudflare:
    return Cloudflare(PrimaryZone("dev.k8s.webgrip.nl", "ns", 53, "lab", "hmac-sha256", "c2VjcmV0", "token"))


def test_cloudflare_s_account_has_every_zone_that_it_serves() -> None:
    served = PrimaryZone("a.example", "ns", 53, "lab", "hmac-sha256", "c2VjcmV0", "token", ("b.example",))
    found = Cloudflare(served).call("GET", "/client/v4/zones", {}, None, "token")
    assert [each["name"] for each in found] == ["a.example", "b.example"]
    assert len({each["id"] for each in found}) == 2


def test_cloudflare_finds_a_zone_by_its_whole_name_only(account: Cloudflare) -> None:
    def found(name: str) -> list[str]:
        return [
            each["name"] for each in account.call("GET", "/client/v4/zones", {"name": name}, None, "token")
        ]

    assert found("dev.k8s.webgrip.nl") == ["dev.k8s.webgrip.nl"]
    assert found("example.com") == []


@pytest.mark.parametrize(
    ("method", "path", "token", "status"),
    [
        ("GET", "/client/v4/zones", "another", 403),
        ("GET", f"/client/v4/zones/{'0' * 32}/dns_records", "token", 404),
        ("GET", "/client/v4/user", "token", 404),
    ],
)
def test_cloudflare_refuses_strangers_and_what_is_not_there(
    account: Cloudflare, method: str, path: str, token: str, status: int
) -> None:
    with pytest.raises(RefusedError) as refused:
        account.call(method, path, {}, None, token)
    assert refused.value.status == status
