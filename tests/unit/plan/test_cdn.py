"""Buckets and the CDN in front of them."""

import json
from typing import Any

from network.plan.external import cdn
from tests import stacks
from tests.program.test_outer_network import MEDIA


def plan(over: dict[str, Any] | None = None, **one: Any) -> cdn.CdnPlan:
    external = {"cdn": {"assets": {"bucket": "webgrip-dev-assets", **one}}}
    config = stacks.stack_config("dev", stacks.merged(over or {}, {"network:external": external}))
    built = cdn.build(config)
    assert built is not None
    return built.each[0]


def test_without_static_files_there_is_no_key_to_all_buckets() -> None:
    assert cdn.build(stacks.stack_config("dev")) is None


def test_the_origin_is_the_bucket_where_it_is() -> None:
    assert plan().endpoint.arguments == {
        "origin": "webgrip-dev-assets.ams3.digitaloceanspaces.com",
        "ttl": 3600,
    }
    assert plan(region="fra1").endpoint.arguments["origin"].split(".")[1] == "fra1"


def test_a_policy_opens_objects_and_not_their_list() -> None:
    (statement,) = json.loads(plan().policy.arguments["policy"])["Statement"]
    assert (statement["Action"], statement["Resource"]) == (
        "s3:GetObject",
        "arn:aws:s3:::webgrip-dev-assets/*",
    )


def test_what_expires_does_so_by_its_name() -> None:
    rules = plan(expire={"previews/": 30, "tmp/": 1}).bucket.arguments["lifecycle_rules"]
    assert [(each["prefix"], each["expiration"]["days"]) for each in rules] == [
        ("previews/", 30),
        ("tmp/", 1),
    ]


def test_a_certificate_has_another_name_whenever_it_is_another_one() -> None:
    names: set[str] = set()
    for host in ("a-b", "a.b"):
        certificate = plan(domain={"host": host}).certificate
        assert certificate is not None
        names.add(certificate.arguments["name"])
    for pem in (MEDIA, MEDIA + MEDIA):
        bought = {"network:certificates": {"bought": {"media": {"pem": pem}}}}
        certificate = plan(bought, domain={"host": "media", "bought": "media"}).certificate
        assert certificate is not None
        names.add(certificate.arguments["name"])
        assert certificate.arguments["leaf_certificate"].count("BEGIN CERTIFICATE") == 1
        assert ("certificate_chain" in certificate.arguments) == (pem != MEDIA)
    assert len(names) == 4
    assert all(name.startswith("network-dev-assets-") for name in names)
