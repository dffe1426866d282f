"""kubectl, for what it says."""

from pathlib import Path

import pytest

from lab.toolbox.kubectl import Kubectl, KubectlError


def kubectl(folder: Path, script: str) -> Kubectl:
    program = folder / "kubectl"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return Kubectl(str(program), "--kubeconfig=some")


def test_it_is_led_to_its_cluster_and_says_what_it_prints(tmp_path: Path) -> None:
    assert kubectl(tmp_path, 'echo "$@"')("get", "pods") == "--kubeconfig=some get pods\n"


def test_the_objects_are_those_of_a_list_or_the_one(tmp_path: Path) -> None:
    listed = """echo '{"kind": "List", "items": [{"a": 1}, {"a": 2}]}'"""
    assert kubectl(tmp_path, listed).objects("pods", "--all-namespaces") == [{"a": 1}, {"a": 2}]
    assert kubectl(tmp_path, """echo '{"kind": "Pod"}'""").objects("pod", "web") == [{"kind": "Pod"}]
    assert kubectl(tmp_path, """echo '{"items": []}'""").objects("pods") == []


def test_its_complaint_is_what_is_raised(tmp_path: Path) -> None:
    with pytest.raises(KubectlError, match="no such pod"):
        kubectl(tmp_path, "echo no such pod >&2; exit 1")("get", "pod")
