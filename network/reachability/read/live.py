"""A cluster as it runs, from what kubectl prints."""

import json
from typing import Any

from network.reachability.read.manifests import Contents, Found, contents

KINDS = ("namespaces", "pods", "services", "networkpolicies.networking.k8s.io")
CILIUM_KINDS = ("ciliumnetworkpolicies.cilium.io",)
"""Only where Cilium is installed: kubectl fails for kinds that the API server does not know."""

COMMAND = ("kubectl", "get", "--all-namespaces", "--output", "json")
"""What gives the text that is read here, with the kinds after it, separated by commas."""


def read(text: str) -> Contents:
    """Return what a list of objects in JSON says; nodes' addresses are not part of it.

    Text that is no JSON is a problem of it.
    """
    try:
        document: Any = json.loads(text)
    except ValueError as error:
        found = Contents()
        found.problems.append(f"not what `{' '.join(COMMAND)}` prints: {error}")
        return found
    return contents([Found(document, "")])
