"""What a change does to promises, alerts, probes and receivers."""

import copy
from typing import Any

import pytest

from network.review.compare import StackReview, compare
from network.review.document import Document
from tests.unit.review.documents import document, kinds, texts

SHOP = {
    "host": "shop.dev.k8s.webgrip.nl",
    "availability": 99.9,
    "latency": [{"within": "300ms", "target": 99}],
    "throughput": {"atLeast": 1, "atMost": 100},
    "alsoFailures": [429],
    "minimumRequests": 100,
}
RECEIVERS = {
    "on-call": {"pagerDuty": {}, "severities": ["critical"]},
    "shop": {"slack": {"channel": "#shop"}},
}
SWITCH = {"host": "hc-ping.com"}
LESS, MORE = "objective-loosened", "objective-tightened"


def watched(objective: dict[str, Any] | None = None, **alerting: Any) -> Document:
    """Return the document of the dev stack with one objective."""
    told: dict[str, Any] = {"receivers": RECEIVERS, "deadManSwitch": SWITCH, **alerting}
    layer = {
        "prometheus": {"install": {}},
        "objectives": {"shop": {**SHOP, **(objective or {})}},
        "alerting": told,
    }
    return _dev({"network:observability": layer, "network:alertReceivers": _secrets(told)})


def _dev(over: dict[str, Any]) -> Document:
    """Return the document of the dev stack, watched by what is laid over it alone."""
    return document("dev", over, ("network:observability", "network:alertReceivers"))


def _secrets(alerting: dict[str, Any]) -> dict[str, str]:
    secrets = {name: _secret(receiver) for name, receiver in alerting["receivers"].items()}
    switch = alerting["deadManSwitch"]
    return (
        secrets if switch is None else {**secrets, "dead-man-switch": f"https://{switch['host']}/throw-away"}
    )


def _secret(receiver: dict[str, Any]) -> str:
    if "pagerDuty" in receiver:
        return "R03D4K3YF0RPAG3RDUTY"
    return f"https://{receiver.get('webhook', {}).get('host', 'hooks.slack.com')}/services/T0/B0/throw-away"


def review(before: Document, after: Document) -> StackReview:
    return compare("dev", before, after)


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"availability": 99}, LESS),
        ({"availability": None, "alsoFailures": []}, LESS),
        ({"availability": 99.95}, MORE),
        ({"latency": [{"within": "500ms", "target": 99}]}, LESS),
        ({"latency": [{"within": "300ms", "target": 98}]}, LESS),
        ({"latency": []}, LESS),
        ({"latency": [{"within": "200ms", "target": 99}]}, MORE),
        ({"latency": [{"within": "300ms", "target": 99}, {"within": "1s", "target": 99.9}]}, MORE),
        ({"throughput": None}, LESS),
        ({"throughput": {"atLeast": 0.5, "atMost": 100}}, LESS),
        ({"throughput": {"atLeast": 1, "atMost": 200}}, LESS),
        ({"throughput": {"atLeast": 1}}, LESS),
        ({"throughput": {"atLeast": 1, "atMost": 100, "target": 98}}, LESS),
        ({"throughput": {"atLeast": 2, "atMost": 50}}, MORE),
        ({"alsoFailures": []}, LESS),
        ({"alsoFailures": [404, 429]}, MORE),
        ({"minimumRequests": 1000}, LESS),
        ({"minimumRequests": 10}, MORE),
    ],
    ids=str,
)
def test_a_promise_is_less_or_more_than_before(change: dict[str, Any], kind: str) -> None:
    assert kinds(review(watched(), watched(change))) & {LESS, MORE} == {kind}
    (other,) = {LESS, MORE} - {kind}
    assert kinds(review(watched(change), watched())) & {LESS, MORE} == {other}


def test_a_shorter_time_for_fewer_requests_is_both() -> None:
    found = review(watched(), watched({"latency": [{"within": "200ms", "target": 98}]}))
    assert {LESS, MORE} <= kinds(found)
    assert texts(found, LESS) == [
        "Objective `shop` of `shop.dev.k8s.webgrip.nl` promises less: `latency within 300ms` `99.0` → `98.0`."
    ]
    assert "`latency within 200ms` *absent* → `98.0`" in texts(found, MORE)[0]


@pytest.mark.parametrize(
    "change",
    [{"window": "28d"}, {"host": None, "route": "shop/shop"}, {"host": "api.dev.k8s.webgrip.nl"}],
    ids=str,
)
def test_a_promise_of_something_else_is_neither(change: dict[str, Any]) -> None:
    found = kinds(review(watched(), watched(change)))
    assert "objective-changed" in found
    assert found & {LESS, MORE} == set()


def test_an_objective_appears_and_goes() -> None:
    without = _dev({"network:observability": {"prometheus": {"install": {}}}})
    assert "objective-added" in kinds(review(without, watched()))
    gone = review(watched(), without)
    assert {"objective-removed", "alert-removed", "receiver-removed"} <= kinds(gone)
    assert "AvailabilityBudgetBurnsFast" in texts(gone, "alert-removed")[0]


def test_a_layer_that_is_new_has_no_alerts_added_to_it() -> None:
    bare = _dev({})
    found = kinds(review(bare, watched()))
    assert "objective-added" in found
    assert found & {"alert-added", "watching-removed"} == set()


def test_a_layer_that_goes_is_told_once() -> None:
    found = review(watched(), _dev({}))
    about = {"watching-removed", "objective-removed", "alert-removed", "probe-removed", "receiver-removed"}
    assert kinds(found) & about == {"watching-removed"}


def test_alerts_are_lowered_raised_and_added() -> None:
    after = watched()
    changed = copy.deepcopy(after)
    severities = {"IngressDown": "info", "PolicyDrops": "critical"}
    for alert in changed["alerts"]:
        alert["severity"] = severities.get(alert["name"], alert["severity"])
    changed["alerts"].append({"name": "Further", "severity": "info"})
    found = review(after, changed)
    assert texts(found, "alert-lowered") == ["Alert `IngressDown`: `critical` → `info`, so it wakes nobody."]
    assert texts(found, "alert-raised") == ["Alert `PolicyDrops`: `warning` → `critical`."]
    assert texts(found, "alert-added") == ["1 further alert: `Further`."]


def test_an_address_that_is_served_and_no_longer_probed_is_told() -> None:
    before, after = watched(), copy.deepcopy(watched())
    after["objects"] = [each for each in after["objects"] if each["kind"] != "Probe"]
    (text,) = texts(review(before, after), "probe-removed")
    assert "`https://shop.dev.k8s.webgrip.nl`" in text
    assert "`http://shop.dev.k8s.webgrip.nl`" in text


def test_an_address_that_goes_with_its_route_is_not_told_as_a_probe() -> None:
    before, after = watched(), copy.deepcopy(watched())
    after["objects"] = [each for each in after["objects"] if each["kind"] not in ("Probe", "IngressRoute")]
    assert "probe-removed" not in kinds(review(before, after))


def test_a_probe_by_handshake_is_still_a_probe() -> None:
    before, after = watched(), copy.deepcopy(watched())
    for each in after["objects"]:
        if each["kind"] == "Probe":
            targets = each["spec"]["targets"]["staticConfig"]
            targets["static"] = [
                target.removeprefix("https://").partition("/")[0] + ":443"
                if target.startswith("https")
                else target
                for target in targets["static"]
            ]
    assert "probe-removed" not in kinds(review(before, after))


def test_receivers_and_the_dead_mans_switch_are_told() -> None:
    others = {
        **RECEIVERS,
        "shop": {"slack": {"channel": "#others"}},
        "hook": {"webhook": {"host": "a.example"}},
    }
    found = review(watched(), watched(receivers=others, deadManSwitch={"host": "b.example"}))
    assert texts(found, "receiver-changed") == [
        "Receiver `shop`: `slack.channel` `#shop` → `#others`.",
        "Receiver `hook` is told of alerts from now on.",
        "The dead man's switch: `host` `hc-ping.com` → `b.example`.",
    ]
    alone = {"on-call": RECEIVERS["on-call"]}
    gone = texts(review(watched(), watched(receivers=alone, deadManSwitch=None)), "receiver-removed")
    assert [text.partition("**:")[0] for text in gone] == [
        "**Receiver `shop` is gone",
        "**The dead man's switch is gone",
    ]


@pytest.mark.parametrize(("after", "told"), [(200, False), (201, True), (10, False)])
def test_series_that_grow_by_more_than_a_fifth_are_told(after: int, told: bool) -> None:
    before = {**watched(), "series": {"ingress": 100, "control": 400}}
    found = review(before, {**watched(), "series": {"ingress": after, "control": 400}})
    assert ("series-grown" in kinds(found)) is told


def test_what_makes_most_of_the_series_is_named() -> None:
    before = {**watched(), "series": {"ingress": 1000, "control": 4000}}
    found = review(before, {**watched(), "series": {"ingress": 9000, "control": 4100}})
    (text,) = texts(found, "series-grown")
    assert "`5,000` → `13,100`, most of them by `ingress` (`1,000` → `9,000`)" in text


def test_a_base_that_is_not_watched_has_no_series_to_compare_with() -> None:
    assert "series-grown" not in kinds(review(_dev({}), watched()))
