"""Kinds of other controllers: their pods are read where a template tells them, and told where none does."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from network.cli import app
from network.reachability.read.manifests import Contents, Found
from tests.unit.reachability.manifests import (
    Manifest,
    cluster,
    pod,
    policy,
    problem,
    read,
    template,
    verdicts,
)

PODS: Manifest = {
    "metadata": {"labels": {"app": "web"}},
    "spec": {"containers": [{"name": "a", "ports": [{"containerPort": 8080, "name": "http"}]}]},
}


def _object(kind: str, version: str, spec: Any, **metadata: Any) -> Manifest:
    names = {"name": "web", "namespace": "shop", **metadata}
    return {"apiVersion": version, "kind": kind, "metadata": names, "spec": spec}


@pytest.mark.parametrize(
    ("kind", "version", "spec"),
    [
        ("Rollout", "argoproj.io/v1alpha1", {"replicas": 3, "strategy": {"canary": {}}, "template": PODS}),
        ("CloneSet", "apps.kruise.io/v1alpha1", {"template": PODS}),
        ("StatefulSet", "apps.kruise.io/v1beta1", {"template": PODS}),
        ("DaemonSet", "apps.kruise.io/v1alpha1", {"template": PODS}),
        ("BroadcastJob", "apps.kruise.io/v1alpha1", {"template": PODS}),
        (
            "AdvancedCronJob",
            "apps.kruise.io/v1alpha1",
            {"template": {"jobTemplate": {"spec": {"template": PODS}}}},
        ),
        ("Service", "serving.knative.dev/v1", {"template": PODS}),
        ("Configuration", "serving.knative.dev/v1", {"template": PODS}),
        ("DeploymentConfig", "apps.openshift.io/v1", {"selector": {"app": "web"}, "template": PODS}),
        ("ScaledJob", "keda.sh/v1alpha1", {"jobTargetRef": {"parallelism": 1, "template": PODS}}),
        ("Job", "batch.volcano.sh/v1alpha1", {"tasks": [{"replicas": 2, "template": PODS}]}),
        ("PyTorchJob", "kubeflow.org/v1", {"pytorchReplicaSpecs": {"Master": {"template": PODS}}}),
        ("RayCluster", "ray.io/v1", {"headGroupSpec": {"template": PODS}}),
        (
            "JobSet",
            "jobset.x-k8s.io/v1alpha2",
            {"replicatedJobs": [{"template": {"spec": {"template": PODS}}}]},
        ),
        (
            "LeaderWorkerSet",
            "leaderworkerset.x-k8s.io/v1",
            {"leaderWorkerTemplate": {"workerTemplate": PODS}},
        ),
        ("Fleet", "agones.dev/v1", {"template": {"spec": {"template": PODS}}}),
        ("SomethingNew", "some.vendor.example/v1", {"pods": [{"podTemplate": PODS}]}),
    ],
)
def test_a_template_of_pods_is_one_wherever_it_stands(kind: str, version: str, spec: Any) -> None:
    given = cluster(_object(kind, version, spec), pod("db"), policy(pods={"app": "web"}))
    web = next(each for each in given.workloads if each.name == "web")
    assert (web.kind, str(web), web.labels["app"]) == (kind, "shop/web", "web")
    assert [port.name for port in web.ports] == ["http"]
    assert verdicts(given, "shop/db", "shop/web") == {"denied"}


def test_a_revision_is_a_template_itself() -> None:
    revision = _object("Revision", "serving.knative.dev/v1", PODS["spec"], labels={"app": "web"})
    assert verdicts(cluster(revision, pod("db"), policy(pods={"app": "web"})), "shop/db", "shop/web") == {
        "denied"
    }


def test_every_template_of_an_object_counts() -> None:
    worker = {**PODS, "metadata": {"labels": {"app": "worker"}}}
    spec = {
        "headGroupSpec": {"template": PODS},
        "workerGroupSpecs": [{"template": worker}, {"template": worker}],
    }
    given = cluster(_object("RayCluster", "ray.io/v1", spec), pod("db"), policy(pods={"app": "worker"}))
    assert [str(each) for each in given.workloads if each.kind == "RayCluster"] == ["shop/web"] * 3
    assert verdicts(given, "shop/db", "shop/web") == {"allowed", "denied"}


@pytest.mark.parametrize(
    ("kind", "version", "key", "asked"),
    [
        ("Rollout", "argoproj.io/v1alpha1", "rollouts-pod-template-hash", True),
        ("Service", "serving.knative.dev/v1", "serving.knative.dev/revision", True),
        ("Service", "serving.knative.dev/v1", "app", False),
        ("DeploymentConfig", "apps.openshift.io/v1", "deployment", True),
        ("CloneSet", "apps.kruise.io/v1alpha1", "controller-revision-hash", True),
        ("ScaledJob", "keda.sh/v1alpha1", "batch.kubernetes.io/job-name", True),
        ("JobSet", "jobset.x-k8s.io/v1alpha2", "jobset.sigs.k8s.io/jobset-name", True),
        ("PyTorchJob", "kubeflow.org/v1", "training.kubeflow.org/job-role", True),
        ("Rollout", "argoproj.io/v1alpha1", "tier", False),
        ("Rollout", "argoproj.io/v1alpha1", "app.kubernetes.io/name", False),
    ],
)
def test_a_label_that_a_controller_may_add_is_asked_for(
    kind: str, version: str, key: str, asked: bool
) -> None:
    web = _object(kind, version, {"template": PODS})
    for operator, values in (("In", ["x"]), ("Exists", [])):
        selector = {"matchExpressions": [{"key": key, "operator": operator, "values": values}]}
        found = read(web, pod("db"), policy(podSelector=selector))
        if asked:
            assert "may set" in problem(web, pod("db"), policy(podSelector=selector))
        else:
            assert found.cluster()


def test_a_label_that_cannot_decide_is_not_asked_for() -> None:
    web = _object("Rollout", "argoproj.io/v1alpha1", {"template": PODS})
    hashed = {"rollouts-pod-template-hash": "x"}
    assert cluster(web, policy(pods={"app": "other", **hashed}))
    elsewhere = policy(pods=hashed)
    elsewhere["metadata"]["namespace"] = "other"
    assert cluster(web, elsewhere)
    cron = template("CronJob", "nightly", "batch/v1")
    assert cluster(cron, policy(pods={"app": "other", "job-name": "x"}))


def test_what_runs_tells_the_labels_that_a_controller_adds() -> None:
    web = _object("Rollout", "argoproj.io/v1alpha1", {"template": PODS})
    labels = {"app": "web", "rollouts-pod-template-hash": "1"}
    ran = pod("web-1-x", owner=("ReplicaSet", "web-1"), labels=labels)
    given = cluster(web, ran, pod("db"), policy(pods={"rollouts-pod-template-hash": "1"}))
    assert sorted(f"{each.kind} {each}" for each in given.workloads) == ["Pod shop/db", "Rollout shop/web"]
    assert verdicts(given, "shop/db", "shop/web") == {"denied"}


@pytest.mark.parametrize(
    ("kind", "version", "key"),
    [
        ("Service", "serving.knative.dev/v1", "serving.knative.dev/service"),
        ("Configuration", "serving.knative.dev/v1", "serving.knative.dev/configuration"),
        ("DeploymentConfig", "apps.openshift.io/v1", "deploymentconfig"),
    ],
)
def test_a_label_with_the_object_s_name_is_known(kind: str, version: str, key: str) -> None:
    given = cluster(_object(kind, version, {"template": PODS}), pod("db"), policy(pods={key: "web"}))
    assert verdicts(given, "shop/db", "shop/web") == {"denied"}


def test_a_job_of_another_group_is_none_of_kubernetes_own() -> None:
    (workload,) = cluster(
        _object("Job", "batch.volcano.sh/v1alpha1", {"tasks": [{"template": PODS}]})
    ).workloads
    assert "job-name" not in workload.labels


def test_numbers_of_a_stateful_set_s_pods_begin_where_it_says() -> None:
    db = template("StatefulSet", "db", replicas=1, ordinals={"start": 5})
    given = cluster(db, pod("web"), policy(pods={"statefulset.kubernetes.io/pod-name": "db-5"}))
    assert verdicts(given, "shop/web", "shop/db") == {"denied"}


UNKNOWN = [
    ("Workflow", "argoproj.io/v1alpha1", {"entrypoint": "a", "templates": [{"container": {"image": "x"}}]}),
    ("CronWorkflow", "argoproj.io/v1alpha1", {"workflowSpec": {}}),
    ("PipelineRun", "tekton.dev/v1", {"pipelineRef": {"name": "x"}}),
    ("TaskRun", "tekton.dev/v1", {"taskSpec": {"steps": []}}),
    ("Prometheus", "monitoring.coreos.com/v1", {"replicas": 2}),
    ("Alertmanager", "monitoring.coreos.com/v1", {}),
    ("Kafka", "kafka.strimzi.io/v1beta2", {"kafka": {"replicas": 3}}),
    ("Cluster", "postgresql.cnpg.io/v1", {"instances": 3}),
    ("VirtualMachine", "kubevirt.io/v1", {"template": {"spec": {"domain": {}}}}),
    ("SomethingNew", "some.vendor.example/v1", {"server": {"image": "x", "tolerations": []}}),
]


@pytest.mark.parametrize(("kind", "version", "spec"), UNKNOWN)
def test_pods_that_only_their_controller_knows_are_told_as_unknown(
    tmp_path: Path, kind: str, version: str, spec: Any
) -> None:
    (tmp_path / "x.json").write_text("\n".join(map(json.dumps, (_object(kind, version, spec), pod("db")))))
    output = CliRunner().invoke(app, ["reachability", "--folder", str(tmp_path)]).output
    assert output.startswith(f"note: unknown: {kind} shop/web makes pods"), output


@pytest.mark.parametrize(
    ("kind", "version", "spec"),
    [
        ("Certificate", "cert-manager.io/v1", {"secretName": "x", "issuerRef": {"name": "y"}}),
        ("IngressRoute", "traefik.io/v1alpha1", {"routes": [{"services": [{"name": "x", "port": 80}]}]}),
        ("ScaledObject", "keda.sh/v1alpha1", {"scaleTargetRef": {"name": "x"}, "minReplicaCount": 1}),
        ("ServiceMonitor", "monitoring.coreos.com/v1", {"endpoints": [{"port": "x"}]}),
        ("WorkflowTemplate", "argoproj.io/v1alpha1", {"templates": [{"container": {"image": "x"}}]}),
        ("Task", "tekton.dev/v1", {"steps": [{"image": "x"}]}),
        ("ImageRepository", "image.toolkit.fluxcd.io/v1", {"image": "x"}),
        ("ClusterPolicy", "kyverno.io/v1", {"rules": [{"validate": {"pattern": {"template": PODS}}}]}),
        ("PodMonitor", "monitoring.coreos.com/v1", {"selector": {}}),
    ],
)
def test_what_makes_no_pods_is_not_told_as_if_it_did(kind: str, version: str, spec: Any) -> None:
    found = read(_object(kind, version, spec))
    assert (found.problems, found.making, found.cluster().workloads) == ([], {}, ())


def test_what_runs_makes_a_controller_s_pods_known() -> None:
    prometheus = _object("Prometheus", "monitoring.coreos.com/v1", {})
    found = read(prometheus, pod("a-0", owner=("StatefulSet", "a")))
    assert found.making.keys() - found.owned.makers()
    owned = template("StatefulSet", "a", owner=("Prometheus", "web"))
    found = read(prometheus, owned, pod("a-0", owner=("StatefulSet", "a")))
    assert not found.making.keys() - found.owned.makers()


@pytest.mark.parametrize(
    ("kind", "version", "more"),
    [
        ("ClusterPolicy", "kyverno.io/v1", {"spec": {"rules": [{"generate": {**policy(), "data": {}}}]}}),
        ("Template", "template.openshift.io/v1", {"objects": [policy()]}),
        ("ManifestWork", "work.open-cluster-management.io/v1", {"spec": {"manifests": [policy()]}}),
        ("Object", "kubernetes.crossplane.io/v1", {"spec": {"forProvider": {"manifest": policy()}}}),
    ],
)
def test_an_object_that_makes_policies_is_refused(kind: str, version: str, more: Manifest) -> None:
    given = {**_object(kind, version, {}), **more}
    assert "holds a NetworkPolicy" in problem(given)
    found = Contents(without=(kind,))
    found.add(Found(given, ""))
    assert not found.problems


def test_a_reference_to_a_policy_is_none() -> None:
    reference = {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "name": "x"}
    assert cluster(_object("Application", "some.vendor.example/v1", {"targets": [reference]}))


def test_an_object_that_brings_workloads_is_told() -> None:
    spec = {"manifests": [template("Deployment", "web")]}
    found = read(_object("AddOnThing", "addons.vendor.example/v1", spec))
    assert list(found.bringing) == ["AddOnThing"]
