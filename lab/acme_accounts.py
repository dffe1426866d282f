"""Lets cert-manager begin again: Pebble forgets accounts and orders when it ends, Let's Encrypt never does.

An issuer whose account is gone stays Ready while its orders fail, and a Certificate whose order failed
rests for an hour (facts of cert-manager).
"""

import time
from typing import Any

from lab.machine.api import ApiClient, ApiError

NAMESPACE = "cert-manager"
API = "/apis/cert-manager.io/v1"

WEBHOOK_PATIENCE = 60.0
"""Seconds for cert-manager's webhook to run again: it looks at every change of a Certificate."""


def begin_again(api: ApiClient) -> None:
    """Make cert-manager register its accounts anew and repeat what the old ones had begun.

    Harmless in a cluster without cert-manager. Raises ApiError when cert-manager's webhook does not
    come up and a Certificate would rest.
    """
    try:
        issuers = api.get(f"{API}/clusterissuers")["items"]
    except ApiError as error:
        if error.status == 404:
            return
        raise
    for issuer in issuers:
        if key := issuer["spec"].get("acme", {}).get("privateKeySecretRef", {}).get("name"):
            api.delete(f"/api/v1/namespaces/{NAMESPACE}/secrets/{key}")
    for request in api.get(f"{API}/certificaterequests")["items"]:
        if not _is_ready(request):
            api.delete(_path(request, "certificaterequests"))
    for certificate in api.get(f"{API}/certificates")["items"]:
        if "lastFailureTime" in certificate.get("status", {}):
            _end_rest(api, _path(certificate, "certificates"))


def _end_rest(api: ApiClient, certificate: str) -> None:
    rested = {"status": {"lastFailureTime": None, "failedIssuanceAttempts": None}}
    deadline = time.monotonic() + WEBHOOK_PATIENCE
    while True:
        try:
            return api.merge(f"{certificate}/status", rested)
        except ApiError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.5)


def _path(each: dict[str, Any], plural: str) -> str:
    meta = each["metadata"]
    return f"{API}/namespaces/{meta['namespace']}/{plural}/{meta['name']}"


def _is_ready(each: dict[str, Any]) -> bool:
    conditions = each.get("status", {}).get("conditions", [])
    return any(one["type"] == "Ready" and one["status"] == "True" for one in conditions)
