"""Traefik's replicas: connections that meet a known one, and counts that no new configuration disturbs."""

import http.client
import json
import re
import subprocess
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from tests.lab.outside import Outside
from tests.lab.patience import until
from tests.lab.traffic_lab import TrafficLab

T = TypeVar("T")

_TIMEOUT_SECONDS = 60
"""Beyond it an answer does not come, however busy the machine is."""

_MOST_CONNECTIONS = 200
"""The load balancer and kube-proxy choose a replica for each: some is met well before so many."""

_MOST_ATTEMPTS = 5
"""Runs of an action until no configuration comes in between; they come one by one as pods end."""

_API, _METRICS = 8080, 9100
"""Ports of Traefik's internal entrypoints."""

_MARK = "proofs-mark"
"""A middleware that no route uses: each value of it is a new configuration."""


@dataclass(frozen=True)
class Answer:
    """One answer, and when (time.monotonic()) the request was sent and answered."""

    sent: float
    answered: float
    status: int
    headers: Mapping[str, str]
    """Names in lower case."""
    echo: Mapping[str, Any]
    """What the backend said; empty if Traefik answered."""

    @property
    def seconds(self) -> float:
        return self.answered - self.sent

    @property
    def workload(self) -> str:
        """Who answered, such as `shop/web`; empty if Traefik did."""
        return self.echo.get("workload", "")

    @property
    def replica(self) -> str:
        """Address of the replica of Traefik that passed the request on; empty if it answered itself."""
        return self.echo.get("peer", "").rpartition(":")[0]


class Connection:
    """One connection from an address on the internet. All its requests meet the same replica."""

    def __init__(self, outside: Outside, host: str, source: str) -> None:
        self._connection = http.client.HTTPSConnection(
            host, timeout=_TIMEOUT_SECONDS, context=outside.context(), source_address=(source, 0)
        )
        outside.run(self._connection.connect)
        self._connection.auto_open = 0  # another connection might meet another replica

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> Answer:
        sent = time.monotonic()
        self._connection.request("GET", path, headers=headers or {})
        response = self._connection.getresponse()
        body = response.read()
        by_backend = response.getheader("Content-Type") == "application/json"
        return Answer(
            sent=sent,
            answered=time.monotonic(),
            status=response.status,
            headers={name.lower(): value for name, value in response.getheaders()},
            echo=json.loads(body) if by_backend else {},
        )

    def close(self) -> None:
        self._connection.close()


class Replicas:
    """The replicas of Traefik in a lab that runs."""

    def __init__(self, traffic: TrafficLab) -> None:
        self._traffic = traffic

    def addresses(self) -> frozenset[str]:
        """The replicas by their addresses, as `Answer.replica` names them."""
        pods = self._traffic.pods("traefik/traefik").values()
        return frozenset(pod["status"]["podIP"] for pod in pods)

    @contextmanager
    def connections(
        self, host: str, path: str, source: str, each: int = 1
    ) -> Generator[dict[str, list[Connection]]]:
        """So many connections of a client to each replica, by its address. Each has asked for `path` once,
        which a backend answers: it says whom the connection met."""
        found: dict[str, list[Connection]] = {address: [] for address in self.addresses()}
        with ExitStack() as open_connections:
            for _ in range(_MOST_CONNECTIONS):
                if all(len(connections) == each for connections in found.values()):
                    break
                connection = Connection(self._traffic.outside, host, source)
                open_connections.enter_context(closing(connection))
                wanted = found[connection.get(path).replica]
                if len(wanted) < each:
                    wanted.append(connection)
            assert all(len(connections) == each for connections in found.values()), found
            yield found

    def fresh(self, action: Callable[[], T]) -> T:
        """What an action returned that began right after every replica had taken on its configuration anew.

        That begins the turns of weights, empties what limits have counted, and closes circuits. A
        configuration that comes meanwhile, as where pods of an earlier test end, would do so too: the
        action is then repeated, so it asserts nothing by itself.
        """
        for _ in range(_MOST_ATTEMPTS):
            self._take_on_anew()
            loads = self._loads()
            result = action()
            if self._loads() == loads:
                return result
        raise AssertionError(f"a new configuration disturbed each of {_MOST_ATTEMPTS} runs")

    def _take_on_anew(self) -> None:
        mark = f"mark-{time.monotonic_ns()}"
        middleware = {
            "apiVersion": "traefik.io/v1alpha1",
            "kind": "Middleware",
            "metadata": {"name": _MARK, "namespace": "traefik"},
            "spec": {"headers": {"customResponseHeaders": {"X-Mark": mark}}},
        }
        self._traffic.kubectl("apply", "--server-side", "--filename=-", text=json.dumps(middleware))
        path = f"/api/http/middlewares/traefik_{_MARK}@kubernetescrd"
        # The API belongs to the configuration that serves requests: it says nothing of one that is to come.
        for process in self._processes():
            until(lambda process=process: mark in _ask(process, _API, path), "Traefik takes it on")

    def _loads(self) -> list[str]:
        """How many configurations each replica has taken on."""
        metric = re.compile(r"^traefik_config_reloads_total .*", re.MULTILINE)
        return [metric.findall(_ask(process, _METRICS, "/metrics"))[0] for process in self._processes()]

    def _processes(self) -> list[Path]:
        """A process in each replica, in `/proc`."""
        uids = {pod["metadata"]["uid"] for pod in self._traffic.pods("traefik/traefik").values()}
        found = {uid: process for process in _running() for uid in uids if uid in _cgroup(process)}
        assert found.keys() == uids
        return [found[uid] for uid in sorted(found)]


def _running() -> list[Path]:
    return [process for process in Path("/proc").iterdir() if process.name.isdigit()]


def _cgroup(process: Path) -> str:
    """The control group's path, which names the pod; empty if the process has ended."""
    try:
        return (process / "cgroup").read_text().replace("_", "-")
    except OSError:
        return ""


def _ask(process: Path, port: int, path: str) -> str:
    """What a server says within the network namespace of a process: no policy lets others ask it."""
    command = ["nsenter", f"--net={process}/ns/net", "curl", "--silent", f"http://127.0.0.1:{port}{path}"]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout
