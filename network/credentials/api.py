"""Asks DigitalOcean's API for the credentials of a cluster."""

import time
import urllib.parse
from datetime import UTC, datetime
from typing import Any

from network.credentials import CredentialsError
from network.credentials.account import KEY, AccountToken
from network.credentials.grant import Grant
from network.digitalocean_api import API_VARIABLE, LONGEST_ANSWER, AwayError, RefusedError, endpoint, get

PATIENCE = (1.0, 2.0, 4.0)
"""Seconds between tries where the API is busy or away: as the provider waits (its first retries)."""

LONGEST_WAIT = 60.0
"""Seconds for all tries together: client-go waits for this command without an end of its own."""


def fetch(cluster: str, token: AccountToken, expire_seconds: int) -> Grant:
    """Return a new token for a cluster that lives `expire_seconds`, 0 for the API's own seven days.

    Each call makes one more token in the account. Raises CredentialsError.
    """
    path = f"/v2/kubernetes/clusters/{urllib.parse.quote(cluster, safe='')}/credentials"
    url = f"{endpoint()}{path}?expiry_seconds={expire_seconds}"
    end = time.monotonic() + LONGEST_WAIT
    for wait in (*PATIENCE, None):
        granted, left = datetime.now(UTC), end - time.monotonic()
        try:
            answer = get(url, token.value, min(left, LONGEST_ANSWER))
        except (AwayError, RefusedError) as error:
            if isinstance(error, RefusedError) and not _passing(error):
                raise CredentialsError(_told(error, token, cluster)) from None
            if wait is None or time.monotonic() + wait >= end:
                raise CredentialsError(
                    f"DigitalOcean's API does not give the cluster's credentials: {error}; try again later "
                    "(https://status.digitalocean.com)"
                ) from None
            time.sleep(wait)
        else:
            return _grant(answer, granted)
    raise AssertionError("the last try returns or raises")


def _grant(answer: Any, granted: datetime) -> Grant:
    """Read what the API gives. Its times are UTC, said or not."""
    try:
        token, end = answer["token"], datetime.fromisoformat(answer["expires_at"])
    except (KeyError, TypeError, ValueError) as error:
        raise CredentialsError(
            f"what DigitalOcean's API answers is no credential of a cluster ({error!r}); ask again later, or "
            f"look at {API_VARIABLE} if it is set"
        ) from None
    expires = end if end.tzinfo else end.replace(tzinfo=UTC)
    if not (isinstance(token, str) and token):
        raise CredentialsError(
            "DigitalOcean's API gives no token for the cluster: `doctl kubernetes cluster kubeconfig save` "
            "serves where a client certificate stands in its place"
        )
    if expires <= granted:
        raise CredentialsError(
            f"DigitalOcean's API gave a token that ended on {expires:%Y-%m-%d at %H:%M} UTC, and here it is "
            f"{granted:%Y-%m-%d, %H:%M} UTC: set this machine's clock"
        )
    return Grant(token, granted, expires)


def _passing(error: RefusedError) -> bool:
    """Whether another try may help."""
    return error.status == 429 or error.status >= 500


def _told(error: RefusedError, token: AccountToken, cluster: str) -> str:
    """What a refusal means to whoever wants to reach the cluster."""
    match error.status:
        case 401:
            return (
                f"DigitalOcean does not accept the account token in {token.source} ({error.message}): it was "
                "revoked, replaced or has ended; give the one that is valid now "
                f"(`pulumi config set --secret {KEY}`)"
            )
        case 403:
            return (
                f"the account token in {token.source} may not read the cluster's credentials "
                f"({error.message}); it needs the scope kubernetes:access_cluster"
            )
        case 404:
            return (
                f"the account of {token.source} has no cluster {cluster}: it was deleted, or the token is of "
                "another account; `pulumi preview` tells what the stack would make anew"
            )
        case _:
            return f"DigitalOcean's API refuses the cluster's credentials: {error}"
