"""The outer network: buckets behind a CDN, peered VPCs, the way out."""

import asyncio
from typing import Any

import pulumi
import pytest
from jsonschema import Draft202012Validator

from lab.cloud.routing_agent import definition
from network.components.egress import agent
from network.components.egress.agent import AgentToCome
from network.config.secrets import KEY_PLACEHOLDER
from tests import stacks
from tests.program.recording import EGRESS, SPACES_SECRET, Declared, Run, plain_text, run, unwrapped

INDEX = "digitalocean:index"
BUCKET = f"{INDEX}/spacesBucket:SpacesBucket"
POLICY = f"{INDEX}/spacesBucketPolicy:SpacesBucketPolicy"
CORS = f"{INDEX}/spacesBucketCorsConfiguration:SpacesBucketCorsConfiguration"
KEY = f"{INDEX}/spacesKey:SpacesKey"
CDN = f"{INDEX}/cdn:Cdn"
CERTIFICATE = f"{INDEX}/certificate:Certificate"
PEERING = f"{INDEX}/vpcPeering:VpcPeering"
GATEWAY = f"{INDEX}/vpcNatGateway:VpcNatGateway"
VPC = f"{INDEX}/vpc:Vpc"
CLUSTER = f"{INDEX}/kubernetesCluster:KubernetesCluster"
ROUTE = "kubernetes:networking.doks.digitalocean.com/v1alpha1:Route"
SPACES = "pulumi:providers:digitalocean"

MEDIA = """
-----BEGIN CERTIFICATE-----
MIIBtTCCAVygAwIBAgIUOyIIWArqslTBjvJYKRisa6GNmAowCgYIKoZIzj0EAwIw
HTEbMBkGA1UEAwwSU29tZWJvZHkgd2hvIHNlbGxzMCAXDTI2MTEzMDIxMjgwOFoY
DzIxMjYxMTA2MjEyODA4WjAdMRswGQYDVQQDDBJTb21lYm9keSB3aG8gc2VsbHMw
WTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAT6VXQ8C19hXeHNVwREg5YSDC+bxG8J
q5oVi/KnLSDNXzKPVudYjBLrz1W62cKG+7r9316eg67K4cViHHmp0QYbo3gwdjAd
BgNVHQ4EFgQU/9N1Rz6SKIVhtWsfM1mrHRQjWBUwHwYDVR0jBBgwFoAU/9N1Rz6S
KIVhtWsfM1mrHRQjWBUwDwYDVR0TAQH/BAUwAwEB/zAjBgNVHREEHDAaghhtZWRp
YS5kZXYuazhzLndlYmdyaXAubmwwCgYIKoZIzj0EAwIDRwAwRAIgH2wqS4c6hz+w
pCaD2zSFwhAhCd+hTeWrYK8y5+WlvcMCIBcDl8OGN6vCp2fSwKM9S8IXZmh9tdBk
GK/hDYt0nCRE
-----END CERTIFICATE-----
"""
"""For media.dev.k8s.webgrip.nl, until 2126."""

ASSETS: dict[str, Any] = {"network:external": {"cdn": {"assets": {"bucket": "webgrip-dev-assets"}}}}
PRODUCTION = {
    "network:environment": {"tier": "production"},
    "network:cluster": {"ha": True, "destroyAssociatedResources": False},
    "network:certificates": {"issuer": "production"},
}


def _dev(charts: dict[str, Any], over: dict[str, Any], *, preview: bool = False) -> Run:
    return run(stacks.config_map("dev", stacks.merged(charts, over)), preview=preview)


def _named(run: Run, type_: str, name: str) -> Declared:
    (found,) = [each for each in run.of(type_) if each.name == name]
    return found


@pytest.fixture(scope="module", params=["preview", "update"])
def outer(request: pytest.FixtureRequest, runs: Any) -> Run:
    """Everything, in each mode."""
    return runs("everything", request.param)


def test_without_any_of_it_nothing_of_it_is_made(dev: Run) -> None:
    for type_ in (BUCKET, KEY, CDN, PEERING, GATEWAY, ROUTE, SPACES):
        assert dev.of(type_) == []
    assert {"cdnEndpoints", "cdnUploadKeys", "egressAddress"} & dev.exports.keys() == set()
    (cluster,) = dev.of(CLUSTER)
    assert "routingAgent" not in cluster.inputs


def test_buckets_are_made_with_a_key_of_spaces_and_everything_else_with_the_token(outer: Run) -> None:
    (provider,) = outer.of(SPACES)
    of_spaces = [each for type_ in (BUCKET, POLICY, CORS) for each in outer.of(type_)]
    assert len(of_spaces) == 5
    for each in of_spaces:
        assert each.request.provider.startswith(f"{provider.urn}::"), each.urn
    for each in (*outer.of(KEY), *outer.of(CDN), *outer.of(CERTIFICATE), *outer.of(PEERING)):
        assert not each.request.provider.startswith(f"{provider.urn}::"), each.urn
    assert _named(outer, KEY, "cdn-all").urn in outer.before(provider)


def test_the_key_of_all_buckets_is_a_secret_to_the_engine(everything: Run) -> None:
    (provider,) = everything.of(SPACES)
    assert unwrapped(provider.inputs["spacesSecretKey"]) == SPACES_SECRET
    assert SPACES_SECRET not in plain_text(provider.inputs)
    # The token stays in the environment: a provider that is given one keeps it in the state.
    assert "token" not in provider.inputs


def test_everybody_reads_objects_and_nobody_their_list(everything: Run) -> None:
    bucket = _named(everything, BUCKET, "cdn-assets")
    assert bucket.inputs["acl"] == "private"
    policy = _named(everything, POLICY, "cdn-assets").inputs["policy"]
    assert '"s3:GetObject"' in policy
    assert '"arn:aws:s3:::webgrip-dev-assets/*"' in policy


def test_whoever_uploads_has_a_key_to_one_bucket(everything: Run) -> None:
    keys = {each.name: each.inputs["grants"] for each in everything.of(KEY)}
    assert keys == {
        "cdn-all": [{"bucket": "", "permission": "fullaccess"}],
        "cdn-assets-upload": [{"bucket": "webgrip-dev-assets", "permission": "readwrite"}],
        "cdn-media-upload": [{"bucket": "webgrip-dev-media", "permission": "readwrite"}],
    }


def test_a_bucket_stands_before_what_refuses_to_be_without_it(outer: Run) -> None:
    bucket = _named(outer, BUCKET, "cdn-assets")
    for type_, name in (
        (POLICY, "cdn-assets"), (CORS, "cdn-assets"), (CDN, "cdn-assets"), (KEY, "cdn-assets-upload")
    ):  # fmt: skip
        assert bucket.urn in _named(outer, type_, name).dependencies, type_


def test_a_renamed_bucket_is_another_one(everything: Run) -> None:
    assert _named(everything, BUCKET, "cdn-assets").request.replaceOnChanges == ["name"]
    assert _named(everything, CORS, "cdn-assets").request.replaceOnChanges == ["bucket"]


def test_let_s_encrypt_proves_a_name_once_the_zone_stands(outer: Run) -> None:
    certificate = _named(outer, CERTIFICATE, "cdn-assets")
    zone = _named(outer, f"{INDEX}/domain:Domain", "network")
    assert zone.urn in certificate.dependencies
    assert certificate.inputs["domains"] == ["assets.dev.k8s.webgrip.nl"]
    cdn = _named(outer, CDN, "cdn-assets")
    assert certificate.urn in cdn.dependencies
    assert cdn.inputs["customDomain"] == "assets.dev.k8s.webgrip.nl"
    assert cdn.inputs["certificateName"] == certificate.inputs["name"]
    assert "certificateId" not in cdn.inputs
    assert not certificate.request.deleteBeforeReplace
    # Two endpoints cannot have one name.
    assert cdn.request.deleteBeforeReplace
    assert not _named(outer, CDN, "cdn-media").request.deleteBeforeReplace


def test_the_name_leads_to_the_cdn(everything: Run) -> None:
    record = _named(everything, f"{INDEX}/dnsRecord:DnsRecord", "records-cdn-assets")
    assert record.inputs["type"] == "CNAME"
    assert record.inputs["value"] == everything.exports["cdnEndpoints"].value["assets"] + "."


def test_a_bought_certificate_goes_with_its_key_as_a_secret(charts_in_folders: dict[str, Any]) -> None:
    over = {
        "network:external": {
            "cdn": {"media": {"bucket": "webgrip-dev-media", "domain": {"host": "media", "bought": "media"}}}
        },
        "network:certificates": {"bought": {"media": {"pem": MEDIA}}},
    }
    (certificate,) = _dev(charts_in_folders, over).of(CERTIFICATE)
    assert certificate.inputs["type"] == "custom"
    assert "BEGIN CERTIFICATE" in certificate.inputs["leafCertificate"]
    assert unwrapped(certificate.inputs["privateKey"]) == KEY_PLACEHOLDER
    assert "PRIVATE KEY" not in plain_text(certificate.inputs)


def test_where_another_provider_serves_the_zone_the_record_is_told(charts_in_folders: dict[str, Any]) -> None:
    over = {
        "network:external": {
            "dns": {"provider": "external"},
            "cdn": {"media": {"bucket": "webgrip-dev-media", "domain": {"host": "media", "bought": "media"}}},
        },
        "network:certificates": {
            "dns01": {"provider": "cloudflare"}, "bought": {"media": {"pem": MEDIA}}
        },
    }  # fmt: skip
    records = _dev(charts_in_folders, over).exports["records"].value
    value = "webgrip-dev-media.ams3.cdn.digitaloceanspaces.com."
    assert {"type": "CNAME", "name": "media", "ttl": "300", "value": value} in records


@pytest.mark.parametrize(("tier", "protected"), [("production", True), ("development", False)])
def test_production_protects_what_cannot_be_had_again(
    charts_in_folders: dict[str, Any], tier: str, protected: bool
) -> None:
    over = stacks.merged(PRODUCTION, {"network:environment": {"tier": tier}})
    outer = {**ASSETS["network:external"], "natGateway": {}}
    declared = _dev(charts_in_folders, stacks.merged(over, {"network:external": outer}))
    assert [each.request.protect for each in (*declared.of(BUCKET), *declared.of(GATEWAY))] == [protected] * 2
    assert declared.of(BUCKET)[0].inputs["forceDestroy"] is False


def test_peers_are_joined_before_there_are_nodes(outer: Run) -> None:
    (peering,), (cluster,), (vpc,) = outer.of(PEERING), outer.of(CLUSTER), outer.of(VPC)
    assert peering.urn in cluster.dependencies
    assert vpc.urn in peering.dependencies
    assert peering.name == "network-data"
    assert "5a4981aa-9653-4bd1-bef5-d6bff52042e4" in peering.inputs["vpcIds"]
    assert peering.request.deleteBeforeReplace


def test_a_peering_joins_this_vpc_and_the_other(everything: Run) -> None:
    (peering,) = everything.of(PEERING)
    assert peering.inputs["vpcIds"] == ["id-of-network", "5a4981aa-9653-4bd1-bef5-d6bff52042e4"]


def test_the_route_is_made_last_and_deleted_first(outer: Run) -> None:
    (route,), (gateway,), (cluster,) = outer.of(ROUTE), outer.of(GATEWAY), outer.of(CLUSTER)
    assert {gateway.urn, cluster.urn} <= outer.before(route)
    assert cluster.inputs["routingAgent"] == {"enabled": True}


def test_nodes_find_the_gateway_by_its_address_in_the_vpc(everything: Run) -> None:
    (route,), (gateway,) = everything.of(ROUTE), everything.of(GATEWAY)
    assert route.inputs["spec"] == {"destinations": ["0.0.0.0/0"], "gateways": ["10.0.0.3"]}
    assert gateway.inputs["vpcs"] == [{"vpcUuid": "id-of-network"}]
    assert everything.exports["egressAddress"].value == EGRESS


def test_the_route_fits_the_kind_that_the_documentation_describes(everything: Run) -> None:
    (route,) = everything.of(ROUTE)
    (version,) = definition()["spec"]["versions"]
    schema = version["schema"]["openAPIV3Schema"]["properties"]["spec"]
    Draft202012Validator({**schema, "additionalProperties": False}).validate(route.inputs["spec"])
    assert "namespace" not in route.inputs["metadata"]


NO_KIND = 'no matches for kind "Route" in version "networking.doks.digitalocean.com/v1alpha1"'


def _again(hook: AgentToCome, error: str, operation: str = "create") -> bool:
    args = pulumi.ErrorHookArgs("urn", "", "route", "type", failed_operation=operation, errors=[error])
    return asyncio.run(hook.again(args))


def test_a_route_waits_for_the_agent_and_not_for_ever(slept: list[float]) -> None:
    hook = AgentToCome()
    tries = int(agent.LONGEST / agent.INTERVAL)
    assert all(_again(hook, NO_KIND) for _ in range(tries))
    assert not _again(hook, NO_KIND)
    assert sum(slept) == agent.LONGEST


@pytest.mark.parametrize(("error", "operation"), [("forbidden", "create"), (NO_KIND, "delete")])
def test_nothing_else_is_tried_again(slept: list[float], error: str, operation: str) -> None:
    assert not _again(AgentToCome(), error, operation)
    assert slept == []
