"""Credentials of a cluster at the moment when somebody uses them: the exec credential of its kubeconfig.

DigitalOcean's tokens for a cluster end, after seven days by default. Whatever stores one, the state of a
stack or a file, is a dead end from then on. So the kubeconfig of a stack holds no token: client-go (the
Kubernetes provider, kubectl, Helm) runs `bin/cluster-credentials`, which asks the account's API for one and
keeps it until shortly before it ends.

Nothing here needs more than Python's standard library: it runs on every machine that reads the kubeconfig,
also where the project is not set up.
"""


class CredentialsError(Exception):
    """There are no credentials; the message is one sentence that says why and what to do."""
