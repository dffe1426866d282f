"""Alertmanager's configuration: who is told of what, by files that hold the secrets."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from lab.parts import provide
from network.config import StackConfig
from network.config.stack import SECRETS
from network.plan import build
from network.plan.model.flows import Host, Port
from network.plan.observability.alertmanager import FOLDER, INHIBITIONS, secret
from network.plan.observability.alerts import WATCHDOG
from tests import stacks
from tests.alerts.cases import ALWAYS
from tests.alerts.rules import every_alert


@pytest.fixture(scope="module")
def config() -> StackConfig:
    return stacks.everything()


@pytest.fixture(scope="module")
def written(config: StackConfig) -> dict[str, Any]:
    return yaml.safe_load(secret(config).plain["alertmanager.yaml"])


def test_no_secret_is_in_the_plan(config: StackConfig) -> None:
    planned = secret(config)
    values = [each.get_secret_value() for each in config.alert_receivers.values()]
    assert not [value for value in values if value in json.dumps(dict(planned.plain))]
    assert set(planned.data.values()) == {f"alertReceivers.{name}" for name in config.alert_receivers}
    assert "alertReceivers" in SECRETS


def test_each_secret_is_read_from_the_file_that_holds_it(
    config: StackConfig, written: dict[str, Any]
) -> None:
    files = {
        value
        for receiver in written["receivers"]
        for kind, told in receiver.items()
        if kind != "name"
        for each in told
        for key, value in each.items()
        if key.endswith("_file")
    }
    assert files == {f"{FOLDER}/{key}" for key in secret(config).data}


def test_each_receiver_is_told_of_all_that_it_takes(written: dict[str, Any]) -> None:
    routes = {route["receiver"]: route for route in written["route"]["routes"]}
    assert routes["on-call"]["matchers"] == ['severity=~"critical"']
    assert routes["sales"]["matchers"] == ['severity=~"critical|warning"', 'team=~"sales"']
    assert all(routes[name]["continue"] for name in ("on-call", "sales", "hook"))


def test_the_watchdog_calls_the_dead_mans_switch_and_nobody_else(written: dict[str, Any]) -> None:
    first = written["route"]["routes"][0]
    assert first["receiver"] == "dead-man-switch"
    assert first["matchers"] == [f'alertname="{WATCHDOG}"']
    assert "continue" not in first
    assert first["repeat_interval"] == "10m"


def test_without_receivers_alerts_reach_nobody_and_the_configuration_is_whole() -> None:
    observability = {"network:observability": {"prometheus": {"install": {}}}}
    planned = secret(stacks.stack_config("dev", observability))
    assert not planned.data
    assert [each["name"] for each in yaml.safe_load(planned.plain["alertmanager.yaml"])["receivers"]] == [
        "nobody"
    ]


def test_alerts_that_silence_others_are_alerts() -> None:
    named = {name for each in INHIBITIONS for name in (*each.while_firing, *each.silent)}
    assert named <= every_alert().keys()
    assert not named & set(ALWAYS)


def test_no_page_is_silenced_by_a_ticket() -> None:
    severity = {name: alert.severity for name, alert in every_alert().items()}
    for inhibition in INHIBITIONS:
        assert {severity[name] for name in inhibition.while_firing} == {"critical"}


def test_policies_let_it_reach_whom_it_tells_and_nobody_else(config: StackConfig) -> None:
    told = {
        (flow.destination, flow.ports)
        for flow in build(config).flows
        if flow.name.startswith("alertmanager-to-") and isinstance(flow.destination, Host)
    }
    assert told == {
        (Host("events.eu.pagerduty.com"), (Port(443),)),
        (Host("hooks.slack.com"), (Port(443),)),
        (Host("alerts.partner.example"), (Port(8443),)),
        (Host("hc-ping.com"), (Port(443),)),
    }


@pytest.mark.lab
@pytest.mark.parametrize(
    ("labels", "receivers"),
    [
        ("alertname=Watchdog severity=info", "dead-man-switch"),
        ("alertname=NodeDown severity=critical", "on-call,hook"),
        ("alertname=RouteSlow severity=warning team=sales", "sales,hook"),
        ("alertname=BackendGone severity=critical team=sales", "on-call,sales,hook"),
        ("alertname=Other severity=info", "nobody"),
    ],
)
def test_alertmanager_routes_as_declared(
    written: dict[str, Any], tmp_path: Path, labels: str, receivers: str
) -> None:
    file = tmp_path / "alertmanager.yaml"
    file.write_text(yaml.safe_dump(written))
    amtool = provide.ensure("alertmanager")["alertmanager"] / "amtool"
    subprocess.run([amtool, "check-config", file], check=True, capture_output=True)
    command = [amtool, "config", "routes", "test", f"--config.file={file}", f"--verify.receivers={receivers}"]
    done = subprocess.run([*command, *labels.split()], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
