"""Broken input gives a clear error or a stated skip, never a wrong answer.

`CAMPAIGN=1` damages for about ten minutes; without it, a moment.
"""

import json
import os
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from network.reachability import analyse
from network.reachability.errors import UnreadableClusterError
from network.reachability.read import live, yaml_files
from network.reachability.read.manifests import Found, contents
from tests.unit.reachability import strategies

POLICY = {
    "apiVersion": "networking.k8s.io/v1",
    "kind": "NetworkPolicy",
    "metadata": {"name": "web", "namespace": "shop"},
    "spec": {},
}


def _problem(folder: Path) -> str:
    with pytest.raises(UnreadableClusterError) as raised:
        yaml_files.read(folder).cluster()
    return str(raised.value)


def _written(folder: Path, text: str, name: str = "objects.yaml") -> Path:
    (folder / name).write_text(text)
    return folder


def _refused(spec: dict[str, Any]) -> str:
    with pytest.raises(UnreadableClusterError) as raised:
        contents([Found({**POLICY, "spec": spec}, "web.yaml")]).cluster()
    return str(raised.value)


def test_an_empty_folder_is_no_open_cluster(tmp_path: Path) -> None:
    assert "no file ends in .yaml" in _problem(tmp_path)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: [1", "objects.yaml: while parsing"),
        ("a: !!python/object/apply:os.system [ls]", "could not determine a constructor"),
        ("kind: &a [*a]", "an alias of itself"),
        ("- 1", "must be a mapping, not a list"),
        ("text", "must be a mapping, not a text"),
        ("kind: Pod\n1.5: 2", "keys are texts"),
        ("1: 2", "no object of Kubernetes"),
        ("kind: Pod", "apiVersion: must be a text, not nothing"),
        ("\x00", "objects.yaml"),
        ("? [a]\n: b", "objects.yaml"),
        ("kind: Pod\napiVersion: v1\nmetadata: {name: a, labels: {x: 1}}\nspec: {}", "a label is a text"),
        ("kind: Pod\napiVersion: v1\nmetadata: {name: a}\nspec: {hostNetwork: 'no'}", "true or false"),
        ("kind: CiliumClusterwideNetworkPolicy\napiVersion: cilium.io/v2", "is not modelled"),
        ("kind: NetworkPolicy\napiVersion: projectcalico.org/v3", "is not modelled"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_file(tmp_path: Path, text: str, said: str) -> None:
    problem = _problem(_written(tmp_path, text))
    assert said in problem
    assert "objects.yaml" in problem


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ({"ingress": [{"from": [{}]}]}, "spec.ingress[0].from[0]: must specify a peer"),
        ({"ingress": [{"from": [{"ipBlock": {"cidr": "10.0.0.0"}}]}]}, "is no range"),
        ({"ingress": [{"from": [{"ipBlock": {"cidr": "10.0.0.0/33"}}]}]}, "ipBlock.cidr"),
        (
            {"ingress": [{"from": [{"ipBlock": {"cidr": "10.0.0.0/8"}, "podSelector": {}}]}]},
            "ipBlock stands alone",
        ),
        (
            {"ingress": [{"from": [{"ipBlock": {"cidr": "10.0.0.0/8", "except": ["10.0.0.0/8"]}}]}]},
            "is not a strict part",
        ),
        ({"ingress": [{"ports": [{"port": "web", "endPort": 90}]}]}, "a named port has no end"),
        ({"ingress": [{"ports": [{"endPort": 90}]}]}, "needs a port to start from"),
        ({"ingress": [{"ports": [{"port": 90, "endPort": 80}]}]}, "must be 90 to 65535, not 80"),
        ({"ingress": [{"ports": [{"port": 70000}]}]}, "must be 1 to 65535, not 70000"),
        ({"ingress": [{"ports": [{"port": True}]}]}, "must be a number, not true or false"),
        ({"ingress": [{"ports": [{"port": 80.5}]}]}, "must be a whole number, not 80.5"),
        ({"ingress": [{"ports": [{"protocol": "ICMP"}]}]}, "must be one of TCP, UDP, SCTP"),
        ({"ingress": {}}, "spec.ingress: must be a list, not a mapping"),
        ({"ingres": []}, None),
        ({"ingres": [{}]}, "spec.ingres: this field is not known"),
        ({"policyTypes": ["ingress"]}, "must be Ingress or Egress"),
        ({"podSelector": {"matchExpressions": [{"key": "a", "operator": "Is"}]}}, "operator: must be one of"),
        ({"podSelector": {"matchExpressions": [{"key": "a", "operator": "In"}]}}, "needs at least one value"),
        (
            {"podSelector": {"matchExpressions": [{"key": "a", "operator": "Exists", "values": ["b"]}]}},
            "takes no values",
        ),
    ],
)
def test_a_policy_that_the_api_would_refuse_is_refused(spec: dict[str, Any], said: str | None) -> None:
    problem = _refused(spec if said else {"ingres": 1})
    assert (said or "this field is not known") in problem
    assert "web.yaml: NetworkPolicy shop/web" in problem


@pytest.mark.parametrize("port", [80, 80.0])
def test_a_whole_number_is_one_however_it_is_written(port: float) -> None:
    spec = {"ingress": [{"ports": [{"port": port, "endPort": 81.0}]}]}
    (policy,) = contents([Found({**POLICY, "spec": spec}, "")]).cluster().policies
    assert str(policy.ingress[0].ports) == "TCP 80-81"


def test_every_problem_is_told_at_once(tmp_path: Path) -> None:
    _written(tmp_path, "kind: [1", "one.yaml")
    _written(tmp_path, json.dumps({**POLICY, "spec": {"ingress": 1}}), "two.json")
    problem = _problem(tmp_path)
    assert "one.yaml" in problem
    assert "two.json" in problem


def test_aliases_that_would_grow_without_bound_are_refused(tmp_path: Path) -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 10)}]" for level in range(1, 12)]
    assert "once its aliases are written out" in _problem(_written(tmp_path, "\n".join(lines)))


def test_a_document_nested_too_deeply_is_refused(tmp_path: Path) -> None:
    assert "nested deeper" in _problem(_written(tmp_path, "kind: " + "[" * 500 + "]" * 500))


def test_a_pod_with_a_million_labels_is_read() -> None:
    labels = {f"key-{number}": "value" for number in range(1_000_000)}
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "big", "labels": labels}, "spec": {}}
    policy = {**POLICY, "metadata": {"name": "web", "namespace": "default"}}
    cluster = live.read(json.dumps({"apiVersion": "v1", "kind": "List", "items": [pod, policy]})).cluster()
    found = analyse(cluster)
    assert len(cluster.workloads[0].labels) == 1_000_000
    assert found.unselected() == ()


def test_kinds_that_say_nothing_about_connections_are_counted(tmp_path: Path) -> None:
    _written(tmp_path, "kind: ConfigMap\napiVersion: v1\n---\nkind: ConfigMap\napiVersion: v1\n---\n---\n")
    found = yaml_files.read(tmp_path)
    assert found.skipped == {"ConfigMap": 2}
    assert found.problems == []


@pytest.mark.parametrize(
    ("kind", "version"),
    [
        ("Deployment", "apps/v1"),
        ("StatefulSet", "apps/v1"),
        ("DaemonSet", "apps/v1"),
        ("ReplicaSet", "apps/v1"),
        ("Job", "batch/v1"),
        ("CronJob", "batch/v1"),
        ("Pod", "v1"),
    ],
)
def test_the_pods_of_every_workload_are_found(kind: str, version: str) -> None:
    port = {"containerPort": 8080, "name": "http"}
    pod = {
        "metadata": {"labels": {"app": "web"}},
        "spec": {"containers": [{"name": "a", "ports": [port]}], "hostNetwork": True},
    }
    spec: dict[str, Any] = {"template": pod}
    if kind == "CronJob":
        spec = {"jobTemplate": {"spec": spec}}
    manifest = {
        "apiVersion": version,
        "kind": kind,
        "metadata": {"name": "web", "namespace": "shop", "labels": {"app": "web"}},
        "spec": pod["spec"] if kind == "Pod" else spec,
    }
    (workload,) = contents([Found(manifest, "")]).cluster().workloads
    assert (workload.kind, str(workload), workload.labels["app"]) == (kind, "shop/web", "web")
    assert workload.host_network
    assert [(each.number, each.name) for each in workload.ports] == [(8080, "http")]


def test_running_pods_of_one_deployment_are_one_workload_and_ended_ones_none() -> None:
    def pod(name: str, phase: str) -> dict[str, Any]:
        owner = {"kind": "ReplicaSet", "name": "web-abc", "controller": True}
        return {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {
                "name": name,
                "namespace": "shop",
                "labels": {"app": "web", "pod-template-hash": "abc"},
                "ownerReferences": [owner],
            },
            "spec": {"containers": []},
            "status": {
                "phase": phase,
                "podIP": "10.0.0.1",
                "podIPs": [{"ip": "10.0.0.1"}, {"ip": "fd00::1"}],
            },
        }

    found = contents([Found(pod("web-1", "Running"), ""), Found(pod("web-2", "Failed"), "")])
    (workload,) = found.cluster().workloads
    assert (workload.kind, workload.name, workload.replicas) == ("Deployment", "web", 1)
    assert workload.addresses == ("10.0.0.1", "fd00::1")
    assert found.skipped == {"ended Pod": 1}


_SCALARS = st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=8), st.floats(allow_nan=False))
_KEYS = st.sampled_from(
    [
        *("apiVersion", "kind", "metadata", "spec", "items", "name", "namespace", "labels", "podSelector"),
        *("matchLabels", "matchExpressions", "key", "operator", "values", "ingress", "egress", "from", "to"),
        *("ports", "port", "endPort", "protocol", "ipBlock", "cidr", "except", "policyTypes", "template"),
        *("containers", "containerPort", "hostNetwork", "status", "podIP", "ownerReferences", "selector"),
        *("endpointSelector", "toPorts", "toEntities", "toFQDNs", "enableDefaultDeny", "namespaceSelector"),
    ]
)
_TREES = st.recursive(
    st.one_of(
        _SCALARS,
        st.sampled_from(["v1", "apps/v1", "networking.k8s.io/v1", "cilium.io/v2", "Pod", "List", "Service"]),
        st.sampled_from(["NetworkPolicy", "CiliumNetworkPolicy", "Deployment", "Namespace", "In", "Exists"]),
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(_KEYS, inner, max_size=6)),
    max_leaves=25,
)


@st.composite
def damaged(draw: st.DrawFn) -> Any:
    """Return a good policy of which one part, anywhere, is something else."""
    # Parts of what is drawn are shared with what is drawn next.
    policy = deepcopy(draw(strategies.policies(1)))
    here: Any = policy
    while True:
        keys = list(here) if isinstance(here, dict) else list(range(len(here)))
        key = draw(st.sampled_from(keys))
        if isinstance(here[key], dict | list) and here[key] and draw(st.booleans()):
            here = here[key]
            continue
        here[key] = draw(_TREES)
        return policy


def check_survives(tree: Any) -> None:
    """Either there is a cluster, which can be analysed under both semantics, or an error that says why."""
    found = contents([Found(tree, "file")])
    if found.problems:
        assert all(problem.startswith("file: ") for problem in found.problems)
        return
    cluster = found.cluster()
    analyse(cluster, "vanilla")
    analyse(cluster, "cilium")


FUZZED = settings(
    max_examples=60_000 if os.environ.get("CAMPAIGN") else 150,
    deadline=None,
    suppress_health_check=strategies.EVERY_HEALTH_CHECK,
)


@FUZZED
@given(_TREES)
def test_no_tree_of_values_crashes_the_reader(tree: Any) -> None:
    check_survives(tree)


@FUZZED
@given(damaged())
def test_no_damaged_policy_crashes_the_reader(tree: Any) -> None:
    check_survives(tree)


@FUZZED
@given(
    st.one_of(
        st.binary(max_size=200),
        st.text(max_size=200).map(str.encode),
        _TREES.map(lambda t: yaml.safe_dump(t).encode()),
    )
)
def test_no_file_crashes_the_reader(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    file = tmp_path_factory.getbasetemp() / "fuzzed.yaml"
    file.write_bytes(content)
    found = yaml_files.read(file)
    assert all(problem.startswith("fuzzed.yaml") for problem in found.problems)
