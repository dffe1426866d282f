"""What other hands made is adopted, and a lost state rebuilt, by the real engine, without machines."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from lab.cloud.cloud import calls
from lab.cloud.state import Kind
from tests.lab.rehearsal import EVERYTHING, Rehearsal, rehearsal
from tests.stacks import merged, stack_file
from tests.unit.lab.cloud.requests import cluster_body, pool_body

pytestmark = pytest.mark.lab

DEV = stack_file("dev")
RANGE = "10.20.0.0/20"
ZONE = DEV["network:external"]["dns"]["zone"]
POOL = DEV["network:cluster"]["nodePools"]["default"]


@pytest.fixture
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rehearsal]:
    """A stack in which nothing has happened yet."""
    with rehearsal(tmp_path_factory.mktemp("adoption")) as stack:
        yield stack


def made_by_other_hands(stage: Rehearsal, **cluster: Any) -> tuple[str, str]:
    """Give the account a VPC, a cluster in it and the stack's zone; the ids of the first two."""
    region = DEV["network:environment"]["region"]
    vpc = call(
        stage,
        "POST",
        "/v2/vpcs",
        {"name": "backbone", "region": region, "ip_range": RANGE, "description": "of the founders"},
    )["vpc"]
    call(stage, "POST", "/v2/domains", {"name": ZONE})
    pool = pool_body(name="pool-1", size=POOL["size"], labels={"team": "shop"}, tags=["shop"])
    asked = cluster_body(
        vpc,
        name="shop",
        region=region,
        version=DEV["network:cluster"]["version"],
        cluster_subnet=DEV["network:cluster"]["podRange"],
        service_subnet=DEV["network:cluster"]["serviceRange"],
        node_pools=[pool],
        **cluster,
    )
    made = call(stage, "POST", "/v2/kubernetes/clusters", asked)["kubernetes_cluster"]
    assert stage.account.fleet.settle(5)
    return vpc["id"], made["id"]


def call(stage: Rehearsal, method: str, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
    status, answer = stage.account.call(method, path, dict(body))
    assert status in range(200, 300), answer
    return answer


def adopting(vpc: str, cluster: str, **more: Any) -> dict[str, Any]:
    """What is laid over the dev stack."""
    over = {
        "network:adopt": {"vpc": vpc, "cluster": cluster},
        "network:external": {"vpc": {"ipRange": RANGE}, "dns": {"mode": "adopt"}},
    }
    return merged(over, more)


def told(stage: Rehearsal, status: int) -> dict[str, Any]:
    """What `network adopt` says."""
    return json.loads(asked(stage, "json", status))


def asked(stage: Rehearsal, form: str, status: int | None) -> str:
    return stage.run(
        ".venv/bin/python", "-m", "network", "adopt", "--file", str(stage.engine.stack_file),
        "--format", form, status=status,
    )  # fmt: skip


def effects(document: dict[str, Any], title: str) -> dict[str, tuple[str, str, str]]:
    (found,) = [each for each in document["objects"] if each["title"].startswith(title)]
    return {each["property"]: (each["found"], each["planned"], each["kind"]) for each in found["effects"]}


def state(stage: Rehearsal) -> list[dict[str, Any]]:
    return json.loads(stage.run("pulumi", "stack", "export"))["deployment"].get("resources") or []


def held(stage: Rehearsal) -> dict[str, list[dict[str, Any]]]:
    """Everything in the account that costs, or that somebody would miss."""
    kinds = (Kind.VPC, Kind.CLUSTER, Kind.DOMAIN, Kind.RECORD, Kind.FIREWALL)
    return {kind.value: json.loads(json.dumps(stage.objects(kind))) for kind in kinds}


def test_what_other_hands_made_is_taken_over_and_changed_in_place_by_one_up(stage: Rehearsal) -> None:
    vpc, cluster = made_by_other_hands(stage)
    stage.declare({"network:external": {"vpc": {"ipRange": RANGE}}})
    lines = told(stage, 1)["lines"]
    assert lines == {
        "network:adopt": {"vpc": vpc, "cluster": cluster},
        "network:external": {"dns": {"mode": "adopt"}},
    }

    stage.declare(adopting(vpc, cluster))
    document = told(stage, 1)
    assert effects(document, "VPC") == {
        "name": ("backbone", "network-dev", "in place"),
        "description": (
            "of the founders",
            "Nodes and load balancer of the dev network platform",
            "in place",
        ),
    }
    changed = effects(document, "cluster")
    assert {kind for _, _, kind in changed.values()} == {"in place"}
    shown = stage.run("pulumi", "preview")
    assert "3 to import" in shown
    stage.forget_calls()
    stage.up()
    done = {each.operation for each in calls(stage.account.store.folder)}
    assert not done & {"create_vpc", "create_cluster", "create_domain", "delete_vpc", "delete_cluster"}
    (network,), (taken,) = stage.objects(Kind.VPC), stage.objects(Kind.CLUSTER)
    assert (network["id"], network["name"], taken["id"], taken["name"]) == (
        vpc, "network-dev", cluster, "network-dev",
    )  # fmt: skip
    assert [pool["name"] for pool in taken["node_pools"]] == ["default"]
    stage.run("pulumi", "preview", "--expect-no-changes")
    assert "unchanged" in stage.up()
    protected = {each["type"]: each.get("protect") for each in state(stage) if each.get("importID")}
    assert protected["digitalocean:index/vpc:Vpc"] is True
    assert protected["digitalocean:index/kubernetesCluster:KubernetesCluster"] is True
    # All is as planned, but for the cluster, which nobody answers for here.
    last = told(stage, 2)
    assert [each["effects"] for each in last["objects"]] == [[] for _ in last["objects"]]

    refused = stage.run("pulumi", "destroy", "--skip-preview", status=None)
    assert "protect" in refused
    stage.run("pulumi", "state", "unprotect", "--all", "--yes")
    stage.run("pulumi", "destroy", "--skip-preview")
    assert [each["id"] for each in stage.objects(Kind.VPC)] == [vpc]
    assert [each["id"] for each in stage.objects(Kind.CLUSTER)] == [cluster]
    assert [each["name"] for each in stage.objects(Kind.DOMAIN)] == [ZONE]


@pytest.mark.parametrize(
    ("over", "says"),
    [
        ({"network:external": {"vpc": {"ipRange": "10.21.0.0/20"}}}, "network:adopt.vpc"),
        ({"network:cluster": {"podRange": "10.245.0.0/16"}}, "cluster.podRange: "),
        (
            {"network:cluster": {"nodePools": {"default": {"size": "s-8vcpu-16gb"}}}},
            f"write `cluster.nodePools.default.size: {POOL['size']}`",
        ),
    ],
)
def test_a_misfit_is_refused_by_name_and_nothing_is_touched(
    stage: Rehearsal, over: dict[str, Any], says: str
) -> None:
    stage.declare(adopting(*made_by_other_hands(stage), **over))
    before = held(stage)
    assert {each["kind"] for found in told(stage, 1)["objects"] for each in found["effects"]} >= {"refused"}
    said = stage.run("pulumi", "up", "--skip-preview", status=None)
    assert says in said
    assert held(stage) == before
    assert [each["type"] for each in state(stage) if each.get("id")] == []


# Fails: an imported CAA record has no `flags`, and the plugin wants them at the refresh after it.
@pytest.mark.campaign
def test_a_lost_state_is_rebuilt_of_the_account(stage: Rehearsal) -> None:
    stage.declare(EVERYTHING)
    stage.up()
    before = held(stage)
    stage.run("pulumi", "stack", "rm", "--force", "--yes", "--preserve-config")
    stage.run("pulumi", "stack", "init", "dev")
    document = told(stage, 2)
    assert len(document["objects"]) == sum(map(len, before.values())) + 1 - foreign_records(stage)
    assert [each["effects"] for each in document["objects"]] == [[] for _ in document["objects"]]
    file = stage.engine.project / "import.json"
    file.write_text(asked(stage, "import", 2))
    stage.run(
        "pulumi", "import", "--file", str(file), "--protect=false", "--generate-code=false", "--yes",
        "--skip-preview",
    )  # fmt: skip
    stage.up()
    assert held(stage) == before
    stage.assert_whole()


def foreign_records(stage: Rehearsal) -> int:
    """Records that DigitalOcean makes by itself."""
    return len([each for each in stage.objects(Kind.RECORD) if each["type"] in ("NS", "SOA")])
