"""The cluster, read by kubectl."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from network.live import cluster as live
from network.live.cluster import Cluster
from network.live.finding import CannotLookError
from tests.unit.live.kubectl import Kubectl

FORBIDDEN = (
    'Error from server (Forbidden): nodes is forbidden: User "ann" cannot list resource "nodes" in API group '
    '"" at the cluster scope'
)


@pytest.fixture
def kubectl(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Kubectl:
    return Kubectl(tmp_path, monkeypatch)


def refused(look: Callable[[], Any]) -> CannotLookError:
    with pytest.raises(CannotLookError) as error:
        look()
    return error.value


def test_all_namespaces_are_listed_unless_one_is_named(kubectl: Kubectl) -> None:
    kubectl.gives("get pods --all-namespaces --output=json", {"items": [{"kind": "Pod"}]})
    kubectl.gives("get pods --namespace=shop --selector=app=web --output=json", {"items": []})
    assert Cluster().list("pods") == [{"kind": "Pod"}]
    assert Cluster().list("pods", "shop", "app=web") == []
    assert all("--request-timeout=10s" in asked for asked in kubectl.asked)


def test_an_object_that_is_not_there_is_none(kubectl: Kubectl) -> None:
    kubectl.prints("get service web --namespace=shop --ignore-not-found --output=json", "")
    assert Cluster().get("service", "web", "shop") is None


def test_the_server_is_the_kubeconfig_s(kubectl: Kubectl) -> None:
    config = {"clusters": [{"cluster": {"server": "https://10.0.0.2:6443"}}]}
    kubectl.gives("config view --minify --output=json", config)
    assert Cluster().server() == "https://10.0.0.2:6443"


def test_a_context_that_is_named_is_used_for_every_question(kubectl: Kubectl) -> None:
    kubectl.gives("--context=prod get nodes --all-namespaces --output=json", {"items": [{"kind": "Node"}]})
    assert Cluster("prod").list("nodes") == [{"kind": "Node"}]


@pytest.mark.parametrize(
    ("told", "helps"),
    [
        (FORBIDDEN, "network-reader"),
        ('error: the server doesn\'t have a resource type "ciliumnodes"', "not installed"),
        ("error: You must be logged in to the server (Unauthorized)", "log in again"),
        ('error: context "prod" does not exist', "KUBECONFIG"),
        (
            "The connection to the server localhost:8080 was refused - did you specify the right host?",
            "KUBECONFIG",
        ),
        (
            "Unable to connect to the server: getting credentials: exec: executable bin/x not found",
            "kubectl config view",
        ),
        ("Unable to connect to the server: context deadline exceeded", "/readyz"),
    ],
)
def test_what_kubectl_refuses_is_told_with_what_helps(kubectl: Kubectl, told: str, helps: str) -> None:
    kubectl.refuses("get nodes --all-namespaces --output=json", told)
    error = refused(lambda: Cluster().list("nodes"))
    assert error.reason == told.removeprefix("error: ")
    assert helps in error.remedy
    assert error.source == "kubectl get nodes --all-namespaces"


def test_lines_of_kubectl_s_log_are_left_out(kubectl: Kubectl) -> None:
    log = 'E1130 21:28:31.128858   29323 memcache.go:265] "Unhandled Error" err="no server"'
    kubectl.refuses("get nodes --all-namespaces --output=json", f"{log}\n{log}\nerror: none")
    assert refused(lambda: Cluster().list("nodes")).reason == "none"


@pytest.mark.parametrize("printed", ["not JSON", "[]", "{}", '{"items": 1}'])
def test_an_answer_that_is_no_list_of_objects_is_never_taken_for_one(kubectl: Kubectl, printed: str) -> None:
    kubectl.prints("get nodes --all-namespaces --output=json", printed)
    assert "no objects" in refused(lambda: Cluster().list("nodes")).reason


def test_without_kubectl_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    error = refused(Cluster().server)
    assert "not on PATH" in error.reason


def test_a_kubectl_that_hangs_is_left_alone(kubectl: Kubectl, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "LONGEST_ANSWER", 0.2)
    kubectl.prints("get nodes --all-namespaces --output=json", "{}", seconds=60)
    assert "no answer within" in refused(lambda: Cluster().list("nodes")).reason
