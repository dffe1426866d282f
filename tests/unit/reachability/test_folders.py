"""A folder as people have it: with files of other tools among the manifests."""

import json
from pathlib import Path

import pytest

from network.reachability.errors import UnreadableClusterError
from network.reachability.read import live, yaml_files
from tests.unit.reachability.manifests import pod

POD = json.dumps(pod("web"))
FOREIGN = {
    "values.yaml": "replicas: 2\nimage: {tag: 1}\n",
    ".github/workflows/ci.yaml": "name: ci\non: [push]\njobs: {}\n",
    "mkdocs.yml": "nav:\n- a.md\nx: !!python/name:a.b\n",
    "compose.yaml": "services: {web: {image: x}}\n",
    "package.json": '{"name": "x", "scripts": {}}',
    "list.yaml": "- a\n- b\n",
    "broken.yaml": "a: [1\n",
    "playbook.yaml": "- hosts: all\n  tasks: {{ tasks }}\n",
    "empty.yaml": "# nothing\n---\n",
}


def _folder(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


@pytest.mark.parametrize("name", FOREIGN)
def test_a_foreign_file_is_skipped_and_named(tmp_path: Path, name: str) -> None:
    found = yaml_files.read(_folder(tmp_path, {"web.yaml": POD, name: FOREIGN[name]}))
    assert [str(each) for each in found.cluster().workloads] == ["shop/web"]
    assert name == "empty.yaml" or any(name in note for note in found.notes)


@pytest.mark.parametrize(
    "text",
    [
        "kind: NetworkPolicy\nspec: [1\n",
        "{'kind': NetworkPolicy, 'spec': [1\n",
        "apiVersion: v1\nmetadata: {name: x}\n",
        "metadata: {name: x}\nspec: {podSelector: {}}\n",
        "kind: Pod\n",
        "apiVersion: v1\nkind: Pod\nmetadata: {name: {{ name }}}\nspec: {}\n",
    ],
)
def test_a_broken_object_is_no_foreign_file(tmp_path: Path, text: str) -> None:
    with pytest.raises(UnreadableClusterError, match=r"x\.yaml"):
        yaml_files.read(_folder(tmp_path, {"web.yaml": POD, "x.yaml": text})).cluster()


def test_a_folder_of_foreign_files_alone_is_no_open_cluster(tmp_path: Path) -> None:
    with pytest.raises(UnreadableClusterError, match=r"values\.yaml"):
        yaml_files.read(_folder(tmp_path, {"values.yaml": FOREIGN["values.yaml"]})).cluster()


def test_what_kustomize_would_change_is_told_and_its_patches_are_no_objects(tmp_path: Path) -> None:
    patch = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {hostNetwork: true}\n"
    kustomization = (
        "namespace: prod\nresources: [web.yaml, https://example.com/x]\npatches: [{path: patch.yaml}]\n"
    )
    files = {"a/web.yaml": POD, "a/patch.yaml": patch, "a/kustomization.yaml": kustomization}
    found = yaml_files.read(_folder(tmp_path, files))
    (workload,) = found.cluster().workloads
    assert not workload.host_network
    (note,) = found.notes
    for said in (
        "a/kustomization.yaml",
        "namespace: prod",
        "patches",
        "https://example.com/x",
        "kubectl kustomize a",
    ):
        assert said in note


def test_a_kustomization_that_only_lists_files_is_not_worth_a_note(tmp_path: Path) -> None:
    files = {"web.yaml": POD, "kustomization.yaml": "kind: Kustomization\nresources: [web.yaml]\n"}
    assert yaml_files.read(_folder(tmp_path, files)).notes == []


def test_a_helm_chart_is_told_and_not_guessed(tmp_path: Path) -> None:
    files = {
        "web.yaml": POD,
        "chart/Chart.yaml": "apiVersion: v2\nname: x\nversion: 1.0.0\n",
        "chart/values.yaml": "a: 1\n",
        "chart/templates/policy.yaml": "kind: NetworkPolicy\nmetadata: {name: {{ .Values.x }}}\n",
    }
    found = yaml_files.read(_folder(tmp_path, files))
    assert [str(each) for each in found.cluster().workloads] == ["shop/web"]
    (note,) = found.notes
    assert "chart is a Helm chart" in note
    assert "helm template" in note


def test_a_template_outside_a_chart_is_refused_with_what_to_do(tmp_path: Path) -> None:
    text = "apiVersion: v1\nkind: Pod\n{{- if x }}\nmetadata: {name: x}\n{{- end }}\n"
    with pytest.raises(UnreadableClusterError, match="render it first"):
        yaml_files.read(_folder(tmp_path, {"x.yaml": text})).cluster()


TYPED = {
    "kind": "PodList",
    "apiVersion": "v1",
    "items": [{key: value for key, value in pod("web").items() if key not in ("apiVersion", "kind")}],
}


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(TYPED),
        json.dumps({"kind": "List", "apiVersion": "v1", "items": [TYPED]}),
        POD + POD.replace("web", "cart"),
        f"---\n{POD}\n---\n",
        f"\ufeff{POD}",
        json.dumps({**TYPED, "items": [*TYPED["items"], None]}),
    ],
)
def test_whatever_kubectl_prints_or_takes_is_read(text: str) -> None:
    assert "shop/web" in [str(each) for each in live.read(text).cluster().workloads]


@pytest.mark.parametrize("text", ["", "null", "{", "not json: [", "{}"])
def test_what_kubectl_does_not_print_is_refused(text: str) -> None:
    with pytest.raises(UnreadableClusterError):
        live.read(text).cluster()


def test_nothing_is_what_is_absent(tmp_path: Path) -> None:
    text = """
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: p, namespace: , labels: , annotations: ~}
spec: {podSelector: , policyTypes: , ingress: [{from: , ports: [{port: , endPort: , protocol: }]}], egress: }
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: }
spec: {type: , selector: , clusterIP: , ports: [{port: 80, targetPort: , name: , protocol: }]}
---
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: null, labels: {app: }}
spec: {hostNetwork: , serviceAccountName: , containers: [{ports: }, ]}
status:
"""
    cluster = yaml_files.read(_folder(tmp_path, {"a.yaml": text})).cluster()
    (policy,), (service,), (pod_read,) = cluster.policies, cluster.services, cluster.workloads
    assert {policy.namespace, service.namespace, pod_read.namespace} == {"default"}
    assert str(policy.ingress[0].ports) == "TCP all"
    assert service.ports[0].target == 80
    assert dict(pod_read.labels) == {"app": ""}


def test_a_folder_that_is_a_link_is_read_once_wherever_the_links_lead(tmp_path: Path) -> None:
    elsewhere = _folder(tmp_path / "elsewhere", {"web.yaml": POD})
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "app").symlink_to(elsewhere)
    (elsewhere / "back").symlink_to(folder)
    assert [str(each) for each in yaml_files.read(folder).cluster().workloads] == ["shop/web"]


@pytest.mark.parametrize("name", ["policies", "policy.yaml"])
def test_a_link_to_nothing_is_a_problem_since_policies_may_have_been_there(tmp_path: Path, name: str) -> None:
    folder = _folder(tmp_path, {"web.yaml": POD})
    (folder / name).symlink_to(tmp_path / "gone")
    with pytest.raises(UnreadableClusterError, match=f"{name}: a link to what is not there"):
        yaml_files.read(folder).cluster()
