"""Static files: buckets of Spaces behind DigitalOcean's CDN (EXT-3)."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from network.config import StackConfig, x509
from network.config.cdn import Cdn, CdnDomain
from network.plan.model.cloud import CloudResource
from network.plan.model.names import environment_name
from network.plan.model.records import RecordPlan


@dataclass(frozen=True)
class CdnPlan:
    """One bucket and what serves its objects."""

    name: str
    bucket: CloudResource
    policy: CloudResource
    """Lets everybody read each object, and nobody the list of them."""
    cors: CloudResource | None
    upload_key: CloudResource
    """Of whoever puts objects there: this bucket's alone."""
    certificate: CloudResource | None
    """What the CDN shows for the name of one's own. A bought one lacks its private key."""
    private_key: str | None
    """What the secret is called that a bought certificate's key is."""
    endpoint: CloudResource


@dataclass(frozen=True)
class CdnsPlan:
    """All of them, and the key that makes their buckets."""

    key: CloudResource
    """Spaces has an API of its own, which takes no token of the account's. Only a key to every bucket makes
    one."""
    each: tuple[CdnPlan, ...]


def build(config: StackConfig) -> CdnsPlan | None:
    """Return the plan of a stack's CDNs; None where it has none."""
    if not config.external.cdn:
        return None
    everything = {"bucket": "", "permission": "fullaccess"}
    return CdnsPlan(
        key=CloudResource("SpacesKey", "all", {"name": _named(config, "spaces"), "grants": [everything]}),
        each=tuple(_cdn(config, name, cdn) for name, cdn in config.external.cdn.items()),
    )


def records(config: StackConfig) -> Iterator[RecordPlan]:
    """Yield the record of each name of one's own."""
    for name, cdn in config.external.cdn.items():
        if cdn.domain is not None:
            target = f"{cdn.bucket}.{region(config, cdn)}.cdn.digitaloceanspaces.com."
            yield RecordPlan(f"cdn-{name}", "CNAME", cdn.domain.host, config.external.dns.ttl, target)


def region(config: StackConfig, cdn: Cdn) -> str:
    """Return where a bucket is."""
    return cdn.region or config.environment.region


def _cdn(config: StackConfig, name: str, cdn: Cdn) -> CdnPlan:
    where = {"bucket": cdn.bucket, "region": region(config, cdn)}
    certificate = None if cdn.domain is None else _certificate(config, name, cdn.domain)
    arguments: dict[str, Any] = {
        "origin": f"{cdn.bucket}.{region(config, cdn)}.digitaloceanspaces.com",
        "ttl": cdn.ttl,
    }
    if cdn.domain is not None and certificate is not None:
        # By its name: a renewed one has another id.
        arguments["custom_domain"] = config.external.cdn_hosts[name]
        arguments["certificate_name"] = certificate.arguments["name"]
    grant = {"bucket": cdn.bucket, "permission": "readwrite"}
    return CdnPlan(
        name,
        bucket=_bucket(config, name, cdn),
        policy=CloudResource("SpacesBucketPolicy", name, {**where, "policy": _readable(cdn.bucket)}),
        cors=_cors(name, cdn, where),
        upload_key=CloudResource(
            "SpacesKey", name, {"name": _named(config, f"{name}-upload"), "grants": [grant]}
        ),
        certificate=certificate,
        private_key=f"certificateKeys.{cdn.domain.bought}" if cdn.domain and cdn.domain.bought else None,
        # Two cannot have one name.
        endpoint=CloudResource("Cdn", name, arguments, delete_before_replace=cdn.domain is not None),
    )


def _bucket(config: StackConfig, name: str, cdn: Cdn) -> CloudResource:
    rules = [
        {"id": f"expire-{index}", "enabled": True, "prefix": prefix, "expiration": {"days": days}}
        for index, (prefix, days) in enumerate(cdn.expire.items())
    ]
    return CloudResource(
        "SpacesBucket",
        name,
        {
            "name": cdn.bucket,
            "region": region(config, cdn),
            "acl": "private",
            "force_destroy": cdn.destroy_objects,
            **({"lifecycle_rules": rules} if rules else {}),
        },
        protect=config.environment.is_production,
        # The provider takes another name for an update, and renames nothing.
        replace_on_changes=("name",),
    )


def _readable(bucket: str) -> str:
    statement = {
        "Sid": "ReadEachObject",
        "Effect": "Allow",
        "Principal": "*",
        "Action": "s3:GetObject",
        "Resource": f"arn:aws:s3:::{bucket}/*",
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def _cors(name: str, cdn: Cdn, where: dict[str, str]) -> CloudResource | None:
    if cdn.cors is None:
        return None
    rule = {
        "allowed_origins": list(cdn.cors.origins),
        "allowed_methods": list(cdn.cors.methods),
        **({"allowed_headers": list(cdn.cors.headers)} if cdn.cors.headers else {}),
        "max_age_seconds": cdn.cors.max_age_seconds,
    }
    return CloudResource(
        "SpacesBucketCorsConfiguration",
        name,
        {**where, "cors_rules": [rule]},
        # The provider writes to the other bucket, and leaves the rules of this one.
        replace_on_changes=("bucket",),
    )


def _certificate(config: StackConfig, name: str, domain: CdnDomain) -> CloudResource:
    """Return the certificate. Names are unique in the account, and the next one stands beside the former
    until the CDN shows it: whatever replaces it is part of its name."""
    host = config.external.cdn_hosts[name]
    if domain.bought is None:
        return CloudResource(
            "Certificate",
            name,
            {
                "name": _named(config, f"{name}-{_digest(host)}"),
                "type": "lets_encrypt",
                "domains": [host],
            },
        )
    leaf, chain = x509.leaf_and_chain(config.certificates.bought[domain.bought].pem)
    return CloudResource(
        "Certificate",
        name,
        {
            "name": _named(config, f"{name}-{_digest(leaf + chain)}"),
            "type": "custom",
            "leaf_certificate": leaf,
            **({"certificate_chain": chain} if chain else {}),
        },
    )


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def _named(config: StackConfig, what: str) -> str:
    return f"{environment_name(config)}-{what}"
