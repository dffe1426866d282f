"""Whoever a stack sends its logs and traces to, in the lab's outside world."""

from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest

from lab.engine.otlp import otlp_receivers
from lab.engine.overrides import Override, overrides
from lab.instance.supplies import Supplies
from lab.internet.addresses import OTLP
from lab.internet.otlp import OtlpReceiver, configuration, places
from network.config import StackConfig
from tests import stacks

LOGS = {"store": {"endpoint": {"url": "https://loki.example.org/otlp"}}}
TRACES = {"endpoint": {"url": "https://tempo.example.org:8443", "scheme": "Basic"}}


def stack(over: dict[str, Any], **secrets: str) -> StackConfig:
    watched = {"prometheus": {"install": {}}, **over}
    given = {f"network:{name}": value for name, value in secrets.items()}
    return stacks.stack_config("dev", {"network:observability": watched, **given})


def table(over: dict[str, Any], state: Path, **secrets: object) -> dict[str, Override]:
    given = {f"network:{name}": value for name, value in secrets.items()}
    config = {"network:observability": over, **given}
    return {each.path: each for each in overrides(config, {}, "token", state, "cilium")}


def test_a_receiver_takes_what_its_url_says_and_wants_what_the_collector_shows(tmp_path: Path) -> None:
    logs, traces = otlp_receivers(
        stack({"logs": LOGS, "traces": TRACES}, tracesCredential="theirs"), tmp_path
    )
    assert logs == OtlpReceiver("logs", "loki.example.org", 443, "/otlp", "")
    assert (traces.host, traces.port, traces.path) == ("tempo.example.org", 8443, "")
    secret = table({"traces": TRACES}, tmp_path, tracesCredential={})["network:tracesCredential"].secret
    assert secret is not None
    assert traces.authorization == f"Basic {secret()}"
    assert b64decode(secret()).decode().startswith("lab:")


def test_receivers_in_the_cluster_and_stores_of_the_platform_are_no_part_of_the_outside(
    tmp_path: Path,
) -> None:
    url = "http://loki.logs.svc.cluster.local:3100/otlp"
    inside = {"url": url, "pods": {"namespace": "logs", "labels": {"app": "loki"}}}
    assert [*otlp_receivers(stack({"logs": {"store": {"endpoint": inside}}}), tmp_path)] == []
    assert [*otlp_receivers(stack({"logs": {"store": {"install": {}}}}), tmp_path)] == []
    assert [*otlp_receivers(stacks.stack_config("dev"), tmp_path)] == []


def test_each_host_has_an_address_and_each_of_its_ports_a_receiver_of_the_collector_s() -> None:
    receivers = (
        OtlpReceiver("logs", "otlp.example.org", 443, "/loki", "Bearer l"),
        OtlpReceiver("traces", "otlp.example.org", 443, "", "Bearer t"),
    )
    (place,) = places(receivers)
    assert (place.address, place.receivers) == (OTLP[0], receivers)
    config = configuration(receivers, Path("/otlp"))
    assert config["receivers"] == {
        f"otlp/{place.name}": {
            "protocols": {
                "http": {
                    "endpoint": f"127.0.0.1:{place.local_port}",
                    "logs_url_path": "/loki/v1/logs",
                    "traces_url_path": "/v1/traces",
                    "auth": {"authenticator": f"bearertokenauth/{place.name}"},
                }
            }
        }
    }
    assert config["extensions"][f"bearertokenauth/{place.name}"]["tokens"] == ["Bearer l", "Bearer t"]
    apart = [*places((receivers[0], OtlpReceiver("traces", "tempo.example.org", 443, "", "")))]
    assert [each.address for each in apart] == [*OTLP]
    assert len({each.local_port for each in apart}) == 2


@pytest.mark.parametrize(
    ("logs", "expected"),
    [(None, False), ({"events": False}, False), ({}, True), ({"events": True}, True)],
)
def test_events_are_off_in_the_lab_where_a_stack_would_take_them(
    logs: dict[str, Any] | None, expected: bool, tmp_path: Path
) -> None:
    asked = {"logs": {"store": {"install": {}}, **logs}} if logs is not None else {}
    found = table(asked, tmp_path).get("network:observability.logs.events")
    assert (found is not None) is expected
    assert found is None or (found.value is False and found.reason)


def test_credentials_are_the_lab_s_own_where_a_stack_sends_any(tmp_path: Path) -> None:
    paths = {"network:logsCredential", "network:tracesCredential"}
    given = table({}, tmp_path, logsCredential={"secure": "v1:x"}, tracesCredential={"secure": "v1:y"})
    assert paths <= given.keys()
    for path in paths:
        secret = given[path].secret
        assert secret is not None
        assert secret() == secret()
        assert secret() not in str(given[path].value)
    assert not paths & table({"logs": LOGS, "traces": TRACES}, tmp_path).keys()


def test_a_lab_that_runs_lacks_receivers_that_it_was_not_given() -> None:
    receiver = OtlpReceiver("logs", "loki.example.org", 443, "", "")
    assert not Supplies("cilium", sent=(receiver,)).lacks(Supplies("cilium", sent=(receiver,)))
    assert Supplies("cilium").lacks(Supplies("cilium", sent=(receiver,)))
