"""Asks DigitalOcean's API for the credentials of a cluster."""

import json
import os
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from datetime import UTC, datetime

from network.credentials import CredentialsError
from network.credentials.account import KEY, AccountToken
from network.credentials.grant import Grant

API = "https://api.digitalocean.com"

API_VARIABLE = "DIGITALOCEAN_API_URL"
"""Names another address of the API, as for DigitalOcean's Pulumi provider (its schema, `apiEndpoint`)."""

PATIENCE = (1.0, 2.0, 4.0)
"""Seconds between tries where the API is busy or away: as the provider waits (its first retries)."""

TIMEOUT = 30.0
"""Seconds for one answer."""


class _AwayError(Exception):
    """The API did not answer, or asked to come again."""


def fetch(cluster: str, token: AccountToken, expire_seconds: int) -> Grant:
    """Return a new token for a cluster that lives `expire_seconds`, 0 for the API's own seven days.

    Each call makes one more token in the account. Raises CredentialsError.
    """
    for wait in (*PATIENCE, None):
        try:
            return _fetch(cluster, token, expire_seconds)
        except _AwayError as error:
            if wait is None:
                raise CredentialsError(
                    f"DigitalOcean's API does not give the cluster's credentials: {error}; try again later "
                    "(https://status.digitalocean.com)"
                ) from None
            time.sleep(wait)
    raise AssertionError("the last try returns or raises")


def _fetch(cluster: str, token: AccountToken, expire_seconds: int) -> Grant:
    granted = datetime.now(UTC)
    answer = _get(_url(cluster, expire_seconds), token, cluster)
    expires = datetime.fromisoformat(answer["expires_at"].replace("Z", "+00:00"))
    return Grant(answer["token"], granted, expires)


def _url(cluster: str, expire_seconds: int) -> str:
    base = os.environ.get(API_VARIABLE, "") or API
    path = f"/v2/kubernetes/clusters/{urllib.parse.quote(cluster, safe='')}/credentials"
    return f"{base.rstrip('/')}{path}?expiry_seconds={expire_seconds}"


def _get(url: str, token: AccountToken, cluster: str) -> Mapping[str, str]:
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {token.value}"})
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        raise _refusal(error, token, cluster) from None
    except (OSError, ValueError) as error:
        raise _AwayError(str(error)) from None


def _refusal(error: urllib.error.HTTPError, token: AccountToken, cluster: str) -> Exception:
    """What an answer that is none means."""
    said = _message(error)
    if error.code == 401:
        return CredentialsError(
            f"DigitalOcean does not accept the account token in {token.source} ({said}): it was revoked, "
            f"replaced or has ended; give the one that is valid now (`pulumi config set --secret {KEY}`)"
        )
    if error.code == 403:
        return CredentialsError(
            f"the account token in {token.source} may not read the cluster's credentials ({said}); it needs "
            "the scope kubernetes:access_cluster"
        )
    if error.code == 404:
        return CredentialsError(
            f"the account of {token.source} has no cluster {cluster}: it was deleted, or the token is of "
            "another account; `pulumi preview` tells what the stack would make anew"
        )
    return _AwayError(f"{error.code} {said}")


def _message(error: urllib.error.HTTPError) -> str:
    try:
        return str(json.load(error)["message"])
    except (OSError, ValueError, KeyError, TypeError):
        return str(error.reason)
