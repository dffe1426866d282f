"""A cluster as it runs, from what kubectl prints."""

from collections.abc import Collection

import yaml

from network.reachability import fields
from network.reachability.read import yaml_text
from network.reachability.read.manifests import Contents, Found

KINDS = ("namespaces", "pods", "services", "networkpolicies.networking.k8s.io")
CILIUM_KINDS = ("ciliumnetworkpolicies.cilium.io",)
"""Only where Cilium is installed: kubectl fails for kinds that the API server does not know."""

COMMAND = ("kubectl", "get", "--all-namespaces", "--output", "json")
"""What gives the text that is read here, with the kinds after it, separated by commas."""


def read(text: str | bytes, without: Collection[str] = (), namespace: str | None = None) -> Contents:
    """Return what objects in JSON or YAML say, one list or several.

    Text that is neither is a problem of it.
    """
    found = Contents(without, namespace or fields.DEFAULT_NAMESPACE)
    try:
        documents = yaml_text.documents(text.encode() if isinstance(text, str) else text)
    except (ValueError, RecursionError, yaml.YAMLError) as error:
        found.problems.append(f"not what `{' '.join(COMMAND)}` prints: {' '.join(str(error).split())}")
        return found
    if not any(documents):
        found.problems.append(f"nothing was given: pipe what `{' '.join(COMMAND)}` prints")
    for number, document in enumerate(documents):
        if document is not None:
            found.add(Found(document, "" if len(documents) == 1 else f"document {number + 1}"))
    return found
