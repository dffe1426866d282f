"""How the program declares: parents, providers, names, types."""

import re
from collections import Counter

import pytest

from network.components.cluster.cluster import READER
from tests.program.recording import Declared, Run


def test_the_same_resources_are_declared_in_preview_and_update(program: Run, update: Run) -> None:
    assert {each.urn for each in program.declared} == {each.urn for each in update.declared}


def test_urns_are_unique(program: Run) -> None:
    counted = Counter(each.urn for each in program.declared)
    assert [urn for urn, count in counted.items() if count > 1] == []


def test_every_resource_belongs_to_a_component(program: Run) -> None:
    components = {each.urn for each in program.declared if each.component}
    for each in program.declared:
        if not each.component:
            assert each.parent in components, each.urn


def test_components_are_named_by_layer(program: Run) -> None:
    for each in program.declared:
        if each.component:
            assert re.fullmatch(r"webgrip:[a-z]+:[A-Z][A-Za-z]+", each.type), each.type


def test_a_childs_name_starts_with_its_components(program: Run) -> None:
    by_urn = {each.urn: each for each in program.declared}
    for each in program.declared:
        if each.parent in by_urn:
            assert each.name.startswith(by_urn[each.parent].name)


def _provider(run: Run, name: str) -> Declared:
    (found,) = [each for each in run.of("pulumi:providers:kubernetes") if each.name == name]
    return found


def test_everything_in_the_cluster_is_declared_with_the_clusters_provider_and_read_with_the_other(
    program: Run,
) -> None:
    for each in program.kubernetes():
        provider = _provider(program, "cluster-reader" if each.read else "cluster")
        assert each.request.provider.startswith(f"{provider.urn}::"), each.urn


def test_a_computed_kubeconfig_cannot_replace_the_provider(update: Run) -> None:
    assert _provider(update, "cluster").inputs["clusterIdentifier"] == "id-of-cluster"


@pytest.mark.parametrize("kind", ["Secret", "ConfigMap"])
def test_content_is_changed_in_place(update: Run, kind: str) -> None:
    assert _provider(update, "cluster").inputs[f"enable{kind}Mutable"] == "true"


def test_the_provider_goes_with_its_cluster_without_being_asked_what_differs(update: Run) -> None:
    (cluster,) = update.of("digitalocean:index/kubernetesCluster:KubernetesCluster")
    (life,) = update.of("pulumi:index:Stash")
    assert life.request.deletedWith == cluster.urn
    assert _provider(update, "cluster").request.deletedWith == life.urn


def test_no_cluster_replaces_the_provider_that_only_reads(program: Run) -> None:
    reader = _provider(program, "cluster-reader")
    assert reader.inputs["clusterIdentifier"] == READER
    assert not reader.request.deletedWith


def test_nothing_in_the_cluster_is_left_to_the_clusters_deletion(update: Run) -> None:
    for each in update.kubernetes():
        assert each.read or not each.request.deletedWith, each.urn


def test_old_and_new_providers_treat_existing_objects_alike(update: Run) -> None:
    assert _provider(update, "cluster").inputs["upsertExistingObjects"] == "true"


def test_an_unreachable_cluster_is_never_taken_for_a_deleted_one(update: Run) -> None:
    for provider in update.of("pulumi:providers:kubernetes"):
        assert "deleteUnreachable" not in provider.inputs


def _children(run: Run, component: Declared) -> list[Declared]:
    return [each for each in run.declared if each.parent == component.urn]


def test_no_component_is_empty(everything: Run) -> None:
    for each in everything.declared:
        if each.type.startswith("webgrip:"):
            assert _children(everything, each), each.urn


def test_objects_have_the_name_that_the_plan_gives_them(everything: Run) -> None:
    for each in everything.kubernetes():
        if not each.read and not each.type.endswith(":Release"):
            assert each.inputs["metadata"]["name"], each.urn
