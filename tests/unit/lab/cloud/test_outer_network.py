"""What the simulated account and the plugin refuse about buckets, CDNs, peerings and NAT gateways."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from lab.cloud.cloud import Cloud, log_file
from lab.cloud.options import choose
from lab.cloud.state import Kind
from tests.unit.lab.cloud.engine import (
    CDN,
    DOMAIN,
    VPC,
    CallFailedError,
    Engine,
    HalfDoneError,
    Resource,
    with_bucket,
)

INDEX = "digitalocean:index"
BUCKET = f"{INDEX}/spacesBucket:SpacesBucket"
POLICY = f"{INDEX}/spacesBucketPolicy:SpacesBucketPolicy"
CORS = f"{INDEX}/spacesBucketCorsConfiguration:SpacesBucketCorsConfiguration"
KEY = f"{INDEX}/spacesKey:SpacesKey"
CERTIFICATE = f"{INDEX}/certificate:Certificate"
PEERING = f"{INDEX}/vpcPeering:VpcPeering"
GATEWAY = f"{INDEX}/vpcNatGateway:VpcNatGateway"

WHERE = {"bucket": "assets", "region": "ams3"}
READABLE = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::assets/*"}],
}
RULE = {"allowedMethods": ["GET"], "allowedOrigins": ["https://shop.example.org"], "maxAgeSeconds": 600}
ORIGIN = "assets.ams3.digitaloceanspaces.com"


@pytest.mark.parametrize(
    ("token", "inputs", "change"),
    [
        (POLICY, {**WHERE, "policy": json.dumps(READABLE)}, {"policy": json.dumps(READABLE, indent=1)}),
        (CORS, {**WHERE, "corsRules": [RULE]}, {"corsRules": [{**RULE, "maxAgeSeconds": 60}]}),
        (KEY, {"name": "u", "grants": [{"bucket": "assets", "permission": "readwrite"}]}, {"name": "v"}),
        (CDN, {"origin": ORIGIN, "ttl": 600}, {"ttl": 3600}),
    ],
    ids=["policy", "CORS", "key", "CDN"],
)
def test_what_stands_around_a_bucket_lives_without_surprises(
    engine: Engine, token: str, inputs: dict[str, Any], change: dict[str, Any]
) -> None:
    with_bucket(engine, "assets")
    made = engine.create(token, "it", **inputs)
    assert engine.diff(made, **inputs).changed == {}
    read = engine.refresh(made)
    assert read is not None
    assert engine.diff(read, **inputs).changed == {}
    updated = engine.update(read, **inputs | change)
    assert engine.diff(updated, **inputs | change).changed == {}
    engine.delete(updated)


def test_a_bucket_lives_without_surprises(engine: Engine, account: Cloud) -> None:
    bucket = with_bucket(engine, "assets")
    rules = [{"id": "e", "enabled": True, "prefix": "previews/", "expiration": {"days": 30}}]
    wanted: dict[str, Any] = {"name": "assets", "region": "ams3", "lifecycleRules": rules}
    updated = engine.update(bucket, **wanted)
    assert engine.diff(updated, **wanted).changed == {}
    assert account.store.account.get(Kind.BUCKET, "assets")["lifecycle_rules"][0]["prefix"] == "previews/"
    assert bucket.outputs["bucketDomainName"] == ORIGIN
    engine.delete(updated)
    assert engine.refresh(updated) is None


def test_a_provider_without_a_key_of_spaces_makes_no_bucket(engine: Engine) -> None:
    with pytest.raises(CallFailedError, match="Spaces credentials not configured"):
        engine.create(BUCKET, "b", name="assets", region="ams3")


def test_a_key_opens_what_it_was_made_for(engine: Engine, account: Cloud) -> None:
    with_bucket(engine, "assets")
    grants = [{"bucket": "assets", "permission": "readwrite"}]
    upload = engine.create(KEY, "u", name="u", grants=grants)
    secret = upload.outputs["secretKey"]["value"]
    for access, shown, refused in (
        (upload.id, secret, "AccessDenied"),
        (upload.id, "another", "SignatureDoesNotMatch"),
        ("DO00", secret, "InvalidAccessKeyId"),
    ):
        engine.configure({"spacesAccessId": access, "spacesSecretKey": shown})
        with pytest.raises(CallFailedError, match=refused):
            engine.create(BUCKET, "b", name="other", region="ams3")
    assert secret not in log_file(account.store.folder).read_text()


def test_the_provider_of_buckets_is_another_than_that_of_everything_else(
    engine: Engine, account: Cloud
) -> None:
    """Both are one process in the lab, and two to a program."""
    with_bucket(engine, "assets")
    other = engine.beside()
    with pytest.raises(CallFailedError, match="Spaces credentials not configured"):
        other.create(BUCKET, "b", name="other", region="ams3")
    engine.create(BUCKET, "b", name="other", region="ams3")
    other.stop()
    assert len(account.store.account.all(Kind.BUCKET)) == 2


def test_the_secret_of_a_key_is_told_once_and_kept(engine: Engine, account: Cloud) -> None:
    grants = [{"bucket": "", "permission": "fullaccess"}]
    key = engine.create(KEY, "all", name="all", grants=grants)
    secret = key.outputs["secretKey"]["value"]
    told = account.call("GET", "/v2/spaces/keys")[1]["keys"]
    assert [each["access_key"] for each in told] == [key.id]
    assert secret not in str(told)
    read = engine.refresh(key)
    assert read is not None
    assert read.outputs["secretKey"]["value"] == secret


def test_a_key_to_a_bucket_that_is_not_there_is_refused(engine: Engine) -> None:
    grants = [{"bucket": "assets", "permission": "readwrite"}]
    with pytest.raises(CallFailedError, match="bucket assets does not exist"):
        engine.create(KEY, "u", name="u", grants=grants)


@pytest.mark.parametrize(
    ("name", "region", "refused"),
    [
        ("assets", "fra1", "BucketAlreadyExists"),
        ("a.b", "ams3", "InvalidBucketName"),
        ("other", "nyc1", "InvalidLocationConstraint"),
    ],
)
def test_a_bucket_has_a_name_of_its_own_where_spaces_is(
    engine: Engine, name: str, region: str, refused: str
) -> None:
    with_bucket(engine, "assets")
    with pytest.raises(CallFailedError, match=refused):
        engine.create(BUCKET, "b", name=name, region=region)


def test_a_bucket_with_objects_goes_by_force_alone(engine: Engine, account: Cloud) -> None:
    bucket = with_bucket(engine, "assets")
    with account.store.change() as changed:
        changed.get(Kind.BUCKET, "assets")["objects"] = ["logo.svg"]
    with pytest.raises(CallFailedError, match="BucketNotEmpty"):
        engine.delete(bucket)
    forced = engine.update(bucket, name="assets", region="ams3", forceDestroy=True)
    engine.delete(forced)
    assert account.store.account.find(Kind.BUCKET, "assets") is None


def test_another_name_renames_no_bucket(engine: Engine, account: Cloud) -> None:
    bucket = with_bucket(engine, "assets")
    difference = engine.diff(bucket, name="media", region="ams3")
    assert (difference.changed, difference.reasons) == ({"name": "UPDATE"}, [])
    renamed = engine.update(bucket, name="media", region="ams3")
    assert renamed.outputs["name"] == "media"
    assert [each["name"] for each in account.store.account.all(Kind.BUCKET)] == ["assets"]


def test_a_policy_is_about_its_bucket(engine: Engine) -> None:
    with_bucket(engine, "assets")
    policy = json.dumps(READABLE).replace("assets", "others")
    with pytest.raises(CallFailedError, match="MalformedPolicy"):
        engine.create(POLICY, "p", **WHERE, policy=policy)
    with pytest.raises(CallFailedError, match="NoSuchBucket"):
        engine.create(POLICY, "p", bucket="assets", region="fra1", policy=json.dumps(READABLE))


def _certificate(engine: Engine, name: str = "assets", host: str = "assets.example.org") -> Resource:
    return engine.create(CERTIFICATE, name, name=name, type="lets_encrypt", domains=[host])


def test_let_s_encrypt_proves_names_of_zones_of_digitalocean_alone(engine: Engine) -> None:
    with pytest.raises(CallFailedError, match="not in a domain that DigitalOcean manages"):
        _certificate(engine)
    engine.create(DOMAIN, "zone", name="example.org")
    assert _certificate(engine).id == "assets"
    with pytest.raises(CallFailedError, match="not in a domain"):
        _certificate(engine, "other", "assets.notexample.org")
    with pytest.raises(CallFailedError, match="name is already used"):
        _certificate(engine)


@pytest.mark.parametrize(("type_", "missing"), [("custom", "private_key"), ("lets_encrypt", "dns_names")])
def test_what_a_certificate_needs_is_asked_for_in_up_alone(engine: Engine, type_: str, missing: str) -> None:
    assert engine.preview(CERTIFICATE, "c", {"name": "c", "type": type_})
    with pytest.raises(CallFailedError, match=missing):
        engine.create(CERTIFICATE, "c", name="c", type=type_)


def test_a_name_of_one_s_own_has_a_certificate_that_stays_while_it_is_shown(
    engine: Engine, account: Cloud
) -> None:
    with_bucket(engine, "assets")
    engine.create(DOMAIN, "zone", name="example.org")
    first, second = _certificate(engine), _certificate(engine, "renamed")
    inputs = {
        "origin": ORIGIN,
        "customDomain": "assets.example.org",
        "certificateName": first.outputs["name"],
    }
    cdn = engine.create(CDN, "cdn", **inputs)
    assert engine.diff(cdn, **inputs).changed == {}
    assert account.store.account.all(Kind.CDN)[0]["certificate_id"] == first.outputs["uuid"]
    with pytest.raises(CallFailedError, match="not in use before deleting"):
        engine.delete(first)
    moved = {**inputs, "certificateName": second.outputs["name"]}
    shown = engine.update(cdn, **moved)
    assert engine.diff(shown, **moved).changed == {}
    engine.delete(first)


@pytest.mark.parametrize(
    ("inputs", "refused"),
    [
        ({"ttl": 300}, "ttl is invalid"),
        ({"origin": "shop.example.org"}, "origin is invalid"),
        ({"customDomain": "assets.example.org"}, "needs a certificate"),
        ({"customDomain": "www.example.org", "certificateName": "assets"}, "does not cover www.example.org"),
        ({"customDomain": "assets.example.org", "certificateName": "none"}, "certificate not found: none"),
    ],
)
def test_a_cdn_is_what_digitalocean_serves(engine: Engine, inputs: dict[str, Any], refused: str) -> None:
    with_bucket(engine, "assets")
    engine.create(DOMAIN, "zone", name="example.org")
    _certificate(engine)
    with pytest.raises(CallFailedError, match=refused):
        engine.create(CDN, "cdn", **{"origin": ORIGIN, **inputs})


@pytest.fixture
def vpc(engine: Engine) -> Callable[..., Resource]:
    def make(name: str, region: str, ip_range: str) -> Resource:
        return engine.create(VPC, name, name=name, region=region, ipRange=ip_range)

    return make


def test_two_vpcs_have_one_peering(engine: Engine, vpc: Callable[..., Resource]) -> None:
    ids = [vpc("a", "ams3", "10.0.0.0/16").id, vpc("b", "fra1", "10.2.0.0/16").id]
    engine.create(PEERING, "p", name="p", vpcIds=ids)
    with pytest.raises(CallFailedError, match="between these VPCs already exists"):
        engine.create(PEERING, "q", name="q", vpcIds=ids[::-1])


@pytest.mark.parametrize(
    ("here", "there", "refused"),
    [
        (("ams3", "10.0.0.0/16"), ("blr1", "10.2.0.0/16"), "VPCs of blr1"),
        (("ams3", "10.0.0.0/16"), ("fra1", "10.18.0.0/16"), "10.18.0.0/16, reserved in ams3"),
        (("ams3", "10.19.0.0/16"), ("fra1", "10.2.0.0/16"), "10.19.0.0/16, reserved in fra1"),
    ],
)
def test_a_peering_meets_nothing_that_is_reserved_at_the_other_end(
    engine: Engine,
    vpc: Callable[..., Resource],
    here: tuple[str, str],
    there: tuple[str, str],
    refused: str,
) -> None:
    ids = [vpc("a", *here).id, vpc("b", *there).id]
    with pytest.raises(CallFailedError, match=refused):
        engine.create(PEERING, "p", name="p", vpcIds=ids)


def _gateway(engine: Engine, vpc: Resource, **inputs: Any) -> Resource:
    wanted = {"name": "out", "region": "ams3", "type": "PUBLIC", "size": 1, "vpcs": [{"vpcUuid": vpc.id}]}
    return engine.create(GATEWAY, "out", **{**wanted, **inputs})


def test_a_gateway_has_an_address_on_each_side(engine: Engine, vpc: Callable[..., Resource]) -> None:
    gateway = _gateway(engine, vpc("a", "ams3", "10.0.0.0/16"))
    assert gateway.outputs["vpcs"][0]["gatewayIp"] == "10.0.255.253"
    assert gateway.outputs["egresses"][0]["publicGateways"][0]["ipv4"].startswith("203.0.113.")
    assert gateway.outputs["state"] == "ACTIVE"


def test_a_gateway_on_its_way_is_taken_for_a_failure_and_kept(
    engine: Engine, account: Cloud, vpc: Callable[..., Resource]
) -> None:
    choose(account.store.folder, gateways_take_time=True)
    with pytest.raises(HalfDoneError, match="unexpected state 'PROVISIONING'") as failed:
        _gateway(engine, vpc("a", "ams3", "10.0.0.0/16"))
    kept = failed.value.resource
    assert [each["id"] for each in account.store.account.all(Kind.NAT_GATEWAY)] == [kept.id]
    passed = engine.update(kept, **{key: value for key, value in kept.inputs.items() if key != "__defaults"})
    assert passed.outputs["state"] == "ACTIVE"


@pytest.mark.parametrize(
    ("inputs", "refused"),
    [
        ({"region": "fra1"}, "same region"),
        ({"size": 0}, "size is invalid"),
        ({"type": "P"}, "type is invalid"),
    ],
)
def test_a_gateway_stands_in_its_region(
    engine: Engine, vpc: Callable[..., Resource], inputs: dict[str, Any], refused: str
) -> None:
    with pytest.raises(CallFailedError, match=refused):
        _gateway(engine, vpc("a", "ams3", "10.0.0.0/16"), **inputs)


def test_nothing_makes_a_gateway_the_default_one(engine: Engine, vpc: Callable[..., Resource]) -> None:
    made = vpc("a", "ams3", "10.0.0.0/16")
    asked = [{"vpcUuid": made.id, "defaultGateway": True}]
    gateway = _gateway(engine, made, vpcs=asked)
    assert gateway.outputs["vpcs"][0]["defaultGateway"] is False
    wanted = {"name": "out", "region": "ams3", "type": "PUBLIC", "size": 1}
    assert engine.diff(gateway, **wanted, vpcs=asked).changed
    assert engine.diff(gateway, **wanted, vpcs=[{"vpcUuid": made.id}]).changed == {}
