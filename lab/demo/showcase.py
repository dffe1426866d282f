"""The platform at work, by real requests: `make demo`.

`python -m lab.demo.showcase KUBECTL FOLDER` prints the rows as JSON; run it with `Lab.entering`.
"""

import http.client
import json
import re
import socket
import ssl
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from cryptography import x509
from rich.console import Console
from rich.table import Table

from lab.demo.scene import Breaker, Limit, Scene, Split
from lab.engine.environment import Engine
from lab.instance import engine_commands
from lab.instance.lab import Lab, LabError
from lab.toolbox.kubectl import Kubectl, KubectlError

KINDS = "ingressroutes,traefikservices,middlewares,certificates"

CANARY_REQUESTS = 100

COUNTS = 3
"""How often they are counted at most until nobody asked in between; probes come twice a minute, a count takes
seconds."""

PAUSE = 0.02
"""Seconds between two requests to a breaker: slow enough for any rate limit worth its name."""

PATIENCE = 15.0
"""Seconds within which a breaker opens, and beyond its own times within which it closes."""


@dataclass(frozen=True)
class Row:
    """One promise and what came of it."""

    what: str
    expected: str
    seen: str
    ok: bool


@dataclass(frozen=True)
class Answer:
    """An answer, and the workload that gave it: empty if Traefik did."""

    status: int
    workload: str


class Client:
    """A client on the internet with one connection, from an address of its own."""

    def __init__(self, host: str, source: str, trusted: Path) -> None:
        context = ssl.create_default_context(cafile=str(trusted))
        self._connection = http.client.HTTPSConnection(
            host, timeout=10, context=context, source_address=(source, 0)
        )

    def get(self, path: str = "/") -> Answer:
        """One request; the connection is opened again if Traefik has closed it."""
        self._connection.request("GET", path)
        response = self._connection.getresponse()
        body = response.read()
        try:
            echo = json.loads(body)
        except ValueError:
            echo = None
        return Answer(response.status, echo["workload"] if isinstance(echo, dict) else "")

    def close(self) -> None:
        """Give the connection back."""
        self._connection.close()


class Cluster(Kubectl):
    """The lab's cluster."""

    def demo(self, namespace: str, service: str, *command: str) -> list[str]:
        """What the backend's command says in each pod of a workload."""
        (deployment,) = self.objects("deployment", service, f"--namespace={namespace}")
        labels = deployment["spec"]["selector"]["matchLabels"]
        selector = ",".join(f"{key}={value}" for key, value in labels.items())
        pods = self.objects("pods", f"--namespace={namespace}", f"--selector={selector}")
        return [
            self("exec", pod["metadata"]["name"], f"--namespace={namespace}", "--", "demo", *command)
            for pod in pods
            if "deletionTimestamp" not in pod["metadata"]
        ]


def certificate(host: str, cluster: Cluster, trusted: Path) -> Row:
    """The certificate that is served is the one that cert-manager keeps."""
    context = ssl.create_default_context(cafile=str(trusted))
    with (
        socket.create_connection((host, 443), timeout=10) as plain,
        context.wrap_socket(plain, server_hostname=host) as secure,
    ):
        served = x509.load_der_x509_certificate(secure.getpeercert(binary_form=True) or b"")
    kept = [
        each["spec"]["issuerRef"]["name"]
        for each in cluster.objects("certificates", "-A")
        if _serial(each, cluster) == served.serial_number
    ]
    # Nobody but the lab's two Let's Encrypts is trusted: another's had failed the handshake.
    issuer = f"{served.issuer.rfc4514_string()} ({', '.join(kept) or 'no Certificate has it'})"
    return Row(
        f"{host} has its certificate",
        "a serial that a Certificate holds, by Let's Encrypt",
        f"serial {served.serial_number:x} by {issuer}",
        bool(kept),
    )


def _serial(certificate: dict[str, Any], cluster: Cluster) -> int | None:
    namespace, secret = certificate["metadata"]["namespace"], certificate["spec"]["secretName"]
    template = r"go-template={{index .data " + '"tls.crt"' + r" | base64decode}}"
    try:
        text = cluster("get", "secret", secret, f"--namespace={namespace}", f"--output={template}")
    except KubectlError:
        return None  # not issued yet
    return x509.load_pem_x509_certificate(text.encode()).serial_number


def redirect(host: str) -> Row:
    """Plain HTTP leads to the same place over HTTPS."""
    connection = http.client.HTTPConnection(host, timeout=10)
    connection.request("GET", "/a?b=c")
    response = connection.getresponse()
    connection.close()
    wanted, place = f"https://{host}/a?b=c", response.getheader("Location", "")
    return Row(
        "plain HTTP is redirected",
        f"301 or 308 to {wanted}",
        f"{response.status} to {place}",
        response.status in (301, 308) and place == wanted,
    )


def canary(split: Split, trusted: Path) -> Row:
    """The split is exact: Traefik shares out in turn, not by chance. Whoever asks in between, as probes do,
    takes a turn: then it is counted again."""
    shares, seen = split.shares(CANARY_REQUESTS), dict[str, int]()
    client = Client(split.host, "203.0.113.11", trusted)
    for _ in range(COUNTS):
        seen = _shared_out(client, sum(shares.values()))
        if seen == shares:
            break
    client.close()
    return Row(f"{split.host} is split", _counted(shares), _counted(seen), seen == shares)


def _shared_out(client: Client, requests: int) -> dict[str, int]:
    """Ask so many times; how many answers each workload gave."""
    seen = Counter[str]()
    for _ in range(requests):
        while (answer := client.get()).status == 429:
            time.sleep(0.2)
        seen[answer.workload.rpartition("/")[2] or str(answer.status)] += 1
    return dict(seen)


def rate_limit(limit: Limit, trusted: Path) -> Row:
    """A client that asks too fast gets its burst and its rate, and the rest is refused."""
    number = limit.burst + 100
    request = f"GET / HTTP/1.1\r\nHost: {limit.host}\r\n"
    context = ssl.create_default_context(cafile=str(trusted))
    began = time.monotonic()
    with (
        socket.create_connection((limit.host, 443), timeout=30, source_address=("203.0.113.12", 0)) as plain,
        context.wrap_socket(plain, server_hostname=limit.host) as secure,
    ):
        # All at once: on one connection they meet one replica, and none waits for the answer before.
        last = f"{request}Connection: close\r\n\r\n".encode()
        secure.sendall(f"{request}\r\n".encode() * (number - 1) + last)
        said = bytearray()
        while part := secure.recv(65536):
            said += part
    elapsed = time.monotonic() - began
    # An answer follows the body before it at once: no line ends between them.
    seen = Counter(re.findall(rb"HTTP/1\.1 (\d{3}) ", bytes(said)))
    passed, refused = seen[b"200"], seen[b"429"]
    other = Client(limit.host, "203.0.113.13", trusted)
    unhurt = other.get().status
    other.close()
    # Traefik lets one wait that is due within half an interval.
    most = limit.burst + limit.rate * elapsed + 2
    return Row(
        f"{limit.host} limits a client",
        f"of {number} in {elapsed:.1f} s {limit.burst} to {most:.0f} pass, the rest 429; another client 200",
        f"{passed} passed, {refused} got 429; another client {unhurt}",
        limit.burst <= passed <= most and 0 < refused == number - passed and unhurt == 200,
    )


def breaker(found: Breaker, cluster: Cluster, trusted: Path) -> Iterator[Row]:
    """A failing backend is left alone, and used again once it answers."""
    client = Client(found.host, "203.0.113.14", trusted)
    backend = (found.namespace, found.service)
    cluster.demo(*backend, "mode", "status=500")
    try:
        asked, opened = _until(client, lambda answer: not answer.workload, 1, PATIENCE)
        cluster.demo(*backend, "count", "reset")
        answers = Counter(client.get().status for _ in range(10))
        reached = sum(json.loads(text)["requests"] for text in cluster.demo(*backend, "count"))
    finally:
        cluster.demo(*backend, "mode", "normal")
    yield Row(
        f"{found.host}: the circuit opens",
        f"10 times {found.status} while the backend fails, and none reaches it",
        f"after {asked} answers: {_counted(answers)}; {reached} reached it",
        opened and answers == {found.status: 10} and reached == 0,
    )
    began = time.monotonic()
    patience = found.fallback + found.recovery + PATIENCE
    _, closed = _until(client, lambda answer: answer.status == 200 and bool(answer.workload), 25, patience)
    client.close()
    yield Row(
        f"{found.host}: the circuit closes",
        f"only 200 again after {found.fallback:g} s and at most {found.recovery:g} s of recovery",
        f"{'25 times 200' if closed else 'still refused'} after {time.monotonic() - began:.1f} s",
        closed,
    )


def _until(client: Client, good: Any, times: int, patience: float) -> tuple[int, bool]:
    """Ask until so many answers in a row are good; how many were asked for, and whether it came to that."""
    deadline, asked, row = time.monotonic() + patience, 0, 0
    while row < times and time.monotonic() < deadline:
        time.sleep(PAUSE)
        asked += 1
        row = row + 1 if good(client.get()) else 0
    return asked, row >= times


def _counted(counts: Any) -> str:
    return ", ".join(f"{name}: {number}" for name, number in sorted(counts.items()))


def rows(cluster: Cluster, trusted: Path) -> Iterator[Row]:
    """Everything that the cluster promises and this module can look at."""
    scene = Scene([*cluster.objects(KINDS, "-A"), *cluster.objects("deployments", "--namespace=traefik")])
    for host in scene.hosts()[:1]:
        yield certificate(host, cluster, trusted)
        yield redirect(host)
    if split := scene.split():
        yield canary(split, trusted)
    if limit := scene.limit():
        yield rate_limit(limit, trusted)
    if found := scene.breaker():
        yield from breaker(found, cluster, trusted)


def show(lab: Lab, engine: Engine, console: Console) -> bool:
    """Show every row as a table; whether all promises are kept.

    Raises LabError when the platform cannot be asked.
    """
    command = [sys.executable, "-m", "lab.demo.showcase", str(engine.commands["kubectl"]), str(lab.folder)]
    done = engine_commands.run(lab, engine, *command)
    if done.returncode != 0:
        raise LabError(
            f"the platform cannot be shown: {done.stderr.strip()}\nSee: make status STACK={engine.stack}"
        )
    found = [Row(**row) for row in json.loads(done.stdout)]
    table = Table(title=f"The platform at work in the lab {lab.name}", title_justify="left")
    for column in ("what", "expected", "seen", "ok"):
        table.add_column(column, overflow="fold")
    for row in found:
        table.add_row(row.what, row.expected, row.seen, "[green]yes" if row.ok else "[red]no")
    console.print(table)
    return all(row.ok for row in found)


def main(arguments: Sequence[str]) -> None:
    """Print the rows as JSON."""
    kubectl, folder = arguments[0], Path(arguments[1])
    cluster = Cluster(kubectl, f"--kubeconfig={folder / 'kubeconfig'}")
    found = rows(cluster, folder / "internet" / "roots.pem")
    print(json.dumps([asdict(row) for row in found]))


if __name__ == "__main__":
    main(sys.argv[1:])
