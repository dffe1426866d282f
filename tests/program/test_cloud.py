"""DigitalOcean's resources: protection, adoption, replacement, timeouts, records."""

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import pytest
from pulumi.runtime.mocks import MockResourceArgs

from network.plan.external import VPC_DELETE_TIMEOUT
from network.plan.observability import CRDS
from tests import stacks
from tests.program.recording import ADDRESS, IPV6_ADDRESS, Cloud, Declared, Run, Runs, run
from tests.program.refusals import refusal

VPC = "digitalocean:index/vpc:Vpc"
CLUSTER = "digitalocean:index/kubernetesCluster:KubernetesCluster"
POOL = "digitalocean:index/kubernetesNodePool:KubernetesNodePool"
ZONE = "digitalocean:index/domain:Domain"
RECORD = "digitalocean:index/dnsRecord:DnsRecord"


def _dev(chart: dict[str, Any], over: dict[str, Any]) -> Run:
    return run(stacks.config_map("dev", stacks.merged(chart, over)))


@pytest.mark.parametrize(("tier", "protected"), [("production", True), ("development", False)])
def test_vpc_cluster_and_zone_are_protected_in_production_only(
    charts_in_folders: dict[str, Any], tier: str, protected: bool
) -> None:
    over = {
        "network:environment": {"tier": tier},
        "network:cluster": {"ha": True, "destroyAssociatedResources": False},
        "network:certificates": {"issuer": "production"},
    }
    declared = _dev(charts_in_folders, over)
    found = {type_: [each.request.protect for each in declared.of(type_)] for type_ in (VPC, CLUSTER, ZONE)}
    assert found == {VPC: [protected], CLUSTER: [protected], ZONE: [protected]}


def _with_default_vpc(
    monkeypatch: pytest.MonkeyPatch, configs: Mapping[str, Mapping[str, str]], answer: Any, preview: bool
) -> Declared:
    asked: list[str] = []

    def get_vpc(region: str) -> Any:
        asked.append(region)
        if isinstance(answer, Exception):
            raise answer
        return SimpleNamespace(id="id-of-default", name=answer)

    monkeypatch.setattr("network.components.external.default_vpc.digitalocean.get_vpc", get_vpc)
    (vpc,) = run(configs["dev"], preview=preview).of(VPC)
    assert asked == ([] if preview else ["ams3"])
    return vpc


NO_DEFAULT = Exception("Error retrieving VPC: unable to find default VPC in ams3 region")


@pytest.mark.parametrize(
    ("answer", "preview", "kept", "taken_over"),
    [
        ("network-dev", False, True, "id-of-default"),
        (NO_DEFAULT, False, True, ""),
        ("default-ams3", False, False, ""),
        (Exception("403 forbidden"), False, False, ""),
        ("network-dev", True, False, ""),
    ],
    ids=["ours", "none yet", "another", "no answer", "a preview asks nobody"],
)
def test_a_vpc_that_is_or_becomes_its_region_s_default_outlives_destroy(
    monkeypatch: pytest.MonkeyPatch,
    configs: Mapping[str, Mapping[str, str]],
    answer: Any,
    preview: bool,
    kept: bool,
    taken_over: str,
) -> None:
    vpc = _with_default_vpc(monkeypatch, configs, answer, preview)
    assert (vpc.request.retainOnDelete, vpc.request.importId) == (kept, taken_over)


def test_a_new_zone_is_made(dev: Run) -> None:
    (zone,) = dev.of(ZONE)
    assert not zone.request.importId
    assert not zone.request.retainOnDelete


def test_an_adopted_zone_is_imported_and_outlives_destroy(charts_in_folders: dict[str, Any]) -> None:
    adopting = _dev(charts_in_folders, {"network:external": {"dns": {"mode": "adopt"}}})
    (zone,) = adopting.of(ZONE)
    assert zone.request.importId == "dev.k8s.webgrip.nl"
    assert zone.request.retainOnDelete
    assert {each.inputs["domain"] for each in adopting.of(RECORD)} == {"dev.k8s.webgrip.nl"}


def test_records_at_another_dns_provider_are_exported_and_not_made(
    charts_in_folders: dict[str, Any],
) -> None:
    elsewhere = _dev(
        charts_in_folders,
        {
            "network:external": {"dns": {"provider": "external"}},
            "network:certificates": {"dns01": {"provider": "cloudflare"}},
        },
    )
    assert elsewhere.of(ZONE) == []
    assert elsewhere.of(RECORD) == []
    records = elsewhere.exports["records"].value
    assert {"type": "A", "name": "*", "ttl": "300", "value": ADDRESS} in records


FURTHER: dict[str, Any] = {
    "shop": {"zone": "shop.example", "hosts": ["www"]},
    "theirs": {
        "zone": "theirs.example",
        "mode": "adopt",
        "apex": True,
        "wildcard": False,
        "caa": {"publish": False},
    },
    "abroad": {"zone": "abroad.example", "provider": "external", "certificate": False},
}


@pytest.fixture(scope="module")
def further(charts_in_folders: dict[str, Any]) -> Run:
    """A stack with further zones: made, adopted, and of another provider."""
    return _dev(charts_in_folders, {"network:external": {"dns": {"furtherZones": FURTHER}}})


def test_each_further_zone_is_made_or_adopted_beside_the_first(further: Run, dev: Run) -> None:
    found = {each.name: each for each in further.of(ZONE)}
    assert {name: each.inputs["name"] for name, each in found.items()} == {
        "network": "dev.k8s.webgrip.nl",
        "network-shop": "shop.example",
        "network-theirs": "theirs.example",
    }
    (network,) = [each for each in further.declared if each.type == "webgrip:external:Network"]
    assert {each.parent for each in found.values()} == {network.urn}
    imported = {name: each.request.importId for name, each in found.items()}
    assert imported == {"network": "", "network-shop": "", "network-theirs": "theirs.example"}
    assert [each for each in found if found[each].request.retainOnDelete] == ["network-theirs"]
    assert {each.urn for each in dev.of(ZONE)} == {found["network"].urn}


def test_each_zone_holds_its_own_records_and_the_first_s_keep_their_names(further: Run, dev: Run) -> None:
    found: dict[str, set[str]] = {}
    for each in further.of(RECORD):
        found.setdefault(each.inputs["domain"], set()).add(each.name)
    assert found == {
        "dev.k8s.webgrip.nl": {each.name for each in dev.of(RECORD)},
        "shop.example": {
            f"records-zone-shop.{each}"
            for each in ("apex", "wildcard", "host-www", "caa-issue", "caa-issuewild")
        },
        "theirs.example": {"records-zone-theirs.apex"},
    }
    assert {each.urn for each in dev.of(RECORD)} <= {each.urn for each in further.of(RECORD)}
    for each in further.of(RECORD):
        (zone,) = [zone for zone in further.of(ZONE) if zone.inputs["name"] == each.inputs["domain"]]
        assert zone.urn in further.before(each)


def test_records_of_a_further_zone_elsewhere_are_exported_under_its_name(further: Run) -> None:
    assert "records" not in further.exports
    told = further.exports["records-abroad"].value
    assert {"type": "A", "name": "@", "ttl": "300", "value": ADDRESS} in told


def test_production_protects_a_further_zone_that_it_makes(charts_in_folders: dict[str, Any]) -> None:
    over = {
        "network:environment": {"tier": "production"},
        "network:cluster": {"ha": True, "destroyAssociatedResources": False},
        "network:certificates": {"issuer": "production"},
        "network:external": {"dns": {"furtherZones": FURTHER}},
    }
    found = {each.name: each.request.protect for each in _dev(charts_in_folders, over).of(ZONE)}
    assert found == {"network": True, "network-shop": True, "network-theirs": False}


def test_address_records_hold_the_load_balancers_address(update: Run) -> None:
    addresses = [each for each in update.of(RECORD) if each.inputs["type"] == "A"]
    assert {each.inputs["value"] for each in addresses} == {ADDRESS}
    assert {"@", "*"} <= {each.inputs["name"] for each in addresses}


def test_ipv6_records_hold_the_load_balancers_other_address(everything: Run, dev: Run) -> None:
    def ipv6(of: Run) -> dict[str, str]:
        return {e.inputs["name"]: e.inputs["value"] for e in of.of(RECORD) if e.inputs["type"] == "AAAA"}

    assert ipv6(dev) == {}
    assert ipv6(everything) == dict.fromkeys(("@", "*", "shop", "www", "*.tenants"), IPV6_ADDRESS)


def test_the_vpc_waits_for_its_cluster_to_vanish(update: Run) -> None:
    (vpc,) = update.of(VPC)
    assert vpc.request.customTimeouts.delete == VPC_DELETE_TIMEOUT


@pytest.mark.parametrize("type_", [VPC, CLUSTER])
def test_what_has_a_fixed_name_is_deleted_before_it_is_replaced(update: Run, type_: str) -> None:
    (resource,) = update.of(type_)
    assert resource.request.deleteBeforeReplace
    assert resource.inputs["name"]


def test_the_cluster_is_native_to_the_vpc(update: Run) -> None:
    (cluster,) = update.of(CLUSTER)
    assert cluster.inputs["vpcUuid"] == "id-of-network"
    assert {"clusterSubnet", "serviceSubnet"} <= cluster.inputs.keys()


def test_a_version_that_digitalocean_upgrades_is_left_to_it(everything: Run, dev: Run) -> None:
    assert everything.of(CLUSTER)[0].request.ignoreChanges == ["version"]
    # Nor is it touched where nobody knows which version the account's cluster has.
    assert dev.of(CLUSTER)[0].request.ignoreChanges == ["version"]


def test_the_firewall_governs_the_clusters_nodes(everything: Run, dev: Run) -> None:
    firewalls = everything.of("digitalocean:index/firewall:Firewall")
    (firewall,) = [each for each in firewalls if each.name == "firewall"]
    assert firewall.inputs["tags"] == ["k8s:id-of-cluster"]
    assert dev.of("digitalocean:index/firewall:Firewall") == []


def test_an_adopted_namespace_is_labelled_and_kept(everything: Run) -> None:
    adopted = everything.one("Namespace backend")
    assert adopted.request.retainOnDelete
    assert adopted.inputs["metadata"]["annotations"] == {"pulumi.com/patchForce": "true"}
    kept = [n.title for n in everything.of("kubernetes:core/v1:Namespace") if n.request.retainOnDelete]
    assert kept == ["Namespace backend"]


def test_the_operator_s_kinds_are_shared_with_another_operator_and_left_to_it(everything: Run) -> None:
    """With them would go the objects of everybody who runs such an operator."""
    kinds = [
        each
        for each in everything.of("kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition")
        if each.inputs["metadata"]["name"].endswith(".monitoring.coreos.com")
    ]
    assert len(kinds) == len(CRDS)
    for each in kinds:
        assert each.request.retainOnDelete
        assert each.inputs["metadata"]["annotations"]["pulumi.com/patchForce"] == "true"


@pytest.mark.parametrize(
    ("over", "title"),
    [
        (
            {"network:applications": {"shop": {"createNamespace": False}}},
            "kubernetes:core/v1:Namespace namespaces/shop",
        ),
        ({"network:external": {"dns": {"mode": "adopt"}}}, "digitalocean:index/domain:Domain network"),
    ],
)
def test_handing_over_is_an_update_and_deletes_nothing(
    charts_in_folders: dict[str, Any], dev: Run, over: dict[str, Any], title: str
) -> None:
    handed_over = _dev(charts_in_folders, over)
    urns = {each.urn for each in handed_over.declared if not each.read}
    assert {each.urn for each in dev.declared if not each.read} == urns
    (before,) = [each for each in dev.declared if f"{each.type} {each.name}" == title]
    (after,) = [each for each in handed_over.declared if each.urn == before.urn]
    assert not before.request.retainOnDelete
    assert after.request.retainOnDelete


def test_a_pool_of_another_size_has_another_name_so_that_both_can_stand(
    charts_in_folders: dict[str, Any],
) -> None:
    def pool(size: str) -> Declared:
        pools = {"batch": {"size": size, "count": 1}}
        (found,) = _dev(charts_in_folders, {"network:cluster": {"nodePools": pools}}).of(POOL)
        return found

    before, after = pool("s-2vcpu-4gb"), pool("so1_5-4vcpu-32gb")
    assert before.urn == after.urn
    assert not after.request.deleteBeforeReplace
    assert (before.inputs["name"], after.inputs["name"]) == ("batch-s-2vcpu-4gb", "batch-so1-5-4vcpu-32gb")


@pytest.mark.parametrize("export", ["vpcId", "clusterId", "kubeconfig", "zone", "loadBalancerAddress"])
def test_what_others_need_is_exported(dev: Run, export: str) -> None:
    assert dev.exports[export].value


def test_ranges_are_exported_for_environments_that_must_stay_apart(dev: Run) -> None:
    assert dev.exports["addressPlan"].value == {
        "vpc": "10.0.0.0/16",
        "pods": "10.244.0.0/16",
        "services": "10.96.0.0/12",
    }


def test_a_preview_of_a_new_environment_knows_no_address(runs: Runs) -> None:
    preview = runs("dev", "preview")
    assert preview.exports["loadBalancerAddress"].value is None


def test_bounds_that_a_pool_s_present_count_breaks_end_the_run_with_the_command_that_moves_it(
    monkeypatch: pytest.MonkeyPatch, charts_in_folders: dict[str, Any]
) -> None:
    answer = Cloud.new_resource

    def with_one_node(cloud: Cloud, args: MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        key, state = answer(cloud, args)
        return key, {**state, "nodeCount": 1} if args.typ == POOL else state

    monkeypatch.setattr(Cloud, "new_resource", with_one_node)
    pool = {"size": "s-4vcpu-8gb", "autoScale": {"min": 3, "max": 5}}
    over = stacks.merged(charts_in_folders, {"network:cluster": {"nodePools": {"batch": pool}}})
    message = refusal(stacks.config_map("dev", over)).message
    assert "node-pool update network-dev batch-s-4vcpu-8gb --auto-scale" in message


def test_alerts_know_their_check_and_the_load_balancer_they_tell_of(everything: Run) -> None:
    alerts = everything.of("digitalocean:index/uptimeAlert:UptimeAlert")
    assert alerts
    for alert in alerts:
        host = alert.name.removeprefix("outside-").rpartition("-")[0]
        assert alert.inputs["checkId"] == f"id-of-outside-{host}"
    for alert in everything.of("digitalocean:index/monitorAlert:MonitorAlert"):
        assert alert.inputs["entities"] == ["id-of-load-balancer"]
