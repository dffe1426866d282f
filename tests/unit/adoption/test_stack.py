"""What exists of a plan, what its adoption changes, and what stands against it."""

import copy
from typing import Any

import pytest

from network.adoption import imports
from network.adoption.objects import Effect
from network.adoption.reading import Reading
from network.adoption.stack import Found
from network.cli.adopt import lines
from network.live.finding import CannotLookError
from tests.stacks import ROOT, stack_config
from tests.unit.adoption.scenes import DEV, RANGE, adopting, clusters, looked, of_others, own, told

NAMES = (ROOT / "tests" / "program" / "names.txt").read_text().splitlines()
BATCH = {"network:cluster": {"nodePools": {"batch": {"size": "s-4vcpu-8gb", "count": 1}}}}


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Reading:
    return own(tmp_path_factory.mktemp("ours"))


@pytest.fixture(scope="module")
def theirs(tmp_path_factory: pytest.TempPathFactory) -> Reading:
    return of_others(tmp_path_factory.mktemp("theirs"))


def refusals(found: Found) -> list[Effect]:
    return [effect for each in found.objects for effect in each.refused]


def changed(reading: Reading, **differently: Any) -> list[dict[str, Any]]:
    """The clusters, with something else about the first."""
    others = copy.deepcopy(clusters(reading))
    others[0].update(differently)
    return others


def test_of_one_s_own_resources_nothing_would_change(ours: Reading) -> None:
    found = looked(stack_config("dev"), ours)
    assert all(not each.effects for each in found.objects)
    assert (found.status, found.unseen) == (0, ())
    assert list(told(found))[:3] == ["VPC network-dev", "cluster network-dev", "zone dev.k8s.webgrip.nl"]


def test_what_is_found_is_called_as_the_program_calls_it(ours: Reading) -> None:
    found = looked(stack_config("dev"), ours)
    assert all(f"{each.token} {each.name}" in NAMES for each in found.objects)
    for each in imports.document(found.objects)["resources"]:
        if each.get("component"):
            assert f"{each['type']} {each['logicalName']}" in NAMES


def test_the_import_file_has_each_component_before_what_it_declares(ours: Reading) -> None:
    resources = imports.document(looked(stack_config("dev"), ours).objects)["resources"]
    known: set[str] = set()
    for each in resources:
        assert each.get("parent") in {*known, None}
        assert each["name"] not in known
        known.add(each["name"])
    assert [each["id"] for each in resources if each["logicalName"] == "records-apex"] != []


def test_candidates_are_shown_with_the_lines_that_adopt_them(theirs: Reading) -> None:
    config = stack_config("dev", {"network:external": {"vpc": {"ipRange": RANGE}}, **BATCH})
    found = looked(config, theirs)
    (cluster,) = clusters(theirs)
    assert lines(found.objects) == {
        "network:adopt": {
            "vpc": cluster["vpc_uuid"],
            "cluster": cluster["id"],
            "nodePools": {"batch": cluster["node_pools"][1]["id"]},
        },
        "network:external": {"dns": {"mode": "adopt"}},
    }
    assert all(not each.adopted for each in found.objects)


def test_what_is_named_is_changed_in_place(theirs: Reading) -> None:
    (cluster,) = clusters(theirs)
    pools = {"batch": cluster["node_pools"][1]["id"]}
    found = looked(adopting(theirs, adopt={"nodePools": pools}, **BATCH), theirs)
    assert told(found) == {
        "VPC backbone": {"name": "in place", "description": "in place"},
        "cluster shop": {
            "name": "in place",
            "controlPlaneFirewall.enabled": "in place",
            "controlPlaneFirewall.allowedAddresses": "in place",
            "tags": "in place",
            "nodePool.name": "in place",
            "nodePool.labels.team": "in place",
            "nodePool.labels.network.webgrip.nl/pool": "in place",
            "nodePool.tags": "in place",
        },
        "node pool": {
            "name": "in place",
            "labels.network.webgrip.nl/pool": "in place",
            "tags": "in place",
        },
        "zone dev.k8s.webgrip.nl": {},
    }
    assert all(each.adopted for each in found.objects)
    assert found.status == 1


@pytest.mark.parametrize(
    ("differently", "fix"),
    [
        ({"region": "fra1"}, "write `environment.region: fra1`"),
        ({"cluster_subnet": "10.245.0.0/16"}, "write `cluster.podRange: 10.245.0.0/16`"),
        ({"service_subnet": "10.112.0.0/12"}, "write `cluster.serviceRange: 10.112.0.0/12`"),
        ({"version": "1.36.2-do.0"}, "write `cluster.version: 1.36.2-do.0`"),
        ({"ha": True}, "write `cluster.ha: true`"),
        ({"vpc_uuid": "another"}, "write `adopt.vpc: another`"),
        ({"status": {"state": "error"}}, "one in state `error` never runs"),
    ],
)
def test_what_would_replace_a_cluster_is_refused_with_what_to_write(
    theirs: Reading, differently: dict[str, Any], fix: str
) -> None:
    (refused,) = refusals(looked(adopting(theirs), theirs, clusters=changed(theirs, **differently)))
    assert fix in refused.fix
    assert refused.why


def test_of_several_pools_one_must_be_marked(theirs: Reading) -> None:
    pools = [{**pool, "tags": []} for pool in clusters(theirs)[0]["node_pools"]]
    (refused,) = refusals(looked(adopting(theirs), theirs, clusters=changed(theirs, node_pools=pools)))
    assert "--tag terraform:default-node-pool" in refused.fix


def test_bounds_that_the_default_pool_is_outside_of_are_refused(theirs: Reading) -> None:
    default = {
        "size": DEV["network:cluster"]["nodePools"]["default"]["size"],
        "autoScale": {"min": 5, "max": 6},
    }
    config = adopting(theirs, **{"network:cluster": {"nodePools": {"default": {**default, "count": None}}}})
    (refused,) = refusals(looked(config, theirs))
    assert refused.path == "nodeCount"


def test_an_id_that_the_account_lacks_is_refused(theirs: Reading) -> None:
    ids = {
        "vpc": "00000000-0000-4000-8000-000000000000",
        "cluster": "00000000-0000-4000-8000-000000000001",
    }
    fixes = [each.fix for each in refusals(looked(adopting(theirs, adopt=ids), theirs))]
    assert "correct it: doctl vpcs list" in fixes
    assert "correct it: doctl kubernetes cluster list" in fixes


def test_a_vpc_of_others_that_shares_addresses_is_refused(theirs: Reading) -> None:
    config = stack_config("dev", {"network:external": {"vpc": {"ipRange": "10.20.4.0/22"}}})
    (refused,) = refusals(looked(config, theirs, clusters=[]))
    assert "choose another `external.vpc.ipRange`" in refused.fix


def test_a_zone_to_adopt_that_the_account_does_not_serve_is_refused(theirs: Reading) -> None:
    (refused,) = refusals(looked(adopting(theirs), theirs, domains=[]))
    assert "write `external.dns.mode: create`" in refused.fix


def test_what_nobody_could_see_is_never_as_planned(ours: Reading) -> None:
    why = CannotLookError("GET /v2/vpcs", "403", "a token with the scope vpc:read")
    config = stack_config("dev")
    for part in ("vpcs", "domains", "clusters", "server", "workloads"):
        assert looked(config, ours, **{part: why}).unseen == (why,)
    assert looked(config, ours, workloads=why).status == 2


def test_what_nobody_could_see_is_not_called_absent(theirs: Reading) -> None:
    why = CannotLookError("GET /v2/domains", "403", "a token with the scope domain:read")
    for part in ("vpcs", "clusters", "domains"):
        assert refusals(looked(adopting(theirs), theirs, **{part: why})) == []


def workload(release: str, chart: str) -> dict[str, Any]:
    """A Deployment as Helm marks it."""
    namespace, name = release.split("/")
    return {
        "metadata": {
            "labels": {"helm.sh/chart": chart},
            "annotations": {
                "meta.helm.sh/release-name": name,
                "meta.helm.sh/release-namespace": namespace,
            },
        }
    }


@pytest.mark.parametrize(
    ("release", "chart", "named", "says"),
    [
        ("traefik/traefik", "traefik-41.0.0", True, "in place"),
        ("traefik/traefik", "traefik-99.0.0", True, "write `charts.traefik.version: 99.0.0`"),
        ("ingress/traefik", "traefik-41.0.0", False, "let the two run side by side"),
        ("other/other", "other-1.0.0", True, "remove it from adopt.releases"),
    ],
)
def test_a_release_is_known_by_the_marks_of_helm(
    theirs: Reading, release: str, chart: str, named: bool, says: str
) -> None:
    config = adopting(theirs, adopt={"releases": ["traefik/traefik"]} if named else {})
    found = looked(config, theirs, workloads=[workload(release, chart)])
    (effect,) = [effect for each in found.objects if each.type == "Release" for effect in each.effects]
    assert says in (effect.kind, *effect.fix.split(": docs")) or says in effect.fix


def test_of_another_cluster_s_releases_nothing_is_said(theirs: Reading) -> None:
    running = [workload("traefik/traefik", "traefik-41.0.0")]
    found = looked(adopting(theirs), theirs, server="https://elsewhere:6443", workloads=running)
    assert [each for each in found.objects if each.type == "Release"] == []
    assert "speaks to https://elsewhere:6443" in found.unseen[0].reason
