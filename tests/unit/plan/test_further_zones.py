"""Zones beside the first: records, certificates, solvers; each name is of the deepest zone (CRT-6)."""

from typing import Any

import pytest

from network.config import StackConfig
from network.config.zones import governing_zone, zone_of, zones
from network.plan import Plan, build, claims
from network.plan.admission import names_by_namespace
from network.plan.external import ZonePlan
from network.plan.ingress import build as build_ingress
from network.plan.model.flows import Host
from tests import stacks

FIRST = "dev.k8s.webgrip.nl"
ZONES: dict[str, Any] = {
    "shop": {"zone": "shop.example", "hosts": ["www", "*.tenants"]},
    "tenants": {"zone": f"tenants.{FIRST}", "wildcard": False, "hosts": ["one"]},
}


def config(further: dict[str, Any], over: dict[str, Any] | None = None, **dns: Any) -> StackConfig:
    """Return the dev stack with further zones."""
    layers = {"network:external": {"dns": {"furtherZones": further, **dns}}}
    return stacks.stack_config("dev", stacks.merged(layers, over or {}))


def planned(further: dict[str, Any], over: dict[str, Any] | None = None, **dns: Any) -> Plan:
    """Return its plan."""
    return build(config(further, over, **dns))


def by_key(plan: Plan) -> dict[str, ZonePlan]:
    """Return the zones by their names in the stack file."""
    return {zone.key: zone for zone in plan.external.zones}


def solvers(plan: Plan) -> list[dict[str, Any]]:
    """Return the solvers of the issuers, which are those of each."""
    first, second = (issuer["spec"]["acme"]["solvers"] for issuer in plan.certificates.issuers)
    assert first == second
    return first


def dns_names(plan: Plan) -> dict[str, list[str]]:
    """Return the names of each certificate."""
    return {each["metadata"]["name"]: each["spec"]["dnsNames"] for each in plan.certificates.certificates}


def test_a_host_is_of_the_deepest_zone_that_holds_it() -> None:
    own = zones(config(ZONES).external.dns)
    expected = {
        FIRST: "",
        f"shop.{FIRST}": "",
        f"*.{FIRST}": "",
        f"tenants.{FIRST}": "tenants",
        f"a.b.tenants.{FIRST}": "tenants",
        f"not-tenants.{FIRST}": "",
        "shop.example": "shop",
        "*.shop.example": "shop",
        rf"^[a-z]+\.tenants\.{FIRST.replace('.', chr(92) + '.')}$": "tenants",
        rf"^[a-z]+\.{FIRST.replace('.', chr(92) + '.')}$": "",
    }
    found = {host: zone_of(host, own) for host in expected}
    assert {host: zone and zone.key for host, zone in found.items()} == expected
    for host in ("webgrip.nl", "notshop.example", "example", "www.shop.example.org"):
        assert zone_of(host, own) is None


def test_each_zone_has_its_records_and_the_first_keeps_the_names_it_had() -> None:
    first, shop, tenants = planned(ZONES).external.zones
    (alone,) = planned({}).external.zones
    assert first == alone
    assert (shop.name, shop.mode, shop.provider) == ("shop.example", "create", "digitalocean")
    addresses = {each.key: each.name for each in shop.records if each.type == "A"}
    assert addresses == {
        "zone-shop.apex": "@",
        "zone-shop.wildcard": "*",
        "zone-shop.host-www": "www",
        "zone-shop.wildcard-tenants": "*.tenants",
    }
    assert [each.name for each in tenants.records if each.type == "A"] == ["@", "one"]
    keys = [each.key for zone in (first, shop, tenants) for each in zone.records]
    assert len(keys) == len(set(keys))


def test_no_record_of_two_zones_has_one_key() -> None:
    """Hosts may hold dots and dashes, and what a zone is called dashes."""
    further = {
        "a": {"zone": "a.example", "hosts": ["b.apex", "b-host-c"]},
        "a-host-b": {"zone": "b.example", "hosts": ["c"]},
    }
    plan = planned(further, hosts=["shop", "zone-a", "zone-a.apex"])
    keys = [each.key for zone in plan.external.zones for each in zone.records]
    assert len(keys) == len(set(keys))


def test_a_zone_says_itself_how_its_records_are() -> None:
    further = {"shop": {"zone": "shop.example", "ttl": 60, "internalHosts": ["stock"]}}
    over = {"network:ingress": {"loadBalancer": {"ipv6": True}, "internalLoadBalancer": {"name": "inside"}}}
    shop = by_key(planned(further, over))["shop"]
    assert {each.ttl for each in shop.records} == {60}
    assert [each.name for each in shop.records if each.internal] == ["stock"]
    assert [each.name for each in shop.records if each.type == "AAAA"] == ["@", "*"]


@pytest.mark.parametrize(("mode", "protected"), [("create", True), ("adopt", False)])
def test_production_protects_each_zone_that_it_makes(mode: str, protected: bool) -> None:
    asked = {"apex": True, "wildcard": True, "caa": {"publish": True}}
    over = {
        "network:environment": {"tier": "production"},
        "network:cluster": {"ha": True, "destroyAssociatedResources": False},
        "network:certificates": {"issuer": "production"},
    }
    plan = planned({"shop": {"zone": "shop.example", "mode": mode, **asked}}, over)
    assert by_key(plan)["shop"].protect is protected
    assert by_key(plan)[""].protect


def test_apex_and_wildcard_of_each_zone_are_issued_and_the_first_is_the_default() -> None:
    plan = planned(ZONES)
    assert dns_names(plan) == {
        "wildcard": [FIRST, f"*.{FIRST}"],
        "wildcard-shop": ["shop.example", "*.shop.example"],
        "wildcard-tenants": [f"tenants.{FIRST}", f"*.tenants.{FIRST}"],
    }
    served = [{"secretName": f"{name}-tls"} for name in dns_names(plan)]
    assert plan.ingress.tls_store["spec"] == {
        "certificates": served,
        "defaultCertificate": {"secretName": "wildcard-tls"},
    }


def test_a_zone_without_a_certificate_has_its_names_issued_one_by_one() -> None:
    further = {"shop": {"zone": "shop.example", "certificate": False}}
    named = {"www": {"dnsNames": ["www.shop.example"]}}
    plan = planned(further, {"network:certificates": {"named": named}})
    assert dns_names(plan) == {"wildcard": [FIRST, f"*.{FIRST}"], "www": ["www.shop.example"]}
    (solver,) = solvers(plan)
    assert solver["selector"] == {"dnsZones": [FIRST, "shop.example"]}


def test_the_first_zone_may_be_without_a_certificate_beside_one_that_has_its_own() -> None:
    over: dict[str, Any] = {"network:certificates": {"wildcard": False}}
    named = {"own": {"dnsNames": [f"shop.{FIRST}", f"api.{FIRST}"]}}
    over["network:certificates"]["named"] = named
    plan = planned({"shop": {"zone": "shop.example"}}, over)
    assert list(dns_names(plan)) == ["wildcard-shop", "own"]
    assert "defaultCertificate" not in plan.ingress.tls_store["spec"]


def test_challenges_are_written_only_into_zones_of_the_solver_s_provider() -> None:
    further = {"shop": {"zone": "shop.example", "provider": "external", "certificate": False}}
    (solver,) = solvers(planned(further))
    assert solver["selector"] == {"dnsZones": [FIRST]}
    both = {"shop": {"zone": "shop.example", "provider": "external"}}
    over = {"network:certificates": {"dns01": {"provider": "cloudflare"}}}
    (solver,) = solvers(planned(both, over, provider="external"))
    assert solver["selector"] == {"dnsZones": [FIRST, "shop.example"]}


def test_a_zone_that_leads_its_challenges_here_has_a_certificate_too() -> None:
    further = {"shop": {"zone": "shop.example", "provider": "external"}}
    plan = planned(further, {"network:certificates": {"dns01": {"delegatedZones": ["shop.example"]}}})
    assert dns_names(plan)["wildcard-shop"] == ["shop.example", "*.shop.example"]
    own, led = solvers(plan)
    assert own["selector"] == {"dnsZones": [FIRST]}
    assert led["selector"] == {"dnsZones": ["shop.example"]}
    assert led["dns01"]["cnameStrategy"] == "Follow"


def test_where_nothing_can_be_written_and_nothing_has_to_be_there_is_no_solver_by_dns() -> None:
    named = {"shops": {"dnsNames": [f"shop.{FIRST}", f"api.{FIRST}"], "solver": "http01"}}
    over = {"network:certificates": {"wildcard": False, "http01": {}, "named": named}}
    (solver,) = solvers(planned({}, over, provider="external"))
    assert set(solver) == {"selector", "http01", "waitInsteadOfSelfCheck"}


def caa(plan: Plan, key: str) -> dict[str | None, str | None]:
    """Return the CAA records of a zone by tag."""
    return {each.tag: each.value for each in by_key(plan)[key].records if each.type == "CAA"}


def test_each_zone_s_caa_records_say_how_the_names_are_proven_that_they_govern() -> None:
    limited, none = {"limitMethods": True}, {"publish": False}
    further = {
        "shop": {"zone": "shop.example", "provider": "external", "certificate": False, "caa": limited},
        "tenants": {"zone": f"tenants.{FIRST}", "provider": "external", "caa": none},
    }
    named = {
        "www": {"dnsNames": ["www.shop.example"], "solver": "http01"},
        "deep": {"dnsNames": [f"a.b.tenants.{FIRST}"], "solver": "http01"},
    }
    over = {"network:certificates": {"dns01": {"provider": "cloudflare"}, "http01": {}, "named": named}}
    plan = planned(further, over, provider="external", caa={"limitMethods": True})
    assert caa(plan, "shop") == {"issue": "letsencrypt.org; validationmethods=http-01", "issuewild": ";"}
    assert caa(plan, "tenants") == {}
    assert caa(plan, "") == {
        "issue": "letsencrypt.org; validationmethods=dns-01,http-01",
        "issuewild": "letsencrypt.org; validationmethods=dns-01",
    }


def test_a_zone_without_caa_records_is_governed_by_the_one_that_it_lies_in() -> None:
    further = {"tenants": {"zone": f"tenants.{FIRST}", "caa": {"publish": False}}}
    dns = config(further).external.dns
    zone = governing_zone(f"one.tenants.{FIRST}", dns)
    assert zone is not None
    assert zone.key == ""


def test_certificates_may_be_asked_for_in_each_zone_and_in_no_other() -> None:
    assert names_by_namespace(config(ZONES))["traefik"] == sorted(
        name for names in dns_names(planned(ZONES)).values() for name in names
    )


def test_probes_reach_the_hosts_of_each_zone_as_cilium_sees_them() -> None:
    routes = {
        name: {"host": host, "workload": "web", "port": "http"}
        for name, host in {
            "www": "www.shop.example",
            "home": "shop.example",
            "tenant": f"one.tenants.{FIRST}",
        }.items()
    }
    plan = planned(ZONES, {"network:applications": {"shop": {"routes": routes}}})
    reached = {
        each.destination.name
        for each in plan.flows
        if each.name.startswith("blackbox-exporter-to-") and isinstance(each.destination, Host)
    }
    assert reached == {f"*.{FIRST}", "*.shop.example", "shop.example", f"*.tenants.{FIRST}"}


def test_a_stack_claims_every_zone_and_record_of_its_own() -> None:
    found = {(each.kind, each.value): each.location for each in claims.of(config(ZONES))}
    here = ("external", "dns", "furtherZones", "shop")
    assert found["zone", "shop.example"] == (*here, "zone")
    assert found["record", "shop.example"] == (*here, "apex")
    assert found["record", "*.shop.example"] == (*here, "wildcard")
    assert found["record", "www.shop.example"] == (*here, "hosts", 0)
    adopted = {"shop": {**ZONES["shop"], "mode": "adopt", "apex": True, "caa": {"publish": True}}}
    kinds = {(each.kind, each.value) for each in claims.of(config(adopted))}
    assert ("zone", "shop.example") not in kinds
    assert ("record", "shop.example") in kinds


def test_traefik_is_as_it_was_but_for_the_certificates() -> None:
    with_zones, without = build_ingress(config(ZONES)), build_ingress(config({}))
    assert with_zones.release.values == without.release.values
