"""DNS-01 beyond a zone at DigitalOcean: Route 53, delegated challenges, resolvers of one's own (CRT-6)."""

from typing import Any

from network.plan import build
from network.plan.model.flows import Host, Port, Range
from tests import stacks


def certificates(dns01: dict[str, Any], **over: Any) -> Any:
    layers = {"network:certificates": {"dns01": dns01, **over}}
    if dns01.get("provider"):
        layers["network:external"] = {"dns": {"provider": "external"}}
    return build(stacks.stack_config("dev", layers))


def test_route53_is_written_to_with_a_key_of_its_user() -> None:
    given = {"provider": "route53", "region": "eu-west-1", "accessKeyID": "AKIAIOSFODNN7EXAMPLE"}
    plan = certificates({**given, "hostedZoneID": "Z0123456789ABC"})
    for issuer in plan.certificates.issuers:
        (solver,) = issuer["spec"]["acme"]["solvers"]
        assert solver["dns01"]["route53"] == {
            "region": "eu-west-1",
            "accessKeyID": "AKIAIOSFODNN7EXAMPLE",
            "hostedZoneID": "Z0123456789ABC",
            "secretAccessKeySecretRef": {"name": "dns-token", "key": "token"},
        }
    (flow,) = [each for each in plan.flows if each.name == "controller-to-dns-api"]
    assert flow.destination == Host("route53.amazonaws.com")
    (solver,) = certificates(given).certificates.issuers[0]["spec"]["acme"]["solvers"]
    assert "hostedZoneID" not in solver["dns01"]["route53"]


def test_challenges_of_a_delegated_zone_are_written_where_it_leads_them() -> None:
    named = {"partner": {"dnsNames": ["shop.example", "*.shop.example"]}}
    plan = certificates({"delegatedZones": ["shop.example"]}, named=named)
    own, delegated = plan.certificates.issuers[0]["spec"]["acme"]["solvers"]
    assert own["selector"] == {"dnsZones": ["dev.k8s.webgrip.nl"]}
    assert "cnameStrategy" not in own["dns01"]
    assert delegated["selector"] == {"dnsZones": ["shop.example"]}
    assert delegated["dns01"] == {"cnameStrategy": "Follow", **own["dns01"]}


def test_resolvers_of_one_s_own_are_asked_and_nobody_else_where_that_is_said() -> None:
    dns01 = {"recursiveNameservers": ["10.0.0.53:53", "198.51.100.53:5353"]}

    def asked(**more: Any) -> tuple[Any, dict[str, Any]]:
        plan = certificates({**dns01, **more})
        return plan.certificates.release.values, {each.name: each for each in plan.flows}

    values, flows = asked()
    assert values["dns01RecursiveNameservers"] == "10.0.0.53:53,198.51.100.53:5353"
    assert values["dns01RecursiveNameserversOnly"] is False
    assert "controller-to-name-servers" in flows
    (own,) = [
        each for name, each in flows.items() if name.startswith("controller-to-resolver") and "5353" in name
    ]
    assert isinstance(own.destination, Range)
    assert own.ports == (Port(5353, "UDP"), Port(5353))
    values, flows = asked(recursiveNameserversOnly=True)
    assert values["dns01RecursiveNameserversOnly"] is True
    assert "controller-to-name-servers" not in flows


def test_the_cluster_s_dns_is_asked_where_nothing_is_said() -> None:
    values = build(stacks.stack_config("dev")).certificates.release.values
    assert "dns01RecursiveNameservers" not in values
