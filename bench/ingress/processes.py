"""Backend, Redis, collector and Traefik on free loopback ports; each is ended with the benchmark."""

import http.client
import os
import socket
import ssl
import subprocess
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from lab.parts.provide import ensure
from lab.toolbox import http_service
from lab.toolbox.waiting import until

START = 60.0
"""Seconds that a process may take until it answers."""


@dataclass(frozen=True)
class Traefik:
    """One that runs."""

    pid: int
    port: int
    """Of its HTTPS entrypoint."""

    def seconds(self) -> float:
        """Return the processor time that it has used."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def free_port() -> int:
    """Return a port that nobody listens on now."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


@contextmanager
def backend() -> Generator[str]:
    """Yield the URL of a demo backend that logs no requests."""
    port, probes, control = free_port(), free_port(), free_port()
    environment = {
        "DEMO_PORTS": f"http={port}",
        "DEMO_PROBE_PORT": str(probes),
        "DEMO_CONTROL_PORT": str(control),
    }
    with _running([ensure("demo")["demo"] / "demo"], environment) as process:
        _wait(process, control)
        connection = http.client.HTTPConnection("127.0.0.1", control)
        connection.request("POST", "/__mode?quiet=1")
        connection.getresponse().read()
        connection.close()
        yield f"http://127.0.0.1:{port}"


@contextmanager
def redis() -> Generator[str]:
    """Yield the address of a Redis that keeps nothing."""
    port = free_port()
    command = [ensure("redis")["redis"] / "redis-server", "--bind", "127.0.0.1", "--port", str(port)]
    with _running([*command, "--save", "", "--appendonly", "no"], {}) as process:
        _wait(process, port)
        yield f"127.0.0.1:{port}"


@contextmanager
def traefik(
    arguments: Sequence[str], environment: Mapping[str, str], port: int, host: str, log: Path
) -> Generator[Traefik]:
    """Yield a Traefik that knows its routes, `host` among them.

    Its access log goes through a pipe, as in a pod, to somebody who reads and forgets it: what a container
    runtime does with it is not Traefik's cost, but a pipe that is full makes it wait.
    """
    command = [ensure("traefik")["traefik"] / "traefik", *arguments, f"--log.filepath={log}"]
    with _forgetting() as output, _running(command, environment, output) as process:
        _wait(process, port)
        if not until(lambda: _status(port, host) not in (None, http.HTTPStatus.NOT_FOUND), START):
            raise RuntimeError(f"Traefik has no route for {host}:\n{log.read_text()}")
        yield Traefik(process.pid, port)


@contextmanager
def collector() -> Generator[str]:
    """Yield the URL at which spans are taken and forgotten."""
    service = http_service.serve(lambda _: http_service.Answer(), "collector")
    try:
        yield f"http://127.0.0.1:{service.port}/v1/traces"
    finally:
        service.close()


@contextmanager
def _forgetting() -> Generator[IO[bytes]]:
    """Yield a pipe that is read as fast as it can be."""
    reader = subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    assert reader.stdin is not None
    try:
        yield reader.stdin
    finally:
        reader.stdin.close()
        reader.wait()


@contextmanager
def _running(
    command: Sequence[str | Path], environment: Mapping[str, str], output: IO[bytes] | None = None
) -> Generator[subprocess.Popen[bytes]]:
    nowhere = subprocess.DEVNULL
    process = subprocess.Popen(
        command, env=os.environ | environment, stdin=nowhere, stdout=output or nowhere, stderr=nowhere
    )
    try:
        yield process
    finally:
        # Asked to end, Traefik would wait for its load balancer first.
        process.kill()
        process.wait()


def _wait(process: subprocess.Popen[bytes], port: int) -> None:
    """Return once somebody listens. Raises RuntimeError if the process ends or takes too long."""

    def connects() -> bool:
        if process.poll() is not None:
            raise RuntimeError(f"{process.args} ended with status {process.returncode}")
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            return False
        return True

    if not until(connects, START, pause=0.05):
        raise RuntimeError(f"{process.args} does not listen on port {port}")


def _status(port: int, host: str) -> int | None:
    """Return what the router of a host answers; None before Traefik has its certificate."""
    context = ssl.create_default_context()
    # The certificate is thrown away with the benchmark; nobody vouches for it.
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    connection = http.client.HTTPSConnection("localhost", port, context=context, timeout=START)
    try:
        connection.request("GET", "/", headers={"Host": host})
        return connection.getresponse().status
    except OSError:
        return None
    finally:
        connection.close()
