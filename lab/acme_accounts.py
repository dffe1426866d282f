"""Lets cert-manager register again: Pebble forgets its accounts when it ends, Let's Encrypt never does.

An issuer whose account is gone stays Ready while its orders fail for an hour (facts of cert-manager);
without the account's key it registers anew within seconds.
"""

from lab.machine.api import ApiClient, ApiError

NAMESPACE = "cert-manager"
ISSUERS = "/apis/cert-manager.io/v1/clusterissuers"


def forget_accounts(api: ApiClient) -> None:
    """Delete the account keys of every ClusterIssuer; harmless in a cluster without cert-manager."""
    try:
        issuers = api.get(ISSUERS)["items"]
    except ApiError as error:
        if error.status == 404:
            return
        raise
    for issuer in issuers:
        if key := issuer["spec"].get("acme", {}).get("privateKeySecretRef", {}).get("name"):
            api.delete(f"/api/v1/namespaces/{NAMESPACE}/secrets/{key}")
