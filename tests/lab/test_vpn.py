"""The VPN's machine with its real user data, in namespaces: peers reach what they are given and nothing else.

No cluster: a server in the VPC stands for the internal load balancer. The cloud firewall before the machine
is not simulated, so what is shut here is shut by the machine itself.
"""

import json
import os
import signal
import subprocess
import sys
from typing import Any

import pytest

from lab import parts as lab_parts
from lab.machine.sandbox import Record, is_running, remove_leftovers, sandbox_command
from lab.paths import project_dir
from lab.toolbox.waiting import until

pytestmark = pytest.mark.lab

WITHIN, OUTSIDE = "10.0.0.5", "203.0.113.8"
"""Addresses of the machine: by which others see whoever comes through it."""
ANNA = {"load balancer": WITHIN, "API server": OUTSIDE}
BERT = {"database": WITHIN, "SSH by the tunnel": "100.64.0.3"}
OWN_WAY = {"API server": "203.0.113.22"}
"""Bert goes to the API server beside the tunnel, as everybody on the internet may."""


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """One life of the machine, observed."""
    folder = tmp_path_factory.mktemp("vpn")
    record = folder / "sandbox.json"
    tools = [str(path) for path in lab_parts.ensure("wireguard", "wireguard-tools", "nft").values()]
    command = [sys.executable, "-m", "tests.lab.vpn_scenario", str(folder), *tools]
    environment = {**os.environ, "PYTHONPATH": str(project_dir())}
    process = subprocess.Popen(
        sandbox_command(record, "vpn", command), stdout=subprocess.PIPE, text=True, env=environment
    )
    try:
        printed, _ = process.communicate(timeout=240)
    finally:
        if is_running(record) and (left := Record.read(record)):
            os.kill(left.keeper, signal.SIGKILL)
            assert until(lambda: not is_running(record), 10)
        remove_leftovers(record)
    assert process.returncode == 0, (folder / "machine" / "console.log").read_text()
    return json.loads(printed)


def test_the_machine_makes_its_key_and_shows_the_public_one_on_its_console(seen: Any) -> None:
    key = seen["key"]
    assert key["shown on the console"] == key["of the interface"]
    assert key["mode"] == "0o600"
    assert not seen["private key was told"]


def test_a_peer_reaches_what_it_is_given_and_is_seen_as_the_machine(seen: Any) -> None:
    assert seen["anna"] == ANNA
    assert seen["bert"] == BERT | OWN_WAY


def test_whoever_has_no_key_of_a_peer_reaches_nothing(seen: Any) -> None:
    assert seen["a stranger"] == {}


def test_a_device_that_sends_more_into_its_tunnel_reaches_no_more(seen: Any) -> None:
    assert seen["anna, asking for all"] == ANNA
    assert seen["bert, asking for all"] == BERT


def test_what_a_peer_may_no_longer_reach_is_cut_and_the_rest_stays(seen: Any) -> None:
    assert seen["anna, with less"] == {"API server": OUTSIDE}
    lives = seen["open connections"]
    assert (lives["anna to the load balancer"], lives["anna to the API server"]) == (False, True)


def test_a_removed_peer_reaches_nothing_and_its_connections_end(seen: Any) -> None:
    assert seen["bert, removed"] == {}
    assert not seen["open connections"]["bert to the database"]


def test_a_restart_changes_nothing(seen: Any) -> None:
    assert seen["while the machine is off"] == {}
    assert seen["key after a restart"] == seen["key"]["of the interface"]
    assert seen["after a restart"] == {"anna": ANNA, "bert": BERT}


def test_where_the_tags_stay_unknown_nobody_is_let_in_any_more(seen: Any) -> None:
    assert seen["peers, just after the tags fell silent"] == 2
    assert seen["peers, long after"] == 0
