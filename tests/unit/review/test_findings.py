"""What single changes are found to be. Whole comments are in `tests/review`."""

from typing import Any

import pytest

from network.review.compare import compare
from tests.stacks import WATCHING
from tests.unit.review.documents import document, kinds, review, texts


def test_equal_plans_have_no_findings() -> None:
    assert compare("prod", document("prod"), document("prod")).findings == ()


def test_a_stack_that_only_one_side_has_is_told() -> None:
    assert kinds(compare("dev", None, document())) == {"stack-added"}
    assert kinds(compare("dev", document(), None)) == {"stack-removed"}


def test_a_base_that_is_refused_leaves_nothing_to_compare() -> None:
    refused = {"stack": "dev", "problems": [{"line": 3, "where": "a: 1", "rule": "no", "fix": "yes"}]}
    assert kinds(compare("dev", refused, document())) == {"unknown-base"}
    assert texts(compare("dev", document(), refused), "invalid") == ["line 3, `a: 1`: no. Fix: yes."]


def test_parts_that_an_older_version_does_not_tell_are_not_compared() -> None:
    old = document()
    del old["flows"], old["releases"]
    found = compare("dev", old, document())
    assert kinds(found) == {"unknown-base"}
    assert "`flows`, `releases`" in texts(found, "unknown-base")[0]


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        (["203.0.113.0/24"], ["203.0.113.0/24", "198.51.100.7/32"], "api-widened"),
        (["203.0.113.0/24"], ["203.0.113.0/25"], "api-narrowed"),
        (["203.0.113.0/24"], [], "opened-to-internet"),
        (["203.0.113.0/24"], ["0.0.0.0/1", "128.0.0.0/1"], "opened-to-internet"),
        (["203.0.113.0/25", "203.0.113.128/25"], ["203.0.113.0/24"], None),
        (["203.0.113.0/24"], ["203.0.113.0/24", "10.0.0.0/8"], "api-widened"),
    ],
    ids=str,
)
def test_ranges_are_compared_by_their_addresses(
    before: list[str], after: list[str], kind: str | None
) -> None:
    old, new = document(), document()
    _firewall(old)["allowedAddresses"] = before
    _firewall(new)["allowedAddresses"] = after
    doors = {"api-widened", "api-narrowed", "opened-to-internet"}
    assert kinds(compare("dev", old, new)) & doors == ({kind} if kind else set())


def test_a_firewall_that_is_switched_off_opens_the_api() -> None:
    new = document()
    _firewall(new)["enabled"] = False
    assert "opened-to-internet" in kinds(compare("dev", document(), new))


def _firewall(of: dict[str, Any]) -> dict[str, Any]:
    (cluster,) = [each for each in of["resources"] if each["type"] == "KubernetesCluster"]
    return cluster["inputs"]["controlPlaneFirewall"]


def test_a_load_balancer_that_loses_its_source_ranges_is_open() -> None:
    old, new = document(), document()
    for release in old["releases"]:
        if release["name"] == "traefik":
            release["values"]["service"]["spec"]["loadBalancerSourceRanges"] = ["192.0.2.0/24"]
    assert "opened-to-internet" in kinds(compare("dev", old, new))


def test_a_version_that_is_ignored_replaces_nothing() -> None:
    new = document("prod")
    (cluster,) = [each for each in new["resources"] if each["type"] == "KubernetesCluster"]
    assert cluster["ignoreChanges"] == ["version"]
    cluster["inputs"]["version"] = "1.35.0-do.0"
    assert "platform-replaced" not in kinds(compare("prod", document("prod"), new))


def test_ha_that_is_switched_off_is_refused_by_the_api() -> None:
    new = document("prod")
    (cluster,) = [each for each in new["resources"] if each["type"] == "KubernetesCluster"]
    cluster["inputs"]["ha"] = False
    assert "update-refused" in kinds(compare("prod", document("prod"), new))


def test_an_input_that_is_only_taken_out_stays_as_it_was() -> None:
    new = document("prod")
    (cluster,) = [each for each in new["resources"] if each["type"] == "KubernetesCluster"]
    del cluster["inputs"]["maintenancePolicy"]
    del cluster["inputs"]["serviceSubnet"]
    found = compare("prod", document("prod"), new)
    assert len(texts(found, "kept-by-provider")) == 2
    assert "platform-replaced" not in kinds(found)


HANDED_OVER = {
    "network:external": {"dns": {"mode": "adopt"}},
    "network:applications": {"shop": {"createNamespace": False}},
}


def test_what_is_handed_over_is_not_deleted() -> None:
    found = review(HANDED_OVER)
    assert {"platform-destroyed", "namespace-destroyed"}.isdisjoint(kinds(found))
    given_up = texts(found, "ownership-given-up")
    assert len(given_up) == 2
    assert any("Domain" in text for text in given_up)
    assert any("`shop`" in text for text in given_up)


def test_what_is_taken_over_goes_with_the_stack_from_now_on() -> None:
    found = compare("dev", document(over=HANDED_OVER), document())
    assert len(texts(found, "protection-removed")) == 2


def test_an_adopted_zone_that_is_taken_out_stays() -> None:
    adopting = document("prod")
    without = document("prod")
    without["resources"] = [each for each in without["resources"] if each["type"] != "Domain"]
    found = compare("prod", adopting, without)
    assert "platform-destroyed" not in kinds(found)
    assert any("stays in the account" in text for text in texts(found, "cloud-updated"))


def test_a_role_that_a_binding_refers_to_cannot_be_changed_in_place() -> None:
    new = document()
    binding = next(each for each in new["objects"] if each["kind"] == "RoleBinding")
    binding["roleRef"]["name"] = "another"
    assert "object-replaced" in kinds(compare("dev", document(), new))


def test_a_reason_that_is_worded_otherwise_opens_nothing() -> None:
    new = document("prod")
    for flow in new["flows"]:
        flow["reason"] += " And more."
    assert {"connection-opened", "connection-closed"} & kinds(compare("prod", document("prod"), new)) == set()


def test_a_limit_of_another_name_still_stands_there() -> None:
    new = document("prod")
    for each in new["objects"]:
        if each["kind"] == "Middleware" and each["metadata"]["name"] == "per-client":
            each["metadata"]["name"] = "each-client"
        for link in each.get("spec", {}).get("chain", {}).get("middlewares", ()):
            link["name"] = link["name"].replace("per-client", "each-client")
    assert "limit-dropped" not in kinds(compare("prod", document("prod"), new))


def test_a_chain_that_holds_itself_ends() -> None:
    new = document("prod")
    for each in new["objects"]:
        if each["kind"] == "Middleware" and each["metadata"]["name"] == "public":
            each["spec"]["chain"]["middlewares"].append({"name": "public"})
    assert "guard-dropped" not in kinds(compare("prod", document("prod"), new))


def test_a_policy_that_the_analysis_cannot_read_is_told_and_stops_nothing_else() -> None:
    new = document()
    policy = next(each for each in new["objects"] if each["kind"] == "NetworkPolicy")
    policy["spec"]["podSelector"] = "everything"
    found = compare("dev", document(), new)
    assert "policy-unread" in kinds(found)
    assert "objects-changed" in kinds(found)


def test_a_policy_that_is_taken_away_cuts_the_flows_that_it_carried() -> None:
    new = document()
    new["objects"] = [
        each
        for each in new["objects"]
        if not (each["kind"] == "NetworkPolicy" and each["metadata"]["name"] == "traefik")
    ]
    assert "flow-cut" in kinds(compare("dev", document(), new))


def test_without_any_policy_everything_is_open_and_no_flow_is_cut() -> None:
    new = document()
    new["objects"] = [each for each in new["objects"] if "NetworkPolicy" not in each["kind"]]
    found = compare("dev", document(), new)
    assert {"opened-without-flow", "opened-to-internet", "opened-cluster-wide"} <= kinds(found)
    assert "flow-cut" not in kinds(found)


def test_a_flow_that_goes_while_its_policy_stays_leaves_a_connection_without_a_flow() -> None:
    new = document()
    new["flows"] = [each for each in new["flows"] if each["name"] != "traefik-to-api-server"]
    (text,) = texts(compare("dev", document(), new), "opened-without-flow")
    assert text == (
        "Policies let `traefik/traefik` connect to `kube-apiserver` on `TCP 443,6443,16443`: "
        "no flow asks for it."
    )


def test_a_flow_that_the_bases_policies_forbade_is_told_when_it_opens() -> None:
    old = document()
    old["objects"] = [each for each in old["objects"] if each["kind"] != "CiliumNetworkPolicy"]
    opened = texts(compare("dev", old, document()), "opened-outside")
    assert "The policies now allow flow `controller-to-acme-v02`, and did not before." in opened


def test_what_closes_without_a_flow_is_told() -> None:
    old = document()
    (policy,) = [
        each
        for each in old["objects"]
        if each["kind"] == "NetworkPolicy" and each["metadata"]["name"] == "shop-web"
    ]
    office = {"from": [{"ipBlock": {"cidr": "203.0.113.0/24"}}], "ports": [{"port": 9090}]}
    policy["spec"]["ingress"].append(office)
    (text,) = texts(compare("dev", old, document()), "connection-closed")
    assert text == (
        "Policies no longer let `203.0.113.0/24` connect to `shop/shop-web` on `TCP 9090`: "
        "no flow asks for it."
    )


def test_pods_of_somebody_else_are_no_more_open_than_before_a_flow_named_them() -> None:
    scraper = {"namespace": "metrics", "labels": {"app": "prometheus"}}
    integrated = {
        "network:observability": {"prometheus": {"integrate": {"namespace": "metrics", "scraper": scraper}}}
    }
    found = compare("dev", document("dev"), document("dev", integrated, WATCHING))
    assert "connection-opened" in kinds(found)
    assert not kinds(found) & {"opened-to-internet", "opened-cluster-wide"}


def test_a_watch_from_outside_that_goes_is_told_for_each_host_and_alert() -> None:
    watched = {
        "network:observability": {"prometheus": {"install": {}}, "outside": {"emails": ["ops@webgrip.nl"]}}
    }
    fewer = {
        "network:observability": {
            "prometheus": {"install": {}},
            "outside": {"emails": ["ops@webgrip.nl"], "exceptHosts": ["shop.dev.k8s.webgrip.nl"]},
        }
    }
    found = compare("dev", document(over=watched), document(over=fewer))
    told = texts(found, "watch-removed")
    assert len(told) == 3
    assert all("shop.dev.k8s.webgrip.nl" in each for each in told)
