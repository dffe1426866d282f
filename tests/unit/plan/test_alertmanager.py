"""Alertmanager's configuration: who is told of what, by files that hold the secrets."""

import json
import re
import subprocess
from ipaddress import IPv4Network
from pathlib import Path
from typing import Any

import pytest

from lab.parts import provide
from network.config import StackConfig
from network.config.observability.alerting import Alerting
from network.config.stack import SECRETS
from network.plan import build
from network.plan.model.flows import Host, Port, Range
from network.plan.model.peers import DNS
from network.plan.observability.alertmanager import FOLDER, INHIBITIONS, configuration, secret
from network.plan.observability.alerts import WATCHDOG
from tests import libyaml, stacks
from tests.alerts.cases import ALWAYS, CASES
from tests.alerts.rules import every_alert


@pytest.fixture(scope="module")
def config() -> StackConfig:
    return stacks.everything()


@pytest.fixture(scope="module")
def written(config: StackConfig) -> dict[str, Any]:
    return libyaml.load(secret(config).plain["alertmanager.yaml"])


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


@pytest.mark.parametrize("minutes", [1, 2, 5, 60])
@pytest.mark.parametrize("latency", [0.001, 5])
def test_the_dead_mans_switch_is_called_as_often_as_declared(minutes: int, latency: float) -> None:
    """As Alertmanager does: a look each `group_interval`, at which it tells again whom it told longer ago
    than `repeat_interval` (`notify.DedupStage`)."""
    switch = {"host": "hc-ping.com", "everyMinutes": minutes}
    route = configuration(Alerting.model_validate({"deadManSwitch": switch}))["route"]["routes"][0]
    look, repeat = (float(route[key].removesuffix("s")) for key in ("group_interval", "repeat_interval"))
    calls = [0.0]
    for at in (look * index for index in range(1, int(4 * minutes * 60 / look) + 1)):
        if calls[-1] + latency < at - repeat:
            calls.append(at)
    assert calls == [minutes * 60 * call for call in range(5)]


def _annotated(status: str, what: str) -> dict[str, Any]:
    return {"status": status, "annotations": {"summary": what, "description": f"{what}!", "runbook_url": "/"}}


FIRES, ALSO, OVER = _annotated("firing", "a"), _annotated("firing", "b"), _annotated("resolved", "gone")


@pytest.mark.lab
@pytest.mark.parametrize(
    ("alerts", "summary"),
    [([OVER, FIRES, ALSO], "a (first of 2)"), ([OVER, FIRES], "a"), ([OVER], "gone")],
)
def test_a_page_names_what_is_hurt_now(
    written: dict[str, Any], tmp_path: Path, alerts: list[dict[str, Any]], summary: str
) -> None:
    page = _receiver(written, "pagerduty_configs")
    assert _rendered(page["description"], alerts, tmp_path) == summary
    assert _rendered(page["details"]["description"], alerts, tmp_path) == f"{summary.split()[0]}!"


@pytest.mark.lab
def test_a_message_tells_apart_what_is_hurt_and_what_is_over(written: dict[str, Any], tmp_path: Path) -> None:
    text = _rendered(_receiver(written, "slack_configs")["text"], [OVER, FIRES, ALSO], tmp_path)
    lines = text.splitlines()
    assert [line for line in lines if line.startswith("*")] == ["*a*", "*b*"]
    assert [line for line in lines if "gone" in line] == ["No longer: gone"]


@pytest.mark.parametrize("runbooks", [None, "https://docs.example.org/alerts"])
def test_a_page_links_to_addresses_alone(runbooks: str | None) -> None:
    receivers = {"on-call": {"pagerDuty": {}}}
    alerting = Alerting.model_validate({"receivers": receivers, "runbooks": runbooks})
    assert ("links" in _receiver(configuration(alerting), "pagerduty_configs")) == (runbooks is not None)


def _receiver(written: dict[str, Any], kind: str) -> dict[str, Any]:
    return next(receiver[kind][0] for receiver in written["receivers"] if kind in receiver)


def _rendered(template: str, alerts: list[dict[str, Any]], folder: Path) -> str:
    """Return what Alertmanager's own tool makes of a template."""
    data, none = folder / "data.json", folder / "none.tmpl"
    data.write_text(json.dumps({"status": "firing", "alerts": alerts}))
    none.touch()
    amtool = provide.ensure("alertmanager")["alertmanager"] / "amtool"
    files = [f"--template.glob={none}", f"--template.data={data}"]
    command = [amtool, "template", "render", *files, f"--template.text={template}"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def test_without_receivers_alerts_reach_nobody_and_the_configuration_is_whole() -> None:
    observability = {"network:observability": {"prometheus": {"install": {}}}}
    planned = secret(stacks.stack_config("dev", observability, without=stacks.WATCHING))
    assert not planned.data
    assert [each["name"] for each in libyaml.load(planned.plain["alertmanager.yaml"])["receivers"]] == [
        "nobody"
    ]


def test_alerts_that_silence_others_are_alerts() -> None:
    named = {name for each in INHIBITIONS for name in (*each.while_firing, *each.silent)}
    assert named <= every_alert().keys()
    assert not named & set(ALWAYS)


def test_alerts_that_silence_others_have_the_labels_by_which_they_do() -> None:
    """Labels of its case: Prometheus gives an alert these and no others (`tests/alerts/test_alerts.py`)."""
    has = {case.alert: case.labels for case in CASES}
    missing = {
        (name, label)
        for each in INHIBITIONS
        for name in (*each.while_firing, *each.silent)
        for label in each.alike
        if label not in {*has[name], *every_alert()[name].labels}
    }
    assert not missing


def test_no_page_is_silenced_by_a_ticket() -> None:
    severity = {name: alert.severity for name, alert in every_alert().items()}
    for inhibition in INHIBITIONS:
        assert {severity[name] for name in inhibition.while_firing} == {"critical"}


def test_it_finds_whom_it_tells_while_the_cluster_s_dns_is_down(config: StackConfig) -> None:
    """Else nobody hears that it is down."""
    resolver = config.external.vpc.ip_range[-2]
    planned = build(config)
    assert planned.observability.stack is not None
    values = planned.observability.stack.values["alertmanager"]["alertmanagerSpec"]
    assert values["additionalConfig"]["dnsConfig"] == {"nameservers": [str(resolver)]}
    (flow,) = [flow for flow in planned.flows if flow.name == "alertmanager-to-vpc-resolver"]
    assert (flow.destination, flow.ports) == (Range(IPv4Network(resolver)), DNS)


def test_a_job_without_an_answer_is_told_once_by_the_alert_that_is_about_it() -> None:
    """Where no replica of Traefik runs, Prometheus has no target of that name either."""
    about = {
        alert.name: job.group(1)
        for alert in every_alert().values()
        if (job := re.fullmatch(r'absent\(up\{job="(.+)"\} == 1\)', alert.expr))
    }
    assert about.keys() == {"IngressDown", "ClusterDnsDown"}
    for name, job in about.items():
        assert every_alert()[name].labels == {"job": job}
        held_back = [
            each.silent for each in INHIBITIONS if name in each.while_firing and each.alike == ("job",)
        ]
        silent = {one for names in held_back for one in names}
        assert {"TargetMissing", "TargetDown"} <= silent


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
        ("alertname=NodeDown severity=critical", "platform,on-call,hook"),
        ("alertname=RouteSlow severity=warning team=sales", "platform,sales,hook"),
        ("alertname=BackendGone severity=critical team=sales", "platform,on-call,sales,hook"),
        ("alertname=Other severity=info", "nobody"),
    ],
)
def test_alertmanager_routes_as_declared(
    written: dict[str, Any], tmp_path: Path, labels: str, receivers: str
) -> None:
    file = tmp_path / "alertmanager.yaml"
    file.write_text(libyaml.dump(written))
    amtool = provide.ensure("alertmanager")["alertmanager"] / "amtool"
    subprocess.run([amtool, "check-config", file], check=True, capture_output=True)
    command = [amtool, "config", "routes", "test", f"--config.file={file}", f"--verify.receivers={receivers}"]
    done = subprocess.run([*command, *labels.split()], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
