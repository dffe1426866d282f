"""A lab without machines: the real engine, a simulated account, the program's part of the account.

Plain `pulumi` and `curl` are led to the account as in the lab, so commands can be run as they are typed.
"""

import os
import signal
import ssl
import subprocess
import time
from base64 import b64encode
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from typing_extensions import override

from lab import parts as lab_parts
from lab.cloud import api
from lab.cloud.cloud import Cloud, calls, log_file
from lab.cloud.faults import pending
from lab.cloud.provider import serve
from lab.cloud.state import Kind
from lab.engine.environment import Engine
from lab.internet.ca import Authority
from tests.lab import runbook
from tests.stacks import ROOT, WATCHING, merged, stack_file
from tests.unit.lab.cloud.fakes import FakeBackend, cloud

EVERYTHING: Mapping[str, Any] = {
    "network:external": {
        "firewall": {"inbound": {"ssh": {"protocol": "tcp", "ports": "22", "sources": ["10.250.0.0/24"]}}},
    },
    "network:cluster": {"nodePools": {"batch": {"size": "s-4vcpu-8gb", "count": 1}}},
}
"""What is laid over the dev stack, so that it declares everything that may lie in an account."""

LESS: Mapping[str, Any] = {"network:external": {"dns": {"hosts": []}}}
"""What is laid over the dev stack for one without further pool, firewall and host."""

_API = "api.digitalocean.com"
_PATIENCE = 900
"""Seconds for one command, on a machine that may be busy."""


@dataclass(frozen=True)
class Rehearsal:
    """One stack, and the account behind it."""

    engine: Engine
    account: Cloud
    backend: FakeBackend
    environment: Mapping[str, str]

    def declare(self, over: Mapping[str, Any]) -> None:
        """Edit the stack file: the dev stack with this laid over it."""
        declare(self.engine.original, over)
        self.engine.refresh()

    @property
    def backend_folder(self) -> Path:
        """Where the state lies."""
        return self.engine.home / "backend" / ".pulumi"

    def rests(self) -> bool:
        """Whether the engine has written its state, and for a second no more."""
        file = self.backend_folder / "stacks" / "network" / "dev.json"
        before = file.read_bytes() if file.exists() else b""
        time.sleep(1)
        return before != b"" and before == file.read_bytes()

    def start(self, *command: str) -> "subprocess.Popen[str]":
        """Start a command in a session of its own; its output is one text."""
        return subprocess.Popen(
            command,
            cwd=self.engine.project,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def run(self, *command: str, status: int | None = 0) -> str:
        """Run a command; `status` None accepts any exit status."""
        process = self.start(*command)
        output, _ = process.communicate(timeout=_PATIENCE)
        assert status is None or process.returncode == status, output
        return output

    def type(self, *headings: str, status: int = 0, page: Path = runbook.INTERRUPTED) -> str:
        """Run a page's blocks under these headings in one shell, as they stand there."""
        book = runbook.read(page)
        first = () if headings == (runbook.MEND,) else (runbook.FIRST,)
        blocks = [block for heading in (*first, *headings) for block in book[heading]]
        return self.run("bash", "-euo", "pipefail", "-c", "\n".join(blocks), status=status)

    def up(self, status: int | None = 0) -> str:
        """`pulumi up`, without its preview."""
        return self.run("pulumi", "up", "--skip-preview", status=status)

    @staticmethod
    def kill(process: "subprocess.Popen[str]") -> None:
        """Kill a command, engine and program, without warning."""
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()

    def forget_calls(self) -> None:
        """Empty the log of calls."""
        log_file(self.account.store.folder).unlink(missing_ok=True)

    def done(self, operation: str) -> bool:
        """Whether a call of the operation has ended well since the log was emptied."""
        return any(
            call.operation == operation and call.status in range(200, 300)
            for call in calls(self.account.store.folder)
        )

    def hanging(self) -> set[str]:
        """Operations that hang in a fault."""
        return {fault.operation for fault in pending(self.account.store.folder) if fault.times == 0}

    def objects(self, kind: Kind) -> list[dict[str, Any]]:
        """What the account holds, without each region's default VPC."""
        return [each for each in self.account.store.account.all(kind) if not each.get("default")]

    def assert_whole(self) -> None:
        """Nothing is lost, nothing stands twice, nothing is under way, and there is nothing to do."""
        for kind in (Kind.VPC, Kind.CLUSTER, Kind.DOMAIN, Kind.FIREWALL):
            assert len(self.objects(kind)) == 1, kind
        (cluster,) = self.objects(Kind.CLUSTER)
        assert cluster["status"]["state"] == "running"
        assert [pool["name"] for pool in cluster["node_pools"]] == ["default", "batch-s-4vcpu-8gb"]
        ours = [(r["type"], r["name"], r["tag"]) for r in self.objects(Kind.RECORD) if r["type"] in "A CAA"]
        assert len(ours) == len(set(ours))
        self.run("pulumi", "preview", "--expect-no-changes")
        assert "pending_operations" not in self.run("pulumi", "stack", "export")


@contextmanager
def rehearsal(folder: Path) -> Generator[Rehearsal]:
    """A stack in which nothing has happened yet."""
    parts = lab_parts.ensure("pulumi", "pulumi-kubernetes", "kubectl")
    authority = Authority.at(folder / "authority")
    backend = Unreachable(authority.certificate)
    account = cloud(folder / "cloud", backend)
    server, port = serve(account)
    original = folder / "Pulumi.dev.yaml"
    engine = Engine(
        project=_project(folder / "project"),
        stack="dev",
        original=original,
        state=folder / "state",
        pulumi=parts["pulumi"] / "pulumi",
        kubernetes_plugin=parts["pulumi-kubernetes"] / "pulumi-resource-kubernetes",
        commands={"kubectl": parts["kubectl"] / "kubectl"},
        charts={},
        digitalocean_port=port,
        digitalocean_token=account.store.account.token,
        bundle=authority.bundle,
        cni="cilium",
    )
    declare(original, EVERYTHING)
    engine.prepare()
    (folder / ".curlrc").write_text(
        f"connect-to = {_API}:443:127.0.0.1:{api.serve(account, tls=_tls(authority))}\n"
    )
    environment = engine.environment | {
        "CURL_HOME": str(folder),
        "DIGITALOCEAN_API_URL": f"http://127.0.0.1:{api.serve(account)}",
        "PATH": f"{parts['pulumi']}:{engine.environment['PATH']}",
        "PULUMI_SKIP_CONFIRMATIONS": "true",
        "PYTHONPATH": str(ROOT),
    }
    try:
        yield Rehearsal(engine, account, backend, environment)
    finally:
        server.stop(None)


def _project(folder: Path) -> Path:
    """The project's folder, with the rehearsed program in the place of the whole one."""
    folder.mkdir()
    for name in (".venv", "bin", "network", "Pulumi.yaml"):
        (folder / name).symlink_to(ROOT / name)
    (folder / "__main__.py").symlink_to(Path(__file__).with_name("account") / "__main__.py")
    return folder


def declare(file: Path, over: Mapping[str, Any]) -> None:
    """Write the dev stack's file, with something laid over it. What watches is nothing in the account."""
    content = {"config": merged(stack_file("dev", WATCHING), over)}
    file.write_text(yaml.safe_dump(content, sort_keys=False))


class Unreachable(FakeBackend):
    """Clusters whose API servers nobody answers for, at once."""

    def __init__(self, authority: Path) -> None:
        super().__init__()
        self._authority = authority

    @override
    def kubeconfig(self, cluster: str) -> str:
        config = yaml.safe_load(super().kubeconfig(cluster))
        server = config["clusters"][0]["cluster"]
        server["server"] = "https://127.0.0.1:1"
        server["certificate-authority-data"] = b64encode(self._authority.read_bytes()).decode()
        return yaml.safe_dump(config)


def _tls(authority: Authority) -> ssl.SSLContext:
    """The API's own certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority.issue([_API], authority.folder / "api.pem"))
    return context
