"""The kubeconfig of the cluster: without a secret, usable for as long as the cluster lives (ADM-1)."""

import yaml

from network.config import StackConfig
from network.plan.model.names import environment_name

COMMAND = "bin/cluster-credentials"
"""What client-go runs for a token. Relative, so that no machine's path is in it: Pulumi's engine starts the
Kubernetes provider in the project's folder, and kubectl looks beside the file that it read the kubeconfig
from (kubernetes.io, "client-go credential plugins")."""

HINT = f"""{COMMAND} belongs to the project of the stack: keep this file in the project's folder.
Elsewhere, `doctl kubernetes cluster kubeconfig save` gives you a kubeconfig of your own."""
"""Shown by client-go where it does not find the command."""


def kubeconfig(config: StackConfig, stack: str, cluster: str, server: str, authority: str) -> str:
    """Return the kubeconfig (YAML) of a cluster by its id, URL and certificate authority (base64).

    Whoever uses it needs the account's token, from the stack's config or from the environment
    (`network.credentials.account`).
    """
    name = environment_name(config)
    arguments = [cluster, "--stack", stack]
    if life := config.cluster.kubeconfig_expire_seconds:
        arguments += ["--expire-seconds", str(life)]
    user = {
        "exec": {
            "apiVersion": "client.authentication.k8s.io/v1",
            "command": COMMAND,
            "args": arguments,
            "interactiveMode": "Never",
            "provideClusterInfo": False,
            "installHint": HINT,
        }
    }
    content = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": name, "cluster": {"server": server, "certificate-authority-data": authority}}],
        "users": [{"name": name, "user": user}],
        "contexts": [{"name": name, "context": {"cluster": name, "user": name}}],
        "current-context": name,
    }
    return yaml.safe_dump(content, sort_keys=False)
