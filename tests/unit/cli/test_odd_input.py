"""What commands are given may be closed, full, or of another shape: one line, and no traceback."""

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from network.cli.undeclared import pod_names
from network.cli.verdicts import of_line
from network.config.load import check
from tests import stacks
from tests.stacks import ROOT

NETWORK = [sys.executable, "-m", "network"]


def test_a_full_device_is_told_in_one_line() -> None:
    with open("/dev/full", "w") as full:  # noqa: PTH123  a device
        done = subprocess.run(
            [*NETWORK, "plan", "--stack", "dev"],
            cwd=ROOT,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 2
    assert "No space left on device" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("command", ["undeclared", "reachability --folder -"])
def test_a_closed_standard_input_is_told_in_one_line(command: str) -> None:
    done = subprocess.run(
        ["sh", "-c", f"exec {' '.join(NETWORK)} {command} <&-"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("status", [None, {}, {"podIPs": None}, {"podIP": [1]}, {"podIPs": [{"ip": 7}]}])
def test_a_pod_without_an_address_yet_has_a_name_all_the_same(status: Any) -> None:
    pod = {"metadata": {"name": "a", "namespace": "b"}, "status": status}
    assert pod_names(json.dumps({"items": [pod]})) == {"b/a": "b/a"}


@pytest.mark.parametrize(
    "text",
    ["[" * 100_000, '{"items": [{"metadata": {"name": "a", "namespace": "b"}, "status": {"podIPs": [1]}}]}'],
)
def test_what_is_no_list_of_pods_is_told(text: str) -> None:
    with pytest.raises(ValueError, match="not a list of pods"):
        pod_names(text)


def test_a_line_that_is_no_verdict_is_none() -> None:
    assert of_line('{"a":' * 100_000) is None


def test_a_text_that_is_nested_too_deep_is_refused_like_any_other() -> None:
    raw = {**stacks.config_map("dev"), "network:environment": "[" * 100_000}
    assert [problem.location for problem in check(raw).problems][:1] == [("environment",)]


def test_an_output_for_several_stacks_needs_a_name_for_each() -> None:
    done = subprocess.run(
        [*NETWORK, "addresses", "--svg", os.devnull], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "put {stack} into its name" in done.stderr
