"""One question gets one answer: about what was asked, port by port, with its own reasons."""

import pytest

from network.reachability import analyse
from network.reachability.ask import UnknownNameError
from network.reachability.names import parts
from network.reachability.ports import parse
from tests.unit.reachability.manifests import block, cilium, cluster, pod, point, policy, template, verdicts

DB = policy(pods={"app": "db"}, ingress=[{"from": [{"podSelector": {}}], "ports": [{"port": 5432}]}])


def test_each_port_has_its_own_verdict_and_its_own_reasons() -> None:
    parts = point(cluster(pod("web"), pod("db"), DB), "shop/web", "shop/db", "all")
    assert [(part.verdict, str(part.ports)) for part in parts] == [
        ("allowed", "TCP 5432"),
        ("denied", "TCP 1-5431,5433-65535, UDP all, SCTP all"),
    ]
    assert parts[0].reasons[1] == "ingress: allowed by NetworkPolicy shop/p, rule 1"
    assert "no rule of NetworkPolicy shop/p allows it" in parts[1].reasons[1]


def test_ports_that_different_rules_allow_are_told_apart() -> None:
    both = policy(pods={"app": "db"}, ingress=[{"ports": [{"port": 80}]}, {"ports": [{"port": 81}]}])
    parts = point(cluster(pod("web"), pod("db"), both), "shop/web", "shop/db", "tcp/80-81")
    assert [(str(part.ports), part.reasons[1][-6:]) for part in parts] == [
        ("TCP 80", "rule 1"),
        ("TCP 81", "rule 2"),
    ]


@pytest.mark.parametrize(
    ("source", "destination"),
    [("8.8.8.8", "1.1.1.1"), ("nodes", "kube-apiserver"), ("shop/agent", "8.8.8.8"), ("shop/db", "shop/db")],
)
def test_what_no_policy_decides_about_is_not_analysed(source: str, destination: str) -> None:
    given = cluster(pod("web"), pod("db"), pod("agent", hostNetwork=True), DB)
    assert verdicts(given, source, destination) == {"not-analysed"}
    assert all("reach" not in str(part) for part in point(given, source, destination))


def test_the_answer_names_what_was_asked_not_its_class() -> None:
    given = cluster(*(pod(f"w{number}") for number in range(5)))
    (part,) = point(given, "shop/w1", "shop/w2")
    assert (part.source, part.destination) == ("shop/w1", "shop/w2")
    assert not any("w3" in reason for reason in part.reasons)


@pytest.mark.parametrize(
    ("destination", "verdict"),
    [
        ("2001:db8::1", "denied"),
        ("2001:db8::/64", "denied"),
        ("203.0.113.7", "allowed"),
        ("203.0.113.0/28", "allowed"),
    ],
)
def test_addresses_and_ranges_are_understood_also_where_no_policy_names_any(
    destination: str, verdict: str
) -> None:
    out = policy(policyTypes=["Egress"], egress=[{"to": [block("0.0.0.0/0")]}])
    (part,) = point(cluster(pod("web"), out), "shop/web", destination, "443")
    assert (part.destination, part.verdict) == (destination, verdict)


def test_a_range_that_a_policy_divides_has_an_answer_for_each_part() -> None:
    out = policy(policyTypes=["Egress"], egress=[{"to": [block("203.0.113.0/25")]}])
    parts = point(cluster(pod("web"), out), "shop/web", "203.0.113.0/24", "443")
    assert {(part.destination, part.verdict) for part in parts} == {
        ("203.0.113.0/25", "allowed"),
        ("203.0.113.128/25", "denied"),
    }


def test_a_host_that_no_policy_names_is_covered_by_a_pattern_or_not() -> None:
    out = cilium("out", {}, egress=[{"toFQDNs": [{"matchPattern": "*.example.com"}]}])
    given = cluster(pod("web"), out)
    assert verdicts(given, "shop/web", "api.example.com") == {"allowed"}
    assert verdicts(given, "shop/web", "api.example.org") == {"denied"}


def test_two_objects_of_one_name_are_told_apart() -> None:
    given = cluster(
        template("Deployment", "app", labels={"app": "a"}),
        template("StatefulSet", "app", labels={"app": "b"}),
        pod("web"),
        policy(pods={"app": "a"}),
    )
    assert {(part.destination, part.verdict) for part in point(given, "shop/web", "shop/app")} == {
        ("shop/app (Deployment)", "denied"),
        ("shop/app (StatefulSet)", "allowed"),
    }
    assert verdicts(given, "shop/web", "shop/app (StatefulSet)") == {"allowed"}


def test_a_pod_is_known_by_its_address_in_both_families() -> None:
    given = cluster(pod("web"), pod("db", address="10.0.0.9"), DB)
    (part,) = point(given, "shop/web", "10.0.0.9", "5432")
    assert (part.destination, part.verdict) == ("10.0.0.9 (shop/db)", "allowed")


def test_every_pod_of_a_namespace_is_meant_by_a_star() -> None:
    given = cluster(pod("web"), pod("db"), DB)
    assert verdicts(given, "8.8.8.8", "shop/*") == {"allowed", "denied"}


def test_a_name_of_nobody_is_told_with_those_there_are() -> None:
    with pytest.raises(UnknownNameError, match=r"nothing is called shop/wbe; there are .*shop/web"):
        point(cluster(pod("web")), "shop/wbe", "shop/web")


def test_the_two_addresses_of_a_pod_are_told_apart() -> None:
    dual = pod("web", address="10.0.0.9")
    dual["status"]["podIPs"] = [{"ip": "10.0.0.9"}, {"ip": "fd00::9"}]
    into = policy(pods={"app": "db"}, ingress=[{"from": [block("10.0.0.0/24")]}])
    given = cluster(dual, pod("db"), into)
    assert {(part.source, part.verdict) for part in point(given, "shop/web", "shop/db")} == {
        ("shop/web (10.0.0.9)", "allowed"),
        ("shop/web (fd00::9)", "denied"),
    }
    assert verdicts(given, "fd00::9", "shop/db") == {"denied"}
    rows = analyse(given).rows
    named = {str(each) for row in rows for each in parts(analyse(given).members(row.sources), given)}
    assert "shop/web (Pod, 10.0.0.9)" in named


SERVICE = {
    "apiVersion": "v1",
    "kind": "Service",
    "metadata": {"name": "front", "namespace": "shop"},
    "spec": {"selector": {"app": "web"}, "ports": [{"port": 80}]},
}


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("", "an empty name is nobody's"),
        ("  ", "an empty name is nobody's"),
        ("*", "begins a host"),
        ("*/*", "begins a host"),
        ("shop/w*", "every pod of one namespace"),
        ("*/web", "every pod of one namespace"),
        ("a*.example.com", "begins a host"),
        ("shop", "`shop/*` is every pod of it"),
        ("shpo/web", "there is no namespace shpo"),
        ("shpo/*", "there is no namespace shpo"),
        ("empty/*", "no pod of empty is in the input"),
        ("/", "nothing is called /;"),
        ("10.0.0.0/33", "which is no range"),
        ("10.0.0.256", "nothing is called 10.0.0.256"),
        ("10.0.0", "nothing is called 10.0.0"),
        ("shop/front", "a Service: policies act on the pods behind it"),
        ("front.shop.svc", "a name inside the cluster"),
        ("front.shop.svc.cluster.local.", "a name inside the cluster"),
    ],
)
def test_a_name_of_nobody_is_told_with_what_may_be_meant(name: str, said: str) -> None:
    empty = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "empty"}}
    with pytest.raises(UnknownNameError) as raised:
        point(cluster(pod("web"), SERVICE, empty), "shop/web", name)
    assert said in str(raised.value)


@pytest.mark.parametrize("name", ["API.Example.com", "api.example.com."])
def test_a_host_is_known_however_it_is_written(name: str) -> None:
    out = cilium("out", {}, egress=[{"toFQDNs": [{"matchName": "api.example.com"}]}])
    (part,) = point(cluster(pod("web"), out), "shop/web", name)
    assert (part.destination, part.verdict) == (name, "allowed")


def test_a_wildcard_of_hosts_is_called_as_it_was_asked() -> None:
    (part,) = point(cluster(pod("web")), "shop/web", "*.example.com")
    assert part.destination == "*.example.com"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "`` is no port"),
        ("80.0", "`80.0` is no port: write it like"),
        ("80,443", "one port or one range"),
        ("90-80", "it ends before it begins; write 80-90"),
        ("0", "they run from 1 to 65535"),
        ("1-65536", "they run from 1 to 65535"),
        ("9" * 5000, "they run from 1 to 65535"),
        ("٨٠", "is no port"),
        ("icmp/8", "is no port"),
    ],
)
def test_what_is_no_port_is_told(text: str, said: str) -> None:
    with pytest.raises(ValueError, match="port") as raised:
        parse(text)
    assert said in str(raised.value)
    assert len(str(raised.value)) < 150
