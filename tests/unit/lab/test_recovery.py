"""What an interrupted run left is told from the state, the account and Helm's own records."""

from typing import Any

import pytest

from lab.cloud.state import Kind
from lab.recovery import import_commands, release_commands

NETWORK = {
    "urn": "urn:pulumi:dev::network::webgrip:external:Network::network",
    "type": "webgrip:external:Network",
}
VPC = "digitalocean:index/vpc:Vpc"


def export(*resources: dict[str, Any]) -> dict[str, Any]:
    return {"deployment": {"resources": list(resources)}}


def release(identity: str | None) -> dict[str, Any]:
    return {"type": "kubernetes:helm.sh/v3:Release", **({"id": identity} if identity else {})}


def revision(name: str, status: str) -> dict[str, Any]:
    labels = {"owner": "helm", "name": name, "status": status, "version": "1"}
    return {"metadata": {"namespace": name, "labels": labels}}


def test_an_object_that_the_state_does_not_know_is_imported_below_its_component() -> None:
    (command,) = import_commands(export(NETWORK), {Kind.VPC: {"123": {}}})
    assert command.startswith("pulumi import ")
    assert command.endswith(f"--parent parent={NETWORK['urn']} {VPC} network 123")


def test_what_the_state_knows_and_the_region_s_default_vpc_are_left_alone() -> None:
    known = export(NETWORK, {"type": VPC, "id": "123"})
    assert not [*import_commands(known, {Kind.VPC: {"123": {}, "456": {"default": True}}})]


@pytest.mark.parametrize("status", ["pending-install", "deployed", "failed"])
@pytest.mark.parametrize("state", [export(), export(release(None)), export(release("other/other"))])
def test_a_release_that_the_state_does_not_know_gives_up_its_name(state: dict[str, Any], status: str) -> None:
    assert [*release_commands(state, [revision("traefik", status)])] == [
        "kubectl delete secrets --namespace traefik --selector owner=helm,name=traefik"
    ]


def test_of_a_known_release_only_a_revision_that_was_cut_off_goes() -> None:
    found = [revision("traefik", "deployed"), revision("traefik", "superseded")]
    state = export(release("traefik/traefik"))
    assert not [*release_commands(state, found)]
    assert [*release_commands(state, [*found, revision("traefik", "pending-upgrade")])] == [
        "kubectl delete secrets --namespace traefik --selector owner=helm,name=traefik,status=pending-upgrade"
    ]
