"""The pinned Traefik itself, without a cluster: it takes our arguments, and does what we rely on."""

import http.client
import json
import platform
import socket
import subprocess
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from lab import parts
from lab.toolbox import http_service
from lab.toolbox.http_service import Answer, Call
from lab.toolbox.waiting import until
from network.plan import Plan
from network.plan.ingress.entrypoints import CONTAINER_PORTS, WEBSECURE

pytestmark = pytest.mark.lab

SIGNS = "!#$%&'*+.^_`|~"
"""What names of headers may hold besides letters, digits and hyphens (RFC 9110)."""


FAILED = b"not now"


def backend_answers(call: Call) -> Answer:
    """Tell which headers a call came with, and on /auth who the client is; fail on /whole and /pieces."""
    match call.path:
        case "/whole":
            return Answer(503, FAILED)
        case "/pieces":
            pieces = b"%x\r\n%b\r\n0\r\n\r\n" % (len(FAILED), FAILED)
            return Answer(503, pieces, {"Transfer-Encoding": "chunked"})
        case "/auth":
            return Answer.of([*call.headers.items()], X_Auth_User="alice")
        case _:
            return Answer.of([*call.headers.items()])


@pytest.fixture(scope="module")
def program() -> Path:
    """Traefik at the pinned version."""
    if platform.system() != "Linux":
        pytest.skip("the pinned Traefik is there for Linux only")
    return parts.ensure("traefik")["traefik"] / "traefik"


@pytest.fixture(scope="module")
def backend() -> Iterator[str]:
    """Address of a backend."""
    service = http_service.serve(backend_answers, "backend")
    yield f"http://127.0.0.1:{service.port}"
    service.close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def configuration(backend: str) -> dict[str, Any]:
    """Return routes behind a forwardAuth, and behind a retry, for Traefik's file provider."""
    auth = {"address": f"{backend}/auth", "authResponseHeaders": ["X-Auth-User"]}
    retry = {"attempts": 3, "initialInterval": "1ms", "status": ["503"]}

    def router(path: str, middleware: str) -> dict[str, Any]:
        rule = f"PathPrefix(`{path}`)"
        return {
            "rule": rule,
            "service": "backend",
            "middlewares": [middleware],
            "entryPoints": [WEBSECURE],
        }

    return {
        "http": {
            "routers": {
                "all": router("/", "login"),
                "whole": router("/whole", "again"),
                "pieces": router("/pieces", "again"),
            },
            "middlewares": {"login": {"forwardAuth": auth}, "again": {"retry": retry}},
            "services": {"backend": {"loadBalancer": {"servers": [{"url": backend}]}}},
        }
    }


@contextmanager
def running(program: Path, arguments: Sequence[str], backend: str, folder: Path) -> Generator[int]:
    """Run Traefik with the arguments; the port of its HTTPS entrypoint, which speaks HTTP here."""
    file = folder / "routes.yaml"
    file.write_text(json.dumps(configuration(backend)))
    ports = {name: free_port() for name in CONTAINER_PORTS}
    listeners = [f"--entryPoints.{name}.address=127.0.0.1:{port}" for name, port in ports.items()]
    command = [str(program), *listeners, f"--providers.file.filename={file}", "--log.level=WARN", *arguments]
    with (folder / "log").open("w") as log, subprocess.Popen(command, stdout=log, stderr=log) as process:
        try:
            _await(process, ports[WEBSECURE], folder / "log")
            yield ports[WEBSECURE]
        finally:
            process.kill()


def _await(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    assert until(lambda: _answers(port) or process.poll() is not None, seconds=30), log.read_text()
    assert process.poll() is None, log.read_text()


def _answers(port: int) -> bool:
    try:
        return bool(ask(port, []))
    except (OSError, json.JSONDecodeError):
        return False


def ask(port: int, headers: Sequence[tuple[str, str]]) -> dict[str, str]:
    """Return the headers that the backend saw."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    connection.putrequest("GET", "/")
    for name, value in headers:
        connection.putheader(name, value)
    connection.endheaders()
    text = connection.getresponse().read()
    connection.close()
    return dict(json.loads(text))


def test_no_spelling_of_a_header_that_authentication_sets_reaches_the_backend(
    plan: Plan, program: Path, backend: str, tmp_path: Path
) -> None:
    forged = [(f"X{sign}Auth{sign}User", "root") for sign in ("-", *SIGNS)]
    # By those of UDP alone, entrypoints would be there that are of TCP, as nothing says where they listen.
    given = plan.ingress.release.values["additionalArguments"]
    arguments = [each for each in given if ".udp." not in each]

    with running(program, arguments, backend, tmp_path) as port:
        seen = ask(port, forged)

    assert seen["X-Auth-User"] == "alice"
    assert "root" not in seen.values()
    assert "aliasHeadersStrategy" not in (tmp_path / "log").read_text()


def test_without_our_arguments_every_other_spelling_does(program: Path, backend: str, tmp_path: Path) -> None:
    forged = [(f"X{sign}Auth{sign}User", "root") for sign in SIGNS]

    with running(program, [], backend, tmp_path) as port:
        seen = ask(port, forged)

    assert list(seen.values()).count("root") == len(SIGNS)


@pytest.mark.parametrize(("path", "status"), [("/whole", 503), ("/pieces", 200)])
def test_a_listed_answer_that_comes_in_pieces_turns_into_200(
    program: Path, backend: str, tmp_path: Path, path: str, status: int
) -> None:
    """Where this fails on a newer Traefik, the warning `retried_answers_come_whole` is out of date."""
    with running(program, [], backend, tmp_path) as port:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        connection.request("GET", path)
        answer = connection.getresponse()
        assert (answer.status, answer.read()) == (status, FAILED)
        connection.close()
