"""The cluster that kubectl speaks to, read by kubectl: it knows every way to log in, and answers with the
rights of whoever looks."""

import json
import re
import subprocess
from dataclasses import dataclass
from typing import Any

from network.live.finding import CannotLookError

LONGEST_ANSWER = 10
"""Seconds for one answer; kubectl itself waits for a silent API server without an end."""
LONGEST_GATHERING = 30
"""Seconds for an answer that the API server gathers first, such as its metrics."""

Object = dict[str, Any]

_LOG = re.compile("[EWI][0-9]{4} ")
"""How lines of its log begin, which tell every try."""

KUBECONFIG = "set KUBECONFIG: `pulumi stack output kubeconfig > kubeconfig.yaml` in the project's folder"

_REMEDIES = (
    (
        "[Ff]orbidden",
        "look with the role network-reader (`access.readers` of the stack file), which may read it",
    ),
    (
        "doesn't have a resource type",
        "what brings this kind is not installed, or is of another version",
    ),
    (
        "Unauthorized|must be logged in",
        "log in again: the kubeconfig's credentials are not accepted",
    ),
    # Without any kubeconfig kubectl asks localhost:8080.
    (
        "no configuration has been provided|current-context|context .* does not exist|localhost:8080",
        KUBECONFIG,
    ),
    (
        "executable .* (not found|failed)|getting credentials",
        "run the kubeconfig's own command for credentials by hand: `kubectl config view --minify` shows it",
    ),
)
"""What kubectl says, as a regular expression and what helps; the first that fits."""


@dataclass(frozen=True)
class Cluster:
    """Objects of a running cluster."""

    context: str | None = None
    """Of the kubeconfig; its current one if absent."""

    def list(self, kind: str, namespace: str | None = None, selector: str | None = None) -> list[Object]:
        """Return the objects of a kind, such as `nodes` or `ciliumnodes.cilium.io`; of all namespaces if none
        is named. Raises CannotLookError, also where the API server does not know the kind."""
        where = "--all-namespaces" if namespace is None else f"--namespace={namespace}"
        chosen = [] if selector is None else [f"--selector={selector}"]
        answer = self._json("get", kind, where, *chosen)
        if not isinstance(answer.get("items"), list):
            raise _no_objects(_shown(("get", kind, where, *chosen)))
        return answer["items"]

    def get(self, kind: str, name: str, namespace: str | None = None) -> Object | None:
        """Return an object; None if there is none of this name. Raises CannotLookError."""
        where = [] if namespace is None else [f"--namespace={namespace}"]
        return self._json("get", kind, name, *where, "--ignore-not-found") or None

    def server(self) -> str:
        """Return the URL of the API server that kubectl speaks to. Raises CannotLookError."""
        arguments = ("config", "view", "--minify")
        try:
            return str(self._json(*arguments)["clusters"][0]["cluster"]["server"])
        except (KeyError, IndexError, TypeError):
            raise CannotLookError(_shown(arguments), "the kubeconfig names no server", KUBECONFIG) from None

    def raw(self, path: str) -> str:
        """Return what the API server answers at a path of its own, such as `/metrics`. Raises
        CannotLookError."""
        return self._run("get", f"--raw={path}", seconds=LONGEST_GATHERING)

    def _json(self, *arguments: str) -> Object:
        told = self._run(*arguments, "--output=json")
        try:
            read: Any = json.loads(told) if told.strip() else {}
        except ValueError:
            raise _no_objects(_shown(arguments)) from None
        if not isinstance(read, dict):
            raise _no_objects(_shown(arguments))
        return read

    def _run(self, *arguments: str, seconds: int | None = None) -> str:
        seconds = seconds or LONGEST_ANSWER
        source = _shown(arguments)
        context = [] if self.context is None else [f"--context={self.context}"]
        command = ["kubectl", *context, f"--request-timeout={seconds}s", *arguments]
        try:
            done = subprocess.run(
                command, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="backslashreplace",
                check=False, timeout=2 * seconds,
            )  # fmt: skip
        except FileNotFoundError:
            raise CannotLookError(source, "kubectl is not on PATH", "install kubectl") from None
        except subprocess.TimeoutExpired:
            raise CannotLookError(
                source, f"no answer within {2 * seconds} s", "run it by hand, with -v=6"
            ) from None
        if done.returncode:
            said = " ".join(line for line in done.stderr.splitlines() if not _LOG.match(line))
            raise _refusal(source, " ".join(said.split()) or f"kubectl ended with {done.returncode}")
        return done.stdout


def _shown(arguments: tuple[str, ...]) -> str:
    return " ".join(("kubectl", *(each for each in arguments if each != "--output=json")))


def _no_objects(source: str) -> CannotLookError:
    return CannotLookError(source, "kubectl prints no objects", "look at what `kubectl` on PATH is")


def _refusal(source: str, said: str) -> CannotLookError:
    """What kubectl says, with what helps."""
    remedy = next(
        (remedy for words, remedy in _REMEDIES if re.search(words, said)),
        "is the API server reachable from here? `kubectl get --raw=/readyz`",
    )
    return CannotLookError(source, said.removeprefix("error: "), remedy)
