"""Routers as Traefik's pods have loaded them: from its API, reached by port-forward alone (ADM-2)."""

import http.client
import json
import re
import subprocess
import threading
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager

from network.config.platform import TRAEFIK
from network.diagnosis.facts import Object
from network.diagnosis.read.together import together
from network.live.finding import CannotLookError
from network.live.parallel import Seen
from network.plan.ingress.entrypoints import CONTAINER_PORTS, INTERNAL

_LISTENS = re.compile(r"Forwarding from 127\.0\.0\.1:([0-9]+) ")
_WAIT = 4.0
_PAGE = 1000
_MOST_PODS = 4
"""That are asked: each takes a port-forward."""


def routers(
    context: str | None, pods: Sequence[str], seconds: float
) -> Mapping[str, Seen[Mapping[str, Object]]]:
    """Return the routers of each pod, by name. Raises CannotLookError where none of the pods can be asked."""
    if not pods:
        raise CannotLookError(
            "kubectl get pods -n traefik", "no pod of Traefik is Ready", "network doctor --all"
        )
    found = together({pod: lambda pod=pod: _of(context, pod) for pod in pods[:_MOST_PODS]}, seconds)
    refused = [each for each in found.values() if isinstance(each, CannotLookError)]
    if len(refused) == len(found):
        raise refused[0]
    return found


def _of(context: str | None, pod: str) -> Mapping[str, Object]:
    with _forwarded(context, pod) as port:
        return {each["name"]: each for each in _pages(port, pod)}


def _pages(port: int, pod: str) -> Iterator[Object]:
    page = 1
    while page:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_WAIT)
            connection.request("GET", f"/api/http/routers?per_page={_PAGE}&page={page}")
            answer = connection.getresponse()
            listed = json.loads(answer.read())
            if answer.status != 200 or not isinstance(listed, list):
                raise ValueError(f"it answers {answer.status}")
        except (OSError, ValueError, http.client.HTTPException) as error:
            raise CannotLookError(
                f"Traefik's API of {pod}", str(error), "make view-traefik, and look whether it shows routers"
            ) from None
        yield from listed
        following = int(answer.getheader("X-Next-Page") or 0)
        page = following if following > page else 0


@contextmanager
def _forwarded(context: str | None, pod: str) -> Generator[int]:
    """Yield the local port that leads to a pod's API within the block."""
    chosen = [] if context is None else [f"--context={context}"]
    target = f":{CONTAINER_PORTS[INTERNAL]}"
    command = ["kubectl", *chosen, "port-forward", f"--namespace={TRAEFIK}", f"pod/{pod}", target]
    source = f"kubectl port-forward -n {TRAEFIK} {pod} {target}"
    try:
        running = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
    except FileNotFoundError:
        raise CannotLookError(source, "kubectl is not on PATH", "install kubectl") from None
    ending = threading.Timer(_WAIT, running.kill)
    ending.start()
    try:
        assert running.stdout is not None
        assert running.stderr is not None
        listening = _LISTENS.search(running.stdout.readline())
        if listening is None:
            running.kill()
            said = " ".join(running.stderr.read().split()) or f"it does not listen within {_WAIT:g} s"
            raise CannotLookError(
                source,
                said,
                "look with a role that may port-forward in namespace traefik (`access.platformEngineers`)",
            )
        yield int(listening[1])
    finally:
        ending.cancel()
        running.kill()
        running.wait()
        for stream in (running.stdout, running.stderr):
            if stream is not None:
                stream.close()
