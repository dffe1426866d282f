"""`network doctor` in a running lab: nothing to find while all is well, and of each fault planted for
real exactly its link (ADM-4)."""

import json
import sys
import time
from typing import Any

import pytest

from network.plan.access import READER
from tests.lab.patience import until
from tests.lab.planting.account import refusing
from tests.lab.planting.links import FAULTS
from tests.lab.planting.rights import kubeconfig_of, reader_without
from tests.lab.traffic_lab import ZONE, TrafficLab

pytestmark = pytest.mark.lab


@pytest.fixture(autouse=True, scope="module")
def issued(traffic: TrafficLab) -> None:
    """An `up` does not wait for HTTP-01: its names may lead to the load balancer only afterwards."""
    wait = ("--all", "--namespace=traefik", "--for=condition=Ready", "--timeout=180s")
    traffic.kubectl("wait", "certificate", *wait)


def doctor(traffic: TrafficLab, *question: str, kubeconfig: str = "", file: str = "") -> dict[str, Any]:
    trusted = traffic.platform.folder / "internet" / "trusted.pem"
    settings = [f"SSL_CERT_FILE={trusted}", *([f"KUBECONFIG={kubeconfig}"] if kubeconfig else [])]
    file = file or str(traffic.engine.stack_file)
    command = [sys.executable, "-m", "network", "doctor", "--file", file, "--format", "json"]
    return json.loads(traffic.run("env", *settings, *command, *question, status=None))


def in_time(traffic: TrafficLab, *question: str, file: str = "") -> tuple[dict[str, Any], float]:
    """An answer for which nobody was late, as they are on a machine that does much else, or the last of
    three; and how many seconds it took."""
    told: dict[str, Any] = {}
    took = 0.0
    for _ in range(3):
        began = time.monotonic()
        told = doctor(traffic, *question, file=file)
        took = time.monotonic() - began
        if not any("no answer within" in each["found"] for each in told["findings"]):
            break
    return told, took


def of(told: dict[str, Any], verdict: str) -> list[tuple[str, str]]:
    return [(each["code"], each["subject"]) for each in told["findings"] if each["verdict"] == verdict]


def broken(told: dict[str, Any]) -> list[str]:
    """What is, each on a line."""
    found = [each for each in told["findings"] if each["verdict"] == "differs"]
    return [f"{each['code']} {each['subject']}: {each['found']}" for each in found]


def test_a_healthy_platform_has_no_finding(traffic: TrafficLab) -> None:
    told, took = in_time(traffic, "--all")
    print(f"--all: {len(told['findings'])} links in {took:.1f} s")
    assert broken(told) == []
    # From the internet nobody sees what stands behind the internal load balancer.
    unseen = [subject for _, subject in of(told, "could not look")]
    assert all(subject.startswith(f"ledger.{ZONE}") for subject in unseen)


def test_the_role_of_a_reader_is_enough(traffic: TrafficLab) -> None:
    told = doctor(traffic, f"shop.{ZONE}", kubeconfig=kubeconfig_of(traffic, "somebody", "engineering"))
    assert of(told, "could not look") == []
    assert told["status"] == 0, broken(told)


def test_without_a_right_of_the_account_the_links_that_need_it_say_which(traffic: TrafficLab) -> None:
    with refusing("list_load_balancers")(traffic):
        told = doctor(traffic, "api/api")
    assert of(told, "differs") == []
    assert of(told, "could not look") == [
        (code, "network-dev") for code in ("load-balancer", "node-check", "node-port")
    ]
    unseen = [each for each in told["findings"] if each["verdict"] == "could not look"]
    assert all("`load_balancer:read`" in each["remedy"] for each in unseen)
    assert told["status"] == 2


def test_without_a_right_in_the_cluster_the_link_that_needs_it_says_which(traffic: TrafficLab) -> None:
    with reader_without(traffic, "traefik.io", "ingressroutes") as kubeconfig:
        told = doctor(traffic, "api/api", kubeconfig=kubeconfig)
    (unseen,) = [each for each in told["findings"] if each["verdict"] != "as planned"]
    assert (unseen["code"], unseen["verdict"]) == ("router", "could not look")
    assert 'cannot list resource "ingressroutes"' in unseen["found"]
    assert READER in unseen["remedy"]
    assert told["status"] == 2


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=[] if fault.in_ci else [pytest.mark.campaign])
        for name, fault in FAULTS.items()
    ],
)
def test_a_fault_is_named_and_nothing_else(traffic: TrafficLab, name: str) -> None:
    fault = FAULTS[name]
    # Of a connection the arrow would be an option by itself.
    question = fault.question.split() if fault.question.startswith("--") else [fault.question]
    with fault.plant(traffic):
        told, took = in_time(traffic, *question, file=fault.stack_file)
    until(lambda: not broken(doctor(traffic, *question, file=fault.stack_file)), "it is healthy again")
    print(f"{name}: {fault.code} after {took:.1f} s")
    assert of(told, "differs") == [(fault.code, fault.subject)], broken(told)
    assert told["status"] == 1
    (only,) = [each for each in told["findings"] if each["verdict"] == "differs"]
    assert only["remedy"]
    assert only["causes"]
    if "--about" not in fault.question:  # which asks for links that stand beside each other
        at = told["findings"].index(only)
        assert {each["verdict"] for each in told["findings"][:at]} <= {"as planned"}


def test_after_all_of_them_the_platform_is_healthy_again(traffic: TrafficLab) -> None:
    told, _ = in_time(traffic, "--about", "connectivity")
    assert broken(told) == []
