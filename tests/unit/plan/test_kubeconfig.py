"""The kubeconfig that the provider and people get."""

import os
from typing import Any

import yaml

from network.plan.cluster.kubeconfig import COMMAND, kubeconfig
from tests import stacks

STACK = "organization/network/dev"


def content(**cluster: Any) -> dict[str, Any]:
    config = stacks.stack_config("dev", {"network:cluster": cluster})
    return yaml.safe_load(kubeconfig(config, STACK, "an-id", "https://cluster.example", "Y2E="))


def test_it_names_the_server_and_whom_to_trust() -> None:
    (cluster,) = content()["clusters"]
    assert cluster["cluster"] == {"server": "https://cluster.example", "certificate-authority-data": "Y2E="}


def test_its_user_has_a_command_and_no_token() -> None:
    (user,) = content()["users"]
    assert user["user"].keys() == {"exec"}
    assert user["user"]["exec"]["args"] == ["an-id", "--stack", STACK]


def test_the_command_is_a_program_of_the_project_by_a_relative_path() -> None:
    (user,) = content()["users"]
    assert user["user"]["exec"]["command"] == COMMAND
    assert os.access(stacks.ROOT / COMMAND, os.X_OK)


def test_nobody_is_asked_anything() -> None:
    (user,) = content()["users"]
    assert user["user"]["exec"]["interactiveMode"] == "Never"


def test_a_shorter_life_of_tokens_is_passed_on() -> None:
    (user,) = content(kubeconfigExpireSeconds=7200)["users"]
    assert user["user"]["exec"]["args"][-2:] == ["--expire-seconds", "7200"]


def test_a_client_that_does_not_find_the_command_is_told_what_to_do() -> None:
    (user,) = content()["users"]
    assert "keep this file in the project's folder" in user["user"]["exec"]["installHint"]


def test_it_is_the_same_at_every_run() -> None:
    assert content() == content()
