"""Spaces, and the CDN in front of it.

Keys, endpoints and certificates are the account's API's. Buckets have an API of their own, S3's, which knows
keys of Spaces and no token: here its calls are below `/s3`, where the plugin's client shows a key.
"""

import secrets
import uuid

from lab.cloud.endpoints.request import Operation, Reply, Request, lister, listing, reader
from lab.cloud.rules import spaces as rules
from lab.cloud.state import Json, Kind, now
from network.config import x509

_KEYS = "/v2/spaces/keys"
_BUCKET = "/s3/{}/{}"
_CDN = "/v2/cdn/endpoints"
_CERTIFICATES = "/v2/certificates"

_TTL = 3600
"""Seconds, where a CDN is asked for with 0 or none."""


def _create_key(request: Request) -> Reply:
    """The secret is told once."""
    with request.store.change() as account:
        rules.key(account, request.body)
        access = f"DO{secrets.token_hex(9).upper()}"
        key = {**request.body, "access_key": access, "secret_key": secrets.token_urlsafe(32)}
        account.put(Kind.SPACES_KEY, access, {**key, "created_at": now()})
    return 201, {"key": account.get(Kind.SPACES_KEY, access)}


def _told(key: Json) -> Json:
    return {name: value for name, value in key.items() if name != "secret_key"}


def _list_keys(request: Request) -> Reply:
    return listing(request, "keys", [_told(key) for key in request.store.account.all(Kind.SPACES_KEY)])


def _update_key(request: Request) -> Reply:
    with request.store.change() as account:
        key = account.get(Kind.SPACES_KEY, request.ids[0])
        rules.key(account, request.body)
        key |= {"name": request.body["name"], "grants": request.body["grants"]}
    return 200, {"key": _told(key)}


def _delete_key(request: Request) -> Reply:
    with request.store.change() as account:
        account.drop(Kind.SPACES_KEY, request.ids[0])
    return 204, {}


def _create_bucket(request: Request) -> Reply:
    region, name = request.ids
    host = f"{region}.digitaloceanspaces.com"
    with request.store.change() as account:
        bucket: Json = {"name": name, "region": region, **request.body}
        rules.new_bucket(account, bucket)
        added = {"endpoint": host, "domain_name": f"{name}.{host}", "urn": f"do:space:{name}", "objects": []}
        account.put(Kind.BUCKET, name, {**bucket, **added, "policy": None, "cors_rules": None})
    return 200, {"bucket": account.get(Kind.BUCKET, name)}


def _get_bucket(request: Request) -> Reply:
    return 200, {"bucket": rules.bucket(request.store.account, *request.ids)}


def _update_bucket(request: Request) -> Reply:
    with request.store.change() as account:
        bucket = rules.bucket(account, *request.ids)
        if request.body.get("policy"):
            rules.policy(bucket, request.body["policy"])
        bucket |= request.body
    return 200, {"bucket": bucket}


def _delete_bucket(request: Request) -> Reply:
    with request.store.change() as account:
        rules.empty(rules.bucket(account, *request.ids))
        account.drop(Kind.BUCKET, request.ids[1])
    return 204, {}


def _delete_objects(request: Request) -> Reply:
    with request.store.change() as account:
        rules.bucket(account, *request.ids)["objects"] = []
    return 204, {}


def _create_certificate(request: Request) -> Reply:
    with request.store.change() as account:
        certificate = {**request.body, "id": str(uuid.uuid4()), "created_at": now()}
        rules.certificate(account, certificate)
        proven = {"state": "verified", "not_after": "2099-01-01T00:00:00Z"}
        names = {
            "dns_names": request.body.get("dns_names") or _names(request.body.get("leaf_certificate", ""))
        }
        certificate |= {**proven, **names, "sha1_fingerprint": uuid.uuid4().hex}
        account.put(Kind.CERTIFICATE, certificate["id"], certificate)
    return 201, {"certificate": certificate}


def _names(pem: str) -> list[str]:
    try:
        return list(x509.read(x509.blocks(pem)[0][1]).names)
    except (ValueError, IndexError):
        return []


def _delete_certificate(request: Request) -> Reply:
    with request.store.change() as account:
        rules.certificate_is_free(account, account.get(Kind.CERTIFICATE, request.ids[0]))
        account.drop(Kind.CERTIFICATE, request.ids[0])
    return 204, {}


def _create_cdn(request: Request) -> Reply:
    with request.store.change() as account:
        cdn: Json = {**request.body, "ttl": request.body.get("ttl") or _TTL}
        rules.cdn(account, cdn)
        endpoint = cdn["origin"].replace(".digitaloceanspaces", ".cdn.digitaloceanspaces")
        cdn |= {"id": str(uuid.uuid4()), "endpoint": endpoint, "created_at": now()}
        account.put(Kind.CDN, cdn["id"], cdn)
    return 201, {"endpoint": cdn}


def _update_cdn(request: Request) -> Reply:
    """Another ttl, or another name with its certificate."""
    with request.store.change() as account:
        cdn = account.get(Kind.CDN, request.ids[0])
        cdn |= request.body
        rules.cdn(account, cdn)
    return 200, {"endpoint": cdn}


def _delete_cdn(request: Request) -> Reply:
    with request.store.change() as account:
        account.drop(Kind.CDN, request.ids[0])
    return 204, {}


OPERATIONS = (
    Operation("list_spaces_keys", "GET", _KEYS, _list_keys),
    Operation("create_spaces_key", "POST", _KEYS, _create_key),
    Operation("update_spaces_key", "PUT", f"{_KEYS}/{{}}", _update_key),
    Operation("delete_spaces_key", "DELETE", f"{_KEYS}/{{}}", _delete_key),
    Operation("create_bucket", "POST", _BUCKET, _create_bucket),
    Operation("get_bucket", "GET", _BUCKET, _get_bucket),
    Operation("update_bucket", "PUT", _BUCKET, _update_bucket),
    Operation("delete_bucket", "DELETE", _BUCKET, _delete_bucket),
    Operation("delete_objects", "DELETE", f"{_BUCKET}/objects", _delete_objects),
    Operation("list_certificates", "GET", _CERTIFICATES, lister(Kind.CERTIFICATE)),
    Operation("create_certificate", "POST", _CERTIFICATES, _create_certificate),
    Operation("get_certificate", "GET", f"{_CERTIFICATES}/{{}}", reader(Kind.CERTIFICATE, "certificate")),
    Operation("delete_certificate", "DELETE", f"{_CERTIFICATES}/{{}}", _delete_certificate),
    Operation("list_endpoints", "GET", _CDN, lister(Kind.CDN)),
    Operation("create_endpoint", "POST", _CDN, _create_cdn),
    Operation("get_endpoint", "GET", f"{_CDN}/{{}}", reader(Kind.CDN, "endpoint")),
    Operation("update_endpoint", "PUT", f"{_CDN}/{{}}", _update_cdn),
    Operation("delete_endpoint", "DELETE", f"{_CDN}/{{}}", _delete_cdn),
)
