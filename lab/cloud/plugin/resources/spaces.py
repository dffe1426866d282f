"""digitalocean.SpacesKey, and what the plugin makes through the API of Spaces."""

import json

from typing_extensions import override

from lab.cloud.plugin.client import CallError, Client, explained
from lab.cloud.plugin.fields import BOOLEAN, INTEGER, STRING, fields, list_of, object_of
from lab.cloud.plugin.resource import Resource
from lab.cloud.plugin.resources.mirrored import Mirrored, Spelling
from lab.cloud.plugin.resources.spelling import to_api, to_pulumi
from lab.cloud.plugin.values import State, Value
from lab.cloud.state import Json

_PATIENCE, _PAUSE = 300, 10.0
"""Seconds for which a key is asked for again, whatever is wrong with it, and between two attempts."""


class SpacesKey(Mirrored):
    """A key of Spaces. Its secret is told once, and kept in the state."""

    token = "digitalocean:index/spacesKey:SpacesKey"
    inputs = fields(
        {
            "name": STRING,
            "grants": list_of(
                object_of({"bucket": STRING.but(required=True), "permission": STRING.but(required=True)})
            ),
        }
    )
    outputs = fields({"accessKey": STRING, "secretKey": STRING.but(secret=True), "createdAt": STRING})
    spelling = Spelling("/v2/spaces/keys", "key", "Spaces key", key="access_key")

    def __init__(self) -> None:
        self._told: dict[str, str] = {}

    @override
    def create(self, client: Client, inputs: State) -> str:
        """A refusal is tried again for five minutes, but for 412 and 500
        (docs/facts/provider.md#spaces)."""
        waited = 0.0
        while True:
            try:
                with explained("Error creating Spaces key"):
                    key = client.call("POST", self.spelling.path, self.body(inputs))["key"]
                self._told[key["access_key"]] = key["secret_key"]
                return key["access_key"]
            except CallError as error:
                if error.status in (0, 401, 412, 500) or waited >= _PATIENCE or not client.alive():
                    raise
            client.wait(_PAUSE)
            waited += _PAUSE

    @override
    def read(self, client: Client, key: str, state: State) -> State | None:
        with explained("Error reading Spaces key"):
            keys = client.call("GET", self.spelling.path, query={"per_page": "200"})["keys"]
        found = next((each for each in keys if each["access_key"] == key), None)
        if found is None:
            return None
        secret = self._told.pop(key, None) or state.get("secretKey")
        return {
            "name": found["name"],
            "grants": [to_pulumi(grant) for grant in found["grants"]],
            "accessKey": key,
            "secretKey": secret,
            "createdAt": found["created_at"],
        }


class SpacesBucket(Resource):
    """A bucket. Another name is taken for an update, which renames nothing
    (docs/facts/provider.md#spaces)."""

    token = "digitalocean:index/spacesBucket:SpacesBucket"
    inputs = fields(
        {
            "name": STRING,
            "region": STRING.but(replaces=True, default="nyc3"),
            "acl": STRING.but(default="private"),
            "forceDestroy": BOOLEAN.but(default=False),
            "versioning": object_of({"enabled": BOOLEAN}),
            "corsRules": list_of(
                object_of(
                    {
                        "allowedMethods": list_of(STRING, required=True),
                        "allowedOrigins": list_of(STRING, required=True),
                        "allowedHeaders": list_of(STRING),
                        "maxAgeSeconds": INTEGER,
                    }
                )
            ),
            "lifecycleRules": list_of(
                object_of(
                    {
                        "enabled": BOOLEAN.but(required=True),
                        "id": STRING.but(computed=True),
                        "prefix": STRING,
                        "abortIncompleteMultipartUploadDays": INTEGER,
                        "expiration": object_of(
                            {"date": STRING, "days": INTEGER, "expiredObjectDeleteMarker": BOOLEAN}
                        ),
                        "noncurrentVersionExpiration": object_of({"days": INTEGER}),
                    }
                )
            ),
        }
    )
    outputs = fields({"bucketUrn": STRING, "bucketDomainName": STRING, "endpoint": STRING})

    @override
    def create(self, client: Client, inputs: State) -> str:
        with explained("Error creating Spaces bucket"):
            client.call_spaces("POST", inputs["region"], inputs["name"], _settings(inputs))
        return inputs["name"]

    @override
    def read(self, client: Client, key: str, state: State) -> State | None:
        bucket = _bucket(client, key, state, "error reading Spaces bucket")
        if bucket is None:
            return None
        kept = ("forceDestroy", "versioning", "corsRules", "lifecycleRules")
        name = state.get("name") or key
        return {
            **{each: state.get(each) for each in kept},
            "name": name,
            "region": bucket["region"],
            "acl": bucket["acl"],
            "bucketUrn": f"do:space:{name}",
            "bucketDomainName": f"{name}.{bucket['endpoint']}",
            "endpoint": bucket["endpoint"],
        }

    @override
    def update(self, client: Client, key: str, olds: State, planned: State, changed: set[str]) -> None:
        with explained("Error updating Spaces bucket"):
            client.call_spaces("PUT", planned["region"], key, _settings(planned))

    @override
    def delete(self, client: Client, key: str, state: State, timeout: float) -> None:
        with explained("Error deleting Spaces bucket"):
            try:
                client.call_spaces("DELETE", state["region"], key)
            except CallError as error:
                if error.status != 409 or not state.get("forceDestroy"):
                    raise
                client.call_spaces("DELETE", state["region"], f"{key}/objects")
                client.call_spaces("DELETE", state["region"], key)


def _settings(inputs: State) -> Json:
    rules: Value = inputs.get("lifecycleRules") or []
    return {"acl": inputs["acl"], "lifecycle_rules": [to_api(rule) for rule in rules]}


def _bucket(client: Client, name: str, state: State, doing: str) -> Json | None:
    try:
        with explained(doing):
            return client.call_spaces("GET", state["region"], name)["bucket"]
    except CallError as error:
        if error.status == 404:
            return None
        raise


class SpacesBucketPolicy(Resource):
    """Who may do what with a bucket's objects; told of a bucket that has gone, an empty one."""

    token = "digitalocean:index/spacesBucketPolicy:SpacesBucketPolicy"
    autonamed = False
    inputs = fields(
        {
            "bucket": STRING.but(required=True, replaces=True),
            "region": STRING.but(required=True, replaces=True),
            "policy": STRING.but(required=True, same=lambda old, new, _: _parsed(old) == _parsed(new)),
        }
    )
    outputs = fields({})

    @override
    def create(self, client: Client, inputs: State) -> str:
        with explained("Error occurred while creating new Spaces bucket policy"):
            client.call_spaces("PUT", inputs["region"], inputs["bucket"], {"policy": inputs["policy"]})
        return inputs["bucket"]

    @override
    def read(self, client: Client, key: str, state: State) -> State | None:
        bucket = _bucket(client, key, state, "error reading Spaces bucket policy")
        return {"bucket": key, "region": state["region"], "policy": (bucket or {}).get("policy") or ""}

    @override
    def update(self, client: Client, key: str, olds: State, planned: State, changed: set[str]) -> None:
        self.create(client, planned)

    @override
    def delete(self, client: Client, key: str, state: State, timeout: float) -> None:
        with explained("Error occurred while deleting Spaces Bucket policy"):
            client.call_spaces("PUT", state["region"], key, {"policy": None})


def _parsed(text: str) -> Value:
    try:
        return json.loads(text)
    except ValueError:
        return text


_ORIGINS = list_of(STRING, required=True)


class SpacesBucketCorsConfiguration(Resource):
    """Which pages of other origins may read a bucket's objects. One that was removed by hand makes every
    refresh fail (docs/facts/provider.md#spaces)."""

    token = "digitalocean:index/spacesBucketCorsConfiguration:SpacesBucketCorsConfiguration"
    autonamed = False
    inputs = fields(
        {
            "bucket": STRING.but(required=True),
            "region": STRING.but(required=True, replaces=True),
            "corsRules": list_of(
                object_of(
                    {
                        "allowedMethods": _ORIGINS,
                        "allowedOrigins": _ORIGINS,
                        "allowedHeaders": list_of(STRING),
                        "exposeHeaders": list_of(STRING),
                        "id": STRING,
                        "maxAgeSeconds": INTEGER,
                    }
                ),
                required=True,
            ),
        }
    )
    outputs = fields({})

    @override
    def create(self, client: Client, inputs: State) -> str:
        rules = [to_api(rule) for rule in inputs["corsRules"]]
        with explained("Error occurred while configuring CORS for Spaces bucket"):
            client.call_spaces("PUT", inputs["region"], inputs["bucket"], {"cors_rules": rules})
        return inputs["bucket"]

    @override
    def read(self, client: Client, key: str, state: State) -> State | None:
        doing = "Error occurred while fetching Spaces bucket CORS configuration"
        bucket = _bucket(client, key, state, doing)
        if bucket is None or bucket["cors_rules"] is None:
            raise CallError(404, f"{doing}: NoSuchCORSConfiguration")
        rules = [to_pulumi(rule) for rule in bucket["cors_rules"]]
        return {"bucket": key, "region": state["region"], "corsRules": rules}

    @override
    def update(self, client: Client, key: str, olds: State, planned: State, changed: set[str]) -> None:
        self.create(client, planned)

    @override
    def delete(self, client: Client, key: str, state: State, timeout: float) -> None:
        with explained("Error occurred while deleting Spaces Bucket CORS configuration"):
            client.call_spaces("PUT", state["region"], key, {"cors_rules": None})
