"""Lets cert-manager begin again: Pebble forgets accounts and orders when it ends, Let's Encrypt never does.

An issuer whose account is gone stays Ready while its orders fail, and a Certificate whose order failed
rests for an hour (docs/facts/cert-manager.md#accounts-that-are-gone).
"""

from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

from lab.toolbox.kubernetes_api import KubernetesApi, KubernetesError
from lab.toolbox.waiting import patiently

NAMESPACE = "cert-manager"
API = "/apis/cert-manager.io/v1"

Answer = TypeVar("Answer")

PATIENCE = 60.0
"""Seconds for an API server that just started, and for cert-manager's webhook, which looks at every
change of a Certificate, to answer."""


def begin_again(api: KubernetesApi) -> None:
    """Make cert-manager register its accounts anew and repeat what the old ones had begun.

    Harmless in a cluster without cert-manager. Raises KubernetesError when a call is refused for a minute.
    """
    issuers = _list(api, "clusterissuers")
    if issuers is None:
        return
    for issuer in issuers:
        if key := issuer["spec"].get("acme", {}).get("privateKeySecretRef", {}).get("name"):
            _patiently(partial(api.delete, f"/api/v1/namespaces/{NAMESPACE}/secrets/{key}"))
    for request in _list(api, "certificaterequests") or ():
        if not _is_ready(request):
            _patiently(partial(api.delete, _path(request, "certificaterequests")))
    rested = {"status": {"lastFailureTime": None, "failedIssuanceAttempts": None}}
    for certificate in _list(api, "certificates") or ():
        if "lastFailureTime" in certificate.get("status", {}):
            _patiently(partial(api.merge, f"{_path(certificate, 'certificates')}/status", rested))


def _list(api: KubernetesApi, plural: str) -> list[dict[str, Any]] | None:
    """Every object of one of cert-manager's kinds; None where the cluster does not know the kind."""
    try:
        return _patiently(partial(api.get, f"{API}/{plural}"))["items"]
    except KubernetesError as error:
        if error.status == 404:
            return None
        raise


def _patiently(call: Callable[[], Answer]) -> Answer:
    """Repeat a call until it succeeds or what it asks for does not exist."""
    return patiently(call, KubernetesError, PATIENCE, pause=0.5, is_final=lambda error: error.status == 404)


def _path(each: dict[str, Any], plural: str) -> str:
    meta = each["metadata"]
    return f"{API}/namespaces/{meta['namespace']}/{plural}/{meta['name']}"


def _is_ready(each: dict[str, Any]) -> bool:
    conditions = each.get("status", {}).get("conditions", [])
    return any(one["type"] == "Ready" and one["status"] == "True" for one in conditions)
