"""Rules of Spaces: keys, buckets, policies, and the CDN and its certificates in front of them."""

import json
import re

from lab.cloud.errors import ApiError, unprocessable
from lab.cloud.state import Account, Json, Kind
from network.config.offers import SPACES_REGIONS

TTLS = (60, 600, 3600, 86400, 604800)
"""Seconds (docs/facts/digitalocean.md#spaces-and-its-cdn)."""

CLOUDFLARE = "needs-cloudflare-cert"
"""Taken in place of a certificate's id."""

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]")


def key(account: Account, body: Json) -> None:
    """A key to every bucket names none; any other needs one that is there
    (docs/facts/digitalocean.md#spaces-and-its-cdn)."""
    if not body.get("grants"):
        raise unprocessable("a key needs at least one grant")
    for grant in body["grants"]:
        if grant["permission"] not in ("read", "readwrite", "fullaccess"):
            raise unprocessable(f"permission is invalid: {grant['permission']!r}")
        if (grant["permission"] == "fullaccess") != (grant["bucket"] == ""):
            raise unprocessable("fullaccess is granted to all buckets, any other permission to one")
        if grant["bucket"] and account.find(Kind.BUCKET, grant["bucket"]) is None:
            raise unprocessable(f"bucket {grant['bucket']} does not exist")


def opens(account: Account, access_key: str, secret_key: str) -> None:
    """Who makes or changes a bucket has a key to all of them."""
    known = account.find(Kind.SPACES_KEY, access_key)
    if known is None:
        raise ApiError(403, "InvalidAccessKeyId")
    if known["secret_key"] != secret_key:
        raise ApiError(403, "SignatureDoesNotMatch")
    if all(grant["permission"] != "fullaccess" for grant in known["grants"]):
        raise ApiError(403, "AccessDenied")


def new_bucket(account: Account, body: Json) -> None:
    """A name of its own, in a region that has Spaces."""
    if body["region"] not in SPACES_REGIONS:
        raise ApiError(400, f"InvalidLocationConstraint: {body['region']}")
    if not _NAME.fullmatch(body["name"]):
        raise ApiError(400, f"InvalidBucketName: {body['name']}")
    if account.find(Kind.BUCKET, body["name"]) is not None:
        raise ApiError(409, "BucketAlreadyExists")


def bucket(account: Account, region: str, name: str) -> Json:
    """The bucket, asked for where it is: another region's address knows none of its name."""
    found = account.find(Kind.BUCKET, name)
    if found is None or found["region"] != region:
        raise ApiError(404, "NoSuchBucket")
    return found


def empty(bucket: Json) -> None:
    """A bucket goes with nothing in it (docs/facts/digitalocean.md#spaces-and-its-cdn)."""
    if bucket["objects"]:
        raise ApiError(409, "BucketNotEmpty")


def policy(bucket: Json, text: str) -> None:
    """JSON about this bucket's objects."""
    try:
        statements = json.loads(text)["Statement"]
        resources = [each["Resource"] for each in statements]
    except (ValueError, KeyError, TypeError):
        raise ApiError(400, "MalformedPolicy") from None
    here = f"arn:aws:s3:::{bucket['name']}"
    if not resources or not all(each == here or each.startswith(f"{here}/") for each in resources):
        raise ApiError(400, "MalformedPolicy: Policy has invalid resource")


def certificate(account: Account, body: Json) -> None:
    """Names are unique; Let's Encrypt proves names of zones that DigitalOcean serves alone."""
    others = [each for each in account.all(Kind.CERTIFICATE) if each["id"] != body.get("id")]
    if any(each["name"] == body["name"] for each in others):
        raise unprocessable("name is already used")
    if body["type"] == "lets_encrypt":
        zones = [zone["name"] for zone in account.all(Kind.DOMAIN)]
        for name in body["dns_names"]:
            if not any(name == zone or name.endswith(f".{zone}") for zone in zones):
                raise unprocessable(f"{name} is not in a domain that DigitalOcean manages")


def certificate_is_free(account: Account, certificate: Json) -> None:
    """One that a CDN shows stays (docs/facts/digitalocean.md#spaces-and-its-cdn)."""
    if any(each.get("certificate_id") == certificate["id"] for each in account.all(Kind.CDN)):
        raise ApiError(403, "Make sure the certificate is not in use before deleting it")


def cdn(account: Account, body: Json) -> None:
    """Before a bucket that is there, at a published ttl; a name of one's own has a certificate for it."""
    buckets = [each["domain_name"] for each in account.all(Kind.BUCKET)]
    if body["origin"] not in buckets:
        raise unprocessable(f"origin is invalid: {body['origin']}")
    others = [each for each in account.all(Kind.CDN) if each["id"] != body.get("id")]
    if any(each["origin"] == body["origin"] for each in others):
        raise unprocessable("a CDN endpoint for this origin exists already")
    if body["ttl"] not in TTLS:
        raise unprocessable(f"ttl is invalid: {body['ttl']}")
    if not body.get("custom_domain"):
        return
    if any(each.get("custom_domain") == body["custom_domain"] for each in others):
        raise unprocessable("custom_domain is already used")
    if not body.get("certificate_id"):
        raise unprocessable("a custom domain needs a certificate")
    if body["certificate_id"] == CLOUDFLARE:
        return
    shown = account.get(Kind.CERTIFICATE, body["certificate_id"])
    if not any(_covers(name, body["custom_domain"]) for name in shown["dns_names"]):
        raise unprocessable(f"the certificate does not cover {body['custom_domain']}")


def _covers(name: str, host: str) -> bool:
    return name == host or (name.startswith("*.") and host.partition(".")[2] == name[2:])
