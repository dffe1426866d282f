"""Objects without a name, without a namespace, and those that are there more than once."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from network.cli import app
from network.reachability.read import live
from tests.unit.reachability.manifests import Manifest, cluster, pod, policy, problem, template


def _unnamed(manifest: Manifest, **metadata: Any) -> Manifest:
    return {**manifest, "metadata": {"generateName": "x", **manifest["metadata"], "name": None, **metadata}}


@pytest.mark.parametrize("name", [None, ""])
def test_a_name_that_is_still_to_be_made_makes_two_objects(name: str | None) -> None:
    job = template("Job", "x", "batch/v1")
    other = template("Job", "x", "batch/v1", labels={"tier": "b"})
    for one, two in ((pod("a"), pod("b")), (job, other), (job, job)):
        given = cluster(_unnamed(one, name=name), _unnamed(two, name=name))
        assert [str(each) for each in given.workloads] == ["shop/x", "shop/x"]
    given = cluster(_unnamed(policy(), name=name), _unnamed(policy(pods={"app": "a"}), name=name))
    assert [str(each) for each in given.policies] == ["NetworkPolicy shop/x"] * 2


def test_a_job_without_a_name_yet_gives_its_pods_no_label_of_it() -> None:
    (workload,) = cluster(_unnamed(template("Job", "x", "batch/v1"))).workloads
    assert "job-name" not in workload.labels


@pytest.mark.parametrize("metadata", [None, {}, {"name": None}, {"name": ""}, {"name": 123}, {"name": 1.5}])
def test_an_object_without_a_name_is_refused(metadata: Any) -> None:
    assert "metadata.name" in problem({**pod("web"), "metadata": metadata})


def test_two_that_differ_are_told_with_what_kubectl_would_do() -> None:
    for one, two in (
        (template("Deployment", "web"), template("Deployment", "web", labels={"tier": "b"})),
        (policy(), policy(pods={"app": "web"})),
        (pod("web"), pod("web", hostNetwork=True)),
    ):
        said = problem(one, two)
        assert "the other in objects.yaml" in said
        assert "`kubectl apply` would leave the later one, `kubectl create` the earlier" in said
    node = {"apiVersion": "v1", "kind": "Node", "metadata": {"name": "n"}}
    address = {"addresses": [{"type": "InternalIP", "address": "10.0.0.1"}]}
    assert "there are two of this kind and name" in problem(node, {**node, "status": address})


def _run(tmp_path: Path, *arguments: str, objects: list[Manifest]) -> tuple[int, str]:
    (tmp_path / "x.json").write_text("\n".join(map(json.dumps, objects)))
    done = CliRunner().invoke(app, ["reachability", "--folder", str(tmp_path), *arguments])
    return done.exit_code, done.output


def test_one_that_is_there_twice_and_says_the_same_counts_once_and_is_told(tmp_path: Path) -> None:
    web = template("Deployment", "web", containers=[{"image": "a"}])
    again = template("Deployment", "web", containers=[{"image": "b"}])
    code, output = _run(tmp_path, objects=[web, again, policy(), policy()])
    assert code == 0
    assert "counted once: Deployment shop/web, NetworkPolicy shop/p" in output


def test_an_object_without_a_namespace_is_where_whoever_asks_says(tmp_path: Path) -> None:
    deny = policy(policyTypes=["Ingress"])
    del deny["metadata"]["namespace"]
    question = ("--from", "shop/web", "--to", "shop/db")
    objects = [pod("web"), pod("db"), deny]
    code, output = _run(tmp_path, *question, objects=objects)
    assert (code, "1 objects name no namespace: taken to be in default" in output) == (0, True)
    code, output = _run(tmp_path, *question, "-n", "shop", objects=objects)
    assert (code, "name no namespace" in output) == (1, False)
    # Where no object names any there is nothing to mistake.
    assert "name no namespace" not in _run(tmp_path, objects=[deny])[1]


@pytest.mark.parametrize(
    "manifest",
    [
        {"kind": "PodList", "items": [{"metadata": pod("web")["metadata"], "spec": {}}]},
        {"kind": "PodList", "items": [{"kind": "", "apiVersion": None, **_unnamed(pod("web"), name="web")}]},
        {"kind": "List", "items": [{"apiVersion": "v1", "kind": "List", "items": [pod("web")]}, None]},
        {"kind": "Anything", "items": [pod("web")]},
        {"kind": "PodList", "items": [pod("web")], "metadata": {"continue": ""}},
    ],
)
def test_whatever_has_items_is_a_list(manifest: Manifest) -> None:
    found = live.read(json.dumps({"apiVersion": "v1", **manifest})).cluster()
    assert [str(each) for each in found.workloads] == ["shop/web"]


@pytest.mark.parametrize(
    "manifest",
    [
        {"kind": "List"},
        {"kind": "PodList"},
        {"kind": "List", "items": {}},
        {"kind": "List", "items": "x"},
        {"kind": "List", "items": ["x"]},
        {"kind": "", "items": []},
        {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicyList", "spec": {}},
    ],
)
def test_what_is_no_list_and_called_one_is_no_empty_cluster(manifest: Manifest) -> None:
    assert live.read(json.dumps({"apiVersion": "v1", **manifest})).problems


def test_a_misspelt_field_beside_one_that_decides_is_refused() -> None:
    web = template("Deployment", "web")
    inside = web["spec"]["template"]
    for wrong in (
        {**policy(), "spce": {"podSelector": {}}},
        {**policy(), "metadata": {"name": "p", "namspace": "shop"}},
        {**pod("web"), "metadata": {"name": "web", "lables": {"app": "web"}}},
        pod("web", hostnetwork=True),
        pod("web", contianers=[]),
        pod("web", containers=[{"port": [{"containerPort": 80, "name": "http"}]}]),
        {**web, "spec": {"template": {**inside, "metdata": {}}}},
        {**web, "spec": {"template": {**inside, "metadata": {"label": {"app": "web"}}}}},
        {**web, "spec": {"tempalte": inside}},
        {**web, "spec": {"template": inside, "selector": {"matchLabels": {"app": "other"}}}},
    ):
        assert problem(wrong), wrong


def test_fields_that_the_api_knows_are_no_misspelt_ones() -> None:
    known: dict[str, Any] = {
        "hostPID": False,
        "hostIPC": False,
        "hostname": "a",
        "hostUsers": True,
        "hostAliases": [],
        "initContainers": [],
        "ephemeralContainers": [],
        "serviceAccount": "a",
        "nodeName": "n",
        "containers": [{"name": "a", "image": "b", "env": [], "ports": [], "resources": {}}],
    }
    (workload,) = cluster(pod("web", **known)).workloads
    assert not workload.host_network
