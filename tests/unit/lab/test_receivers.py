"""Whoever Alertmanager tells, in the lab's outside world."""

from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest

from lab.engine.overrides import overrides
from lab.engine.receivers import receivers
from lab.instance.supplies import Supplies
from lab.internet.receivers import serve, told

ALERTING: dict[str, Any] = {
    "receivers": {
        "on-call": {"pagerDuty": {"region": "eu"}},
        "chat": {"slack": {}},
        "bridge": {"webhook": {"host": "alerts.example.com", "port": 8443}},
    },
    "deadManSwitch": {"host": "ping.example.com"},
}


def config(alerting: Any) -> dict[str, Any]:
    return {"network:observability": {"prometheus": {"install": {}}, "alerting": alerting}}


def test_each_receiver_is_told_where_its_own_service_is() -> None:
    found = {each.name: (each.host, each.port, each.secret("x")) for each in receivers(config(ALERTING))}
    assert found == {
        "on-call": ("events.eu.pagerduty.com", 443, "x"),
        "chat": ("hooks.slack.com", 443, "https://hooks.slack.com/x"),
        "bridge": ("alerts.example.com", 8443, "https://alerts.example.com:8443/x"),
        "dead-man-switch": ("ping.example.com", 443, "https://ping.example.com/x"),
    }


@pytest.mark.parametrize("file", [{}, {"network:observability": None}, config(None), config({})])
def test_a_stack_that_tells_nobody_has_no_receivers(file: dict[str, Any]) -> None:
    assert receivers(file) == ()


def test_receivers_of_a_file_with_mistakes_keep_their_names() -> None:
    mistaken = {**ALERTING, "deadManSwitch": {"host": 7}}
    assert {each.name for each in receivers(config(mistaken))} == {
        "on-call",
        "chat",
        "bridge",
        "dead-man-switch",
    }


def test_every_receiver_s_secret_is_the_lab_s_own(tmp_path: Path) -> None:
    found = {each.path: each for each in overrides(config(ALERTING), {}, "token", tmp_path, "cilium")}
    for receiver in receivers(config(ALERTING)):
        override = found[f"network:alertReceivers.{receiver.name}"]
        assert override.secret is not None
        assert override.secret() == override.secret()
        assert receiver.secret((tmp_path / "secrets" / f"alert-receiver-{receiver.name}").read_text()) == (
            override.secret()
        )


def test_what_is_told_is_kept_and_answered_as_its_service_does(tmp_path: Path) -> None:
    port = serve(tmp_path)
    answers: list[tuple[int, bytes]] = []
    for path, body in (("/v2/enqueue", b'{"routing_key": "k"}'), ("/hook", b"no JSON")):
        asked = Request(f"http://127.0.0.1:{port}{path}", body, {"Host": "alerts.example.com"})
        with urlopen(asked, timeout=5) as answer:
            answers.append((answer.status, answer.read()))
    assert answers == [(202, b'{"status": "success"}'), (200, b"ok")]
    first, second = told(tmp_path)
    assert (first.host, first.path, first.message) == (
        "alerts.example.com",
        "/v2/enqueue",
        {"routing_key": "k"},
    )
    assert second.message == "no JSON"
    assert first.at <= second.at


def test_a_lab_that_runs_lacks_the_receivers_and_images_that_it_was_not_given() -> None:
    given = Supplies("cilium", told=(("alerts.example.com", 443),), images={"x": Path("x")})
    assert not given.lacks(Supplies("cilium"))
    assert given.lacks(Supplies("cilium", told=(("ping.example.com", 443),)))
    assert given.lacks(Supplies("cilium", images={"y": Path("y")}))
