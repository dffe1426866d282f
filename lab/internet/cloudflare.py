"""The part of Cloudflare's API by which cert-manager proves names: zones and their TXT records.

Simulated as its reference describes it (developers.cloudflare.com/api); the zone itself is served by BIND.
Plain HTTP on 127.0.0.1; the lab's front ends TLS before it.
"""

import hmac
import json
import re
import threading
from collections.abc import Mapping
from hashlib import sha256
from typing import Any
from uuid import uuid4

from lab.internet import bind
from lab.internet.primary import PrimaryZone, update
from lab.toolbox import http_service
from lab.toolbox.http_service import Answer, Call

_RECORDS = re.compile(r"/client/v4/zones/(?P<zone>[0-9a-f]{32})/dns_records(?:/(?P<record>[0-9a-f]{32}))?")


class RefusedError(Exception):
    """A call that the API refuses: its status, and Cloudflare's number and text for why."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status, self.code = status, code


class Cloudflare:
    """An account with the zones of one operator."""

    def __init__(self, zone: PrimaryZone) -> None:
        self._zone = zone
        self._names = {sha256(name.encode()).hexdigest()[:32]: name for name in zone.names}
        self._records: dict[str, dict[str, Any]] = {}
        self._lock = threading.Lock()

    def call(self, method: str, path: str, query: Mapping[str, str], body: Any, token: str) -> Any:
        """The result of a call. Raises RefusedError."""
        if not hmac.compare_digest(token.encode(), (self._zone.api_token or "").encode()):
            raise RefusedError(403, 10000, "Authentication error")
        if path == "/client/v4/zones" and method == "GET":
            return [
                {"id": identity, "name": name, "status": "active"}
                for identity, name in self._names.items()
                if query.get("name", name) == name
            ]
        match = _RECORDS.fullmatch(path)
        if match is None or match["zone"] not in self._names:
            raise RefusedError(404, 7003, "Could not route to " + path)
        zone = self._names[match["zone"]]
        with self._lock:
            match method, match["record"]:
                case "GET", None:
                    return [
                        each
                        for each in self._records.values()
                        if each["zone_name"] == zone
                        and all(each[key] == query[key] for key in ("type", "name") if key in query)
                    ]
                case "POST", None:
                    return self._create(zone, body)
                case "DELETE", str(record) if self._records.get(record, {}).get("zone_name") == zone:
                    return self._delete(record)
                case _:
                    raise RefusedError(404, 81044, "Record does not exist.")

    def _create(self, zone: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
        if body.get("type") != "TXT":
            raise RefusedError(400, 9005, "the lab's Cloudflare makes TXT records only")
        record = {**body, "id": uuid4().hex, "zone_name": zone}
        there = {(each["name"], each["content"]) for each in self._records.values()}
        if (record["name"], record["content"]) in there:
            raise RefusedError(400, 81058, "An identical record already exists.")
        message = update(self._zone, zone)
        message.add(_absolute(record), int(record["ttl"]), "TXT", _quoted(record))
        bind.send(self._zone, message)
        self._records[record["id"]] = record
        return record

    def _delete(self, identity: str) -> Mapping[str, Any]:
        record = self._records[identity]
        message = update(self._zone, record["zone_name"])
        message.delete(_absolute(record), "TXT", _quoted(record))
        bind.send(self._zone, message)
        del self._records[identity]
        return {"id": identity}


def _absolute(record: Mapping[str, Any]) -> str:
    return f"{record['name']}."


def _quoted(record: Mapping[str, Any]) -> str:
    return json.dumps(record["content"])


def serve(account: Cloudflare) -> int:
    """Answer calls on 127.0.0.1 in the background; the port."""
    return http_service.serve(lambda call: respond(account, call), "cloudflare").port


def respond(account: Cloudflare, call: Call) -> Answer:
    """The answer to a call, in the envelope that all of Cloudflare's have."""
    try:
        result = account.call(call.method, call.path, call.query, call.json, call.bearer)
        status, errors = 200, []
    except RefusedError as refusal:
        status, result, errors = refusal.status, None, [{"code": refusal.code, "message": str(refusal)}]
    return Answer.of({"success": not errors, "errors": errors, "messages": [], "result": result}, status)
