"""Verdicts as Hubble has them at this moment: of Cilium's agents themselves, or of whoever collects them.

Each agent keeps the last few thousand flows of its node, and its image holds `hubble`, so kubectl alone reads
them: no Relay and no certificate is needed, and nothing is changed.
"""

import subprocess
from collections.abc import Iterator, Sequence

from network.cli.undeclared import listed_pods

AGENTS = ("kube-system", "k8s-app", "cilium", "cilium-agent")
"""Namespace, label and container of Cilium's agents, on DOKS as elsewhere."""


def pods() -> str:
    """Return all pods of the cluster that kubectl speaks to, as JSON. Raises ValueError if it does not."""
    return _run("kubectl", "get", "pods", "--all-namespaces", "--output=json")


def of_agents(listed: str, since: str) -> list[str]:
    """Return the verdicts of every agent among the pods, one a line. Raises ValueError if one does not
    tell."""
    namespace, _, _, container = AGENTS
    lines: list[str] = []
    for agent in _agents(listed):
        place = ("kubectl", "exec", f"--namespace={namespace}", agent, f"--container={container}", "--")
        lines += _observed(*place, "hubble", "observe", since=since)
    return lines


def of_server(server: str, since: str) -> list[str]:
    """Return the verdicts of a Relay or of an agent's socket, by the `hubble` on PATH."""
    return _observed("hubble", "observe", f"--server={server}", since=since)


def _agents(listed: str) -> Iterator[str]:
    namespace, key, value, _ = AGENTS
    found = [
        pod.name
        for pod in listed_pods(listed)
        if pod.namespace == namespace and pod.labels.get(key) == value and pod.phase == "Running"
    ]
    if not found:
        raise ValueError(
            f"no pod of Cilium's agent ({key}={value}) runs in {namespace}: name a Relay or an agent's "
            "socket by --server, or pipe in what `hubble observe` prints"
        )
    yield from found


def _observed(*command: str, since: str) -> list[str]:
    told = _run(*command, "--type=policy-verdict", "--output=jsonpb", f"--since={since}")
    return [line for line in told.splitlines() if line.strip()]


def _run(*command: str) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError as error:
        raise ValueError(f"{command[0]} is not on PATH") from error
    if done.returncode:
        raise ValueError(f"{_shown(command)}: {(done.stderr.strip() or 'failed').splitlines()[-1]}")
    return done.stdout


def _shown(command: Sequence[str]) -> str:
    return " ".join(command[:2])
