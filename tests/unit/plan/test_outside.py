"""The watch from outside follows from routes, certificates and the load balancer."""

from collections.abc import Iterator
from typing import Any

from network.plan import build
from network.plan.model.cloud import CloudResource
from network.plan.outside import OutsidePlan
from tests import stacks


def outside(over: dict[str, Any] | None = None, base: str = "dev", **settings: Any) -> OutsidePlan:
    layer = {"prometheus": {"install": {}}, "outside": {"emails": ["ops@webgrip.nl"], **settings}}
    return build(stacks.stack_config(base, {**(over or {}), "network:observability": layer})).outside


def targets(plan: OutsidePlan) -> list[str]:
    return [watch.check.arguments["target"] for watch in plan.hosts]


def of_balancers(plan: OutsidePlan) -> Iterator[CloudResource]:
    """Alerts of every load balancer."""
    return (alert for alerts in plan.load_balancers.values() for alert in alerts)


def test_nobody_asks_unless_somebody_wants_it() -> None:
    assert build(stacks.stack_config("dev")).outside == OutsidePlan()


def test_every_host_that_answers_strangers_is_asked_once() -> None:
    assert targets(outside()) == ["https://api.dev.k8s.webgrip.nl/", "https://shop.dev.k8s.webgrip.nl/"]


def test_a_host_is_asked_at_the_shortest_path_that_is_served() -> None:
    routes = {
        "api": {"pathPrefix": "/v1"},
        "older": {"host": "api.dev.k8s.webgrip.nl", "path": "/health", "workload": "api", "port": "http"},
    }
    plan = outside({"network:applications": {"api": {"routes": routes}}})
    assert targets(plan)[0] == "https://api.dev.k8s.webgrip.nl/v1"


def test_hosts_that_refuse_strangers_are_left_out() -> None:
    internal = {"network:applications": {"api": {"routes": {"api": {"chain": "internal"}}}}}
    assert targets(outside(internal)) == ["https://shop.dev.k8s.webgrip.nl/"]
    posts = {"network:applications": {"api": {"routes": {"api": {"methods": ["POST"]}}}}}
    assert targets(outside(posts)) == ["https://shop.dev.k8s.webgrip.nl/"]
    assert targets(outside(exceptHosts=["api.dev.k8s.webgrip.nl"])) == ["https://shop.dev.k8s.webgrip.nl/"]


def test_each_host_has_an_alert_for_down_and_one_for_its_certificate() -> None:
    for watch in outside().hosts:
        assert [alert.arguments["type"] for alert in watch.alerts] == ["down_global", "ssl_expiry"]
        for alert in watch.alerts:
            assert alert.arguments["notifications"] == [{"emails": ["ops@webgrip.nl"]}]


def test_a_certificate_is_told_of_when_half_the_time_for_its_renewal_has_passed() -> None:
    def days(profile: str) -> int:
        (watch, *_) = outside({"network:certificates": {"profile": profile}}).hosts
        return watch.alerts[1].arguments["threshold"]

    # 45 days, of which 15 are for renewal.
    assert days("classic") == 7
    assert days("tlsserver") == 7


def test_a_load_balancer_that_has_limits_is_watched_near_them() -> None:
    kinds = {alert.arguments["type"]: alert.arguments["value"] for alert in of_balancers(outside())}
    assert kinds == {
        "v1/insights/lbaas/connection_utilization_percent": 80,
        "v1/insights/lbaas/avg_cpu_utilization_percent": 80,
    }
    network = {"network:ingress": {"loadBalancer": {"type": "REGIONAL_NETWORK", "proxyProtocol": False}}}
    assert not list(of_balancers(outside(network)))


def test_no_plan_holds_the_webhook() -> None:
    over = {"network:outsideSlackUrl": "https://hooks.slack.com/services/T0/B0/x"}
    plan = outside(over, slackChannel="#ops")
    assert plan.slack_channel == "#ops"
    assert "hooks.slack.com" not in str(plan)
