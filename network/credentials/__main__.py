"""`bin/cluster-credentials CLUSTER`: prints an ExecCredential of client-go for a cluster of the account."""

import argparse
import json
import os
import sys
from datetime import UTC
from pathlib import Path

from network.credentials import CredentialsError
from network.credentials.account import account_token
from network.credentials.api import fetch
from network.credentials.cache import Cache
from network.credentials.grant import Grant
from network.digitalocean_api import endpoint

PROJECT = Path(__file__).resolve().parents[2]

API_VERSION = "client.authentication.k8s.io/v1"
"""Of the ExecCredential that client-go expects (kubernetes.io, "client-go credential plugins")."""

CALLER = "KUBERNETES_EXEC_INFO"
"""Environment variable that client-go sets for the command."""


def main(arguments: list[str] | None = None) -> int:
    """Print the credential, or say in one sentence why there is none."""
    parser = argparse.ArgumentParser(prog="cluster-credentials", description=__doc__)
    parser.add_argument("cluster", help="id of the cluster")
    parser.add_argument("--stack", required=True, help="stack whose account token is used")
    parser.add_argument("--expire-seconds", type=int, default=0, help="life of a token; 0: the API's own")
    options = parser.parse_args(arguments)
    try:
        token = account_token(PROJECT, options.stack)
        with Cache.of(endpoint(), token.value, options.cluster, options.expire_seconds) as cache:
            grant = cache.grant or cache.keep(fetch(options.cluster, token, options.expire_seconds))
    except CredentialsError as error:
        return _refuse(str(error))
    print(json.dumps(exec_credential(grant)))
    return 0


def exec_credential(grant: Grant) -> dict[str, object]:
    """Return a token in the form that client-go reads. It asks again once `expirationTimestamp` has come."""
    return {
        "apiVersion": API_VERSION,
        "kind": "ExecCredential",
        "status": {
            "token": grant.token,
            "expirationTimestamp": grant.renewal.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        },
    }


def _refuse(sentence: str) -> int:
    """Say why there is no credential, and return the exit status.

    Of a command that fails client-go tells the status alone, and Pulumi's engine shows nothing that a
    provider or its children write to stderr. What client-go does quote is the kind of an answer that it does
    not know.
    """
    if CALLER in os.environ:
        print(json.dumps({"apiVersion": API_VERSION, "kind": sentence}))
        return 0
    print(f"error: {sentence}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
