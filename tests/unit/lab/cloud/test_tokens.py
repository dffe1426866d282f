"""Tokens of clusters: each call makes one, each lives its time, and the API server can ask about it."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from lab.cloud.authenticator import review
from lab.cloud.cloud import Cloud
from lab.cloud.errors import ApiError
from lab.cloud.options import choose
from tests.unit.lab.cloud.engine import CLUSTER, VPC, CallFailedError, Engine, HalfDoneError, Resource
from tests.unit.lab.cloud.fakes import cloud as fake_cloud


@pytest.fixture
def cloud(tmp_path: Path) -> Cloud:
    return fake_cloud(tmp_path)


@pytest.fixture
def engine(cloud: Cloud) -> Iterator[Engine]:
    engine = Engine(cloud)
    yield engine
    engine.stop()


@pytest.fixture
def cluster(engine: Engine) -> Resource:
    vpc = engine.create(VPC, "network", name="network-dev", region="ams3", ipRange="10.9.0.0/16")
    return engine.create(
        CLUSTER,
        "cluster",
        name="network-dev",
        region="ams3",
        version="1.36.1-do.0",
        vpcUuid=vpc.id,
        clusterSubnet="172.16.64.0/20",
        serviceSubnet="192.168.16.0/22",
        nodePool={"name": "default", "size": "s-2vcpu-4gb", "nodeCount": 2},
    )


def granted(cloud: Cloud, cluster: str, seconds: int = 0) -> str:
    path = f"/v2/kubernetes/clusters/{cluster}/credentials"
    return cloud.call("GET", path, query={"expiry_seconds": str(seconds)})[1]["token"]


def opens(cloud: Cloud, cluster: str, token: str) -> bool:
    asked = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenReview", "spec": {"token": token}}
    return review(cloud.store, cluster, asked)["status"]["authenticated"]


def test_each_call_for_credentials_makes_one_more_token(cloud: Cloud, cluster: Resource) -> None:
    before = len(cloud.store.account.grants)
    assert granted(cloud, cluster.id) != granted(cloud, cluster.id)
    assert len(cloud.store.account.grants) == before + 2


def test_a_token_opens_its_own_cluster_and_no_other(cloud: Cloud, cluster: Resource) -> None:
    token = granted(cloud, cluster.id)
    assert opens(cloud, cluster.id, token)
    assert not opens(cloud, "another", token)
    assert not opens(cloud, cluster.id, "made-up")


def test_a_token_is_refused_once_its_time_is_over(cloud: Cloud, cluster: Resource) -> None:
    token = granted(cloud, cluster.id, seconds=2)
    assert opens(cloud, cluster.id, token)
    time.sleep(2)
    assert not opens(cloud, cluster.id, token)


def test_no_token_lives_longer_than_the_account_allows(cloud: Cloud, cluster: Resource) -> None:
    choose(cloud.store.folder, credentials_seconds=1)
    token = granted(cloud, cluster.id, seconds=3600)
    time.sleep(1)
    assert not opens(cloud, cluster.id, token)


def test_all_tokens_can_be_made_to_end_and_later_ones_live(cloud: Cloud, cluster: Resource) -> None:
    before = granted(cloud, cluster.id)
    choose(cloud.store.folder, credentials_ended=datetime.now(UTC).isoformat())
    assert not opens(cloud, cluster.id, before)
    assert opens(cloud, cluster.id, granted(cloud, cluster.id))


def test_an_owner_is_no_member_of_the_masters(cloud: Cloud, cluster: Resource) -> None:
    asked = {
        "apiVersion": "authentication.k8s.io/v1",
        "kind": "TokenReview",
        "spec": {"token": granted(cloud, cluster.id)},
    }
    groups = review(cloud.store, cluster.id, asked)["status"]["user"]["groups"]
    assert "do-role-name:Owner" in groups
    assert "system:masters" not in groups


def test_tokens_outlive_a_restart_of_the_cloud(cloud: Cloud, cluster: Resource, tmp_path: Path) -> None:
    token = granted(cloud, cluster.id)
    assert opens(fake_cloud(tmp_path), cluster.id, token)


def test_a_revoked_account_token_is_refused_to_everybody(
    cloud: Cloud, engine: Engine, cluster: Resource
) -> None:
    choose(cloud.store.folder, token_accepted=False)
    assert not cloud.accepts(cloud.store.account.token)
    with pytest.raises((CallFailedError, HalfDoneError), match=r"401 .*Unable to authenticate you"):
        engine.refresh(cluster)
    with pytest.raises(CallFailedError, match="401"):
        engine.create(VPC, "other", name="other", region="ams3", ipRange="10.10.0.0/16")


def test_while_a_token_is_rotated_the_account_accepts_two(cloud: Cloud) -> None:
    choose(cloud.store.folder, second_token="next")
    assert cloud.accepts(cloud.store.account.token)
    assert cloud.accepts("next")
    choose(cloud.store.folder, token_accepted=False)
    assert not cloud.accepts(cloud.store.account.token)
    assert cloud.accepts("next")
    assert not cloud.accepts("")


def test_there_are_no_credentials_for_a_cluster_that_the_account_does_not_have(cloud: Cloud) -> None:
    with pytest.raises(ApiError) as refused:
        granted(cloud, "no-such-cluster")
    assert refused.value.status == 404
