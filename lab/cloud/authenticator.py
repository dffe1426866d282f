"""Answers the clusters' API servers about tokens that are not their own, as a webhook (TokenReview).

https://kubernetes.io/docs/reference/access-authn-authz/authentication/#webhook-token-authentication
"""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import IPv4Address

from lab.cloud.state import Json, Store
from lab.cloud.tokens import opens
from lab.machine.addons import OWNERS

PORT = 8444


def url(address: IPv4Address) -> str:
    """Where it answers; `/<id of the cluster>` is added."""
    return f"http://{address}:{PORT}"


def serve(store: Store, address: IPv4Address) -> None:
    """Answer on an address in the background."""

    class Handler(_Handler):
        """A handler of this account's tokens."""

    Handler.store = store
    server = ThreadingHTTPServer((str(address), PORT), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, name="authenticator", daemon=True).start()


def review(store: Store, cluster: str, asked: Json) -> Json:
    """The answer to a TokenReview.

    Whoever holds a token of the account is one of its owners: an administrator by a binding, not one of
    `system:masters` (docs/facts/digitalocean.md#owners).
    """
    known = opens(store, cluster, asked["spec"]["token"])
    user = {"username": "owner@account", "uid": "owner", "groups": [OWNERS, "k8saas:authenticated"]}
    status = {"authenticated": True, "user": user} if known else {"authenticated": False}
    return {"apiVersion": asked["apiVersion"], "kind": "TokenReview", "status": status}


class _Handler(BaseHTTPRequestHandler):
    store: Store
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        cluster = self.path.partition("?")[0].strip("/")
        answer = json.dumps(review(self.store, cluster, asked)).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: a line for each request to an API server would drown the daemon's log."""
