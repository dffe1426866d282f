"""What one controller makes counts once, with the labels that its pods have."""

from typing import Any

import pytest

from tests.unit.reachability.manifests import (
    Manifest,
    block,
    cluster,
    pod,
    policy,
    problem,
    template,
    verdicts,
)


def _names(*objects: Manifest) -> list[str]:
    return sorted(f"{each.kind} {each}" for each in cluster(*objects).workloads)


WEB = template("Deployment", "web")
NEW = template(
    "ReplicaSet",
    "web-1",
    owner=("Deployment", "web"),
    labels={"app": "web", "pod-template-hash": "1"},
    replicas=1,
)
OLD = template("ReplicaSet", "web-0", owner=("Deployment", "web"), labels={"app": "formerly"}, replicas=0)
RUNNING = pod(
    "web-1-x",
    owner=("ReplicaSet", "web-1"),
    labels={"app": "web", "pod-template-hash": "1"},
    address="10.0.0.9",
)


def test_a_deployment_its_replica_sets_and_its_pods_are_one_workload() -> None:
    for objects in ((WEB, NEW, OLD, RUNNING), (RUNNING, OLD, NEW, WEB), (WEB, NEW), (WEB, RUNNING)):
        assert _names(*objects) == ["Deployment shop/web"], objects
    (web,) = cluster(WEB, NEW, OLD, RUNNING).workloads
    assert (web.addresses, web.labels["pod-template-hash"]) == (("10.0.0.9",), "1")


def test_pods_that_an_earlier_template_made_count_beside_it() -> None:
    earlier = pod("web-0-y", owner=("ReplicaSet", "web-0"), labels={"app": "formerly"})
    given = cluster(WEB, NEW, {**OLD, "spec": {**OLD["spec"], "replicas": 1}}, RUNNING, earlier)
    assert {str(each) for each in given.workloads} == {"shop/web"}
    assert sorted(each.labels["app"] for each in given.workloads) == ["formerly", "web"]


def test_pods_of_a_cron_job_are_its_own() -> None:
    cron = template("CronJob", "nightly", "batch/v1")
    job = template("Job", "nightly-1", "batch/v1", owner=("CronJob", "nightly"), labels={"app": "nightly"})
    # Clusters before 1.27 know the second name of the label only.
    ran = pod("nightly-1-x", owner=("Job", "nightly-1"), labels={"app": "nightly", "job-name": "nightly-1"})
    assert _names(cron, job, ran) == ["CronJob shop/nightly"]


def test_a_kind_of_somebody_else_s_with_a_template_of_pods_is_a_workload() -> None:
    assert _names(template("Rollout", "web", "argoproj.io/v1alpha1")) == ["Rollout shop/web"]
    assert _names(template("Deployment", "web", "extensions/v1beta1")) == ["Deployment shop/web"]


def test_workloads_that_are_to_be_named_are_no_duplicates() -> None:
    job = template("Job", "x", "batch/v1")
    job["metadata"] = {"generateName": "migrate-", "namespace": "shop"}
    assert _names(job, job) == ["Job shop/migrate-", "Job shop/migrate-"]


def _lets_in(**labels: str) -> Manifest:
    return policy(pods={"app": "db"}, ingress=[{"from": [{"podSelector": {"matchLabels": labels}}]}])


@pytest.mark.parametrize("key", ["batch.kubernetes.io/job-name", "job-name"])
def test_a_job_labels_its_pods_with_its_name(key: str) -> None:
    given = cluster(template("Job", "migrate", "batch/v1"), pod("db"), _lets_in(**{key: "migrate"}))
    assert verdicts(given, "shop/migrate", "shop/db") == {"allowed"}


@pytest.mark.parametrize(
    ("key", "value"), [("statefulset.kubernetes.io/pod-name", "db-1"), ("apps.kubernetes.io/pod-index", "1")]
)
def test_a_stateful_set_labels_each_pod_with_its_name_and_number(key: str, value: str) -> None:
    deny = policy(pods={key: value})
    given = cluster(template("StatefulSet", "db", replicas=3), pod("web"), deny)
    assert sorted(each.replicas for each in given.workloads) == [1, 1, 2]
    assert verdicts(given, "shop/web", "shop/db") == {"allowed", "denied"}


def test_a_stateful_set_of_a_million_pods_is_no_million_workloads() -> None:
    db = template("StatefulSet", "db", replicas=1_000_000)
    some = {"key": "apps.kubernetes.io/pod-index", "operator": "In", "values": ["0", "7", "1000000", "x"]}
    given = cluster(db, pod("web"), policy(podSelector={"matchExpressions": [some]}))
    assert sorted(each.replicas for each in given.workloads) == [1, 1, 1, 999_998]
    assert verdicts(given, "shop/web", "shop/db") == {"allowed", "denied"}


@pytest.mark.parametrize("replicas", [0, 1])
def test_a_stateful_set_of_which_every_pod_is_asked_for_has_no_others(replicas: int) -> None:
    deny = policy(pods={"apps.kubernetes.io/pod-index": "0"})
    given = cluster(template("StatefulSet", "db", replicas=replicas), deny)
    assert [each.replicas for each in given.workloads] == [1] * replicas


@pytest.mark.parametrize(
    ("workload", "key"),
    [
        (WEB, "pod-template-hash"),
        (template("DaemonSet", "web"), "controller-revision-hash"),
        (template("CronJob", "web", "batch/v1"), "job-name"),
        (template("Job", "web", "batch/v1"), "controller-uid"),
    ],
)
def test_a_label_whose_value_only_the_pods_tell_is_asked_for(workload: Manifest, key: str) -> None:
    assert "give the running pods as well" in problem(workload, pod("db"), _lets_in(**{key: "x"}))
    exists: dict[str, Any] = {"matchExpressions": [{"key": key, "operator": "Exists"}]}
    given = cluster(workload, pod("db"), policy(podSelector=exists))
    assert verdicts(given, "shop/db", "shop/web") == {"denied"}


def test_a_deployment_s_pods_are_known_by_their_addresses() -> None:
    cart = policy(pods={"app": "cart"}, ingress=[{"from": [block("10.0.0.0/24")]}])
    given = cluster(WEB, NEW, RUNNING, template("Deployment", "cart"), cart)
    assert verdicts(given, "shop/web", "shop/cart") == {"allowed"}


def test_the_same_object_may_stand_in_two_files_and_a_different_one_may_not() -> None:
    assert _names(WEB, WEB) == ["Deployment shop/web"]
    assert "and they differ" in problem(WEB, template("Deployment", "web", labels={"tier": "front"}))
    assert "the other in objects.yaml" in problem(policy(), policy(pods={"app": "web"}))
