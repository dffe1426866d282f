"""The zone files that the lab's DNS serves, read back by an independent parser."""

from ipaddress import IPv4Address
from typing import Any

import dns.rdatatype
import dns.zone
import pytest
from dns.rdtypes.ANY.TXT import TXT

from lab.internet.zones import root_file, server_configuration, zone_file

ZONE = "dev.example.com"


def record(kind: str, name: str, data: str, **fields: Any) -> dict[str, Any]:
    return {"type": kind, "name": name, "data": data, "ttl": 60, **fields}


def served(*records: dict[str, Any]) -> dns.zone.Zone:
    return dns.zone.from_text(zone_file(ZONE, records, serial=7), origin=f"{ZONE}.", relativize=False)


def answers(zone: dns.zone.Zone, name: str, kind: str) -> list[str]:
    found = zone.get_rdataset(f"{name}.", dns.rdatatype.from_text(kind))
    return sorted(each.to_text() for each in found) if found else []


def test_a_zone_has_digitaloceans_name_servers_and_the_serial() -> None:
    zone = served()
    assert answers(zone, ZONE, "NS") == [f"ns{n}.digitalocean.com." for n in (1, 2, 3)]
    assert answers(zone, ZONE, "SOA")[0].split()[2] == "7"


def test_that_no_name_exists_is_forgotten_within_a_second() -> None:
    assert answers(served(), ZONE, "SOA")[0].split()[-1] == "1"


def test_apex_and_wildcard_are_served_at_their_names() -> None:
    zone = served(record("A", "@", "203.0.113.100"), record("A", "*", "203.0.113.101"))
    assert answers(zone, ZONE, "A") == ["203.0.113.100"]
    assert answers(zone, f"*.{ZONE}", "A") == ["203.0.113.101"]


def test_challenges_of_two_solvers_share_one_name() -> None:
    zone = served(record("TXT", "_acme-challenge", "one"), record("TXT", "_acme-challenge", "two"))
    assert answers(zone, f"_acme-challenge.{ZONE}", "TXT") == ['"one"', '"two"']


def test_a_name_of_several_labels_lies_below_the_zone() -> None:
    assert answers(served(record("TXT", "_a.b.c", "x")), f"_a.b.c.{ZONE}", "TXT") == ['"x"']


@pytest.mark.parametrize("text", ['say "hi"', "back\\slash", "a;b", "é", "x" * 300, ""])
def test_any_text_survives_as_a_txt_record(text: str) -> None:
    found = served(record("TXT", "t", text)).get_rdataset(f"t.{ZONE}.", dns.rdatatype.TXT)
    assert found is not None
    (only,) = found
    assert isinstance(only, TXT)
    assert b"".join(only.strings) == text.encode()


def test_a_caa_record_names_flags_tag_and_authority() -> None:
    zone = served(record("CAA", "@", "letsencrypt.org", flags=0, tag="issuewild"))
    assert answers(zone, ZONE, "CAA") == ['0 issuewild "letsencrypt.org"']


def test_a_number_that_the_account_leaves_out_is_zero() -> None:
    zone = served(record("CAA", "@", "letsencrypt.org", flags=None, tag="issue"))
    assert answers(zone, ZONE, "CAA") == ['0 issue "letsencrypt.org"']


def test_pointers_get_their_final_dot_and_the_at_sign_is_the_zone() -> None:
    zone = served(
        record("CNAME", "www", "@"),
        record("MX", "@", "mail.example.org", priority=10),
        record("SRV", "_sip._tcp", "sip.example.org", priority=1, weight=2, port=5060),
    )
    assert answers(zone, f"www.{ZONE}", "CNAME") == [f"{ZONE}."]
    assert answers(zone, ZONE, "MX") == ["10 mail.example.org."]
    assert answers(zone, f"_sip._tcp.{ZONE}", "SRV") == ["1 2 5060 sip.example.org."]


def test_the_accounts_own_soa_and_name_servers_are_not_served_twice() -> None:
    zone = served(record("SOA", "@", "1800"), record("NS", "@", "ns1.digitalocean.com"))
    assert len(answers(zone, ZONE, "SOA")) == 1
    assert len(answers(zone, ZONE, "NS")) == 3


def test_a_delegation_of_the_users_is_served() -> None:
    assert answers(served(record("NS", "sub", "ns.example.org")), f"sub.{ZONE}", "NS") == ["ns.example.org."]


def test_the_root_knows_only_the_names_it_is_given() -> None:
    text = root_file({"api.digitalocean.com": IPv4Address("203.0.113.80")}, serial=9)
    zone = dns.zone.from_text(text, origin=".", relativize=False)
    assert answers(zone, "api.digitalocean.com", "A") == ["203.0.113.80"]
    assert answers(zone, "example.org", "A") == []


def test_every_zone_comes_from_its_file_or_from_who_serves_it() -> None:
    text = server_configuration({".": "/z/root", ZONE: "/z/dev"}, {"other.org": "203.0.113.55:5353"})
    own = "bind 203.0.113.53 203.0.113.54\n    errors"
    assert f"{ZONE} {{\n    {own}\n    file /z/dev" in text
    assert f". {{\n    {own}\n    file /z/root" in text
    assert f"other.org {{\n    {own}\n    forward . 203.0.113.55:5353" in text
