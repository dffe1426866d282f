"""What a change does to promises, alerts, probes and receivers."""

import copy
from typing import Any

import pytest

from network.review.compare import StackReview, compare
from network.review.document import Document
from network.review.kinds import KINDS, Weight
from tests.stacks import WATCHING
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
    return document("dev", over, WATCHING)


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


def told(team: str | None, receivers: dict[str, Any], other: str = "sales") -> Document:
    """Return the document of the dev stack whose shop has a team, and a second application another."""
    given = copy.deepcopy(watched())
    given["config"]["applications"]["shop"]["team"] = team
    given["config"]["applications"]["other"] = {"team": other}
    given["config"]["observability"]["alerting"]["receivers"] = receivers
    return given


BOTH = ["critical", "warning"]
ON_CALL = {"severities": ["critical"], "teams": []}
SALES = {"severities": BOTH, "teams": ["sales"]}
UNTOLD = "**Alerts of application `shop` reach nobody of team `sales` any more** (`critical`, `warning`): "


@pytest.mark.parametrize(
    ("team", "receivers", "why"),
    [
        (None, {"on-call": ON_CALL, "sales": SALES}, "it has no team now."),
        ("stock", {"on-call": ON_CALL, "sales": SALES}, "it is of another team now."),
        ("sales", {"on-call": ON_CALL}, "no receiver takes them."),
        ("sales", {"on-call": ON_CALL, "sales": {**SALES, "teams": ["stock"]}}, "no receiver takes them."),
    ],
)
def test_an_application_whose_team_is_told_no_more_is_a_danger(
    team: str | None, receivers: dict[str, Any], why: str
) -> None:
    found = review(told("sales", {"on-call": ON_CALL, "sales": SALES}), told(team, receivers))
    assert [text for text in texts(found, "team-untold") if "`shop`" in text] == [UNTOLD + why]
    assert KINDS["team-untold"].weight is Weight.DANGER


def test_a_team_that_is_told_less_is_told_which_severities_are_lost() -> None:
    fewer = {"on-call": ON_CALL, "sales": {**SALES, "severities": ["critical"]}}
    found = review(told("sales", {"on-call": ON_CALL, "sales": SALES}), told("sales", fewer))
    assert all("(`warning`)" in text for text in texts(found, "team-untold"))
    assert len(texts(found, "team-untold")) == 2


@pytest.mark.parametrize(
    ("team", "receivers"),
    [
        ("sales", {"on-call": ON_CALL, "sales": {**SALES, "teams": []}}),
        ("sales", {"on-call": ON_CALL, "by-hook": SALES}),
        ("stock", {"on-call": ON_CALL, "sales": SALES, "stock": {**SALES, "teams": ["stock"]}}),
    ],
)
def test_an_application_whose_alerts_still_reach_a_team_is_none(
    team: str | None, receivers: dict[str, Any]
) -> None:
    found = review(told("sales", {"on-call": ON_CALL, "sales": SALES}), told(team, receivers))
    assert "team-untold" not in kinds(found)
    assert bool([t for t in texts(found, "receiver-changed") if "label" in t]) is (team != "sales")


def test_a_team_that_somebody_elses_alertmanager_may_tell_by_is_a_point_to_check() -> None:
    sides = [copy.deepcopy(told(team, {})) for team in ("sales", None)]
    for each in sides:
        each["config"]["observability"]["prometheus"] = {"integrate": {"namespace": "prometheus"}}
    assert texts(review(*sides), "receiver-changed") == [
        "Alerts of application `shop` bear another label `team`: `sales` → *absent*."
    ]


@pytest.mark.parametrize(("after", "told"), [(200, False), (201, True), (10, False)])
def test_series_that_grow_by_more_than_a_fifth_are_told(after: int, told: bool) -> None:
    before = {**watched(), "seriesByJob": {"traefik": 100, "probe": 400}}
    found = review(before, {**watched(), "seriesByJob": {"traefik": after, "probe": 400}})
    assert ("series-grown" in kinds(found)) is told


def test_what_makes_most_of_the_series_is_named() -> None:
    before = {**watched(), "seriesByJob": {"traefik": 1000, "probe": 4000}}
    found = review(before, {**watched(), "seriesByJob": {"traefik": 9000, "probe": 4100}})
    (text,) = texts(found, "series-grown")
    assert "`5,000` → `13,100`, most of them by `traefik` (`1,000` → `9,000`)" in text


def test_a_base_that_is_not_watched_has_no_series_to_compare_with() -> None:
    assert "series-grown" not in kinds(review(_dev({}), watched()))


def kept(**logs: Any) -> Document:
    """Return the document of the dev stack with logs."""
    layer = {"prometheus": {"install": {}}, "logs": {"store": {"install": {}}, **logs}}
    return _dev({"network:observability": layer})


def test_names_of_users_that_are_kept_from_now_on_are_told() -> None:
    assert "logs-widened" in kinds(review(kept(), kept(userNames="keep")))
    assert "logs-widened" not in kinds(review(kept(userNames="keep"), kept()))


def test_lines_that_nobody_can_look_up_any_more_are_told() -> None:
    before = kept(applications=["shop", "api"])
    assert texts(review(before, kept(applications=["api"])), "logs-removed") == [
        "Lines of `shop` are no longer kept."
    ]
    without = _dev({"network:observability": {"prometheus": {"install": {}}}})
    assert texts(review(before, without), "logs-removed") == ["**No logs are kept any more.**"]


def test_who_else_is_told_from_outside_is_told() -> None:
    def outside(*emails: str) -> Document:
        return _dev({"network:observability": {"prometheus": {"install": {}}, "outside": {"emails": emails}}})

    (text,) = texts(review(outside("ops@webgrip.nl"), outside("a@webgrip.nl")), "receiver-changed")
    assert "ops@webgrip.nl" in text
    assert "a@webgrip.nl" in text
