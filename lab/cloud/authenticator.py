"""Answers the clusters' API servers about tokens that are not their own, as a webhook (TokenReview).

https://kubernetes.io/docs/reference/access-authn-authz/authentication/#webhook-token-authentication
"""

from ipaddress import IPv4Address

from lab.cloud.state import Json, Store
from lab.cloud.tokens import opens
from lab.machine.addons import OWNERS
from lab.toolbox import http_service
from lab.toolbox.http_service import Answer, Call

PORT = 8444


def url(address: IPv4Address) -> str:
    """Where it answers; `/<id of the cluster>` is added."""
    return f"http://{address}:{PORT}"


def serve(store: Store, address: IPv4Address) -> None:
    """Answer on an address in the background."""

    def respond(call: Call) -> Answer:
        return Answer.of(review(store, call.path.strip("/"), call.json))

    http_service.serve(respond, "authenticator", str(address), PORT)


def review(store: Store, cluster: str, asked: Json) -> Json:
    """The answer to a TokenReview.

    Whoever holds a token of the account is one of its owners: an administrator by a binding, not one of
    `system:masters` (docs/facts/digitalocean.md#owners).
    """
    known = opens(store, cluster, asked["spec"]["token"])
    user = {"username": "owner@account", "uid": "owner", "groups": [OWNERS, "k8saas:authenticated"]}
    status = {"authenticated": True, "user": user} if known else {"authenticated": False}
    return {"apiVersion": asked["apiVersion"], "kind": "TokenReview", "status": status}
