"""A lab that runs, asked often: commands within it, a client outside, and the backends within reach."""

import json
import subprocess
from collections.abc import Generator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from lab.commands.targets import Pods, pods
from lab.demo.deploy import declared
from lab.engine.environment import Engine
from lab.machine.sandbox import nsenter_command
from lab.paths import project_dir
from tests.lab.outside import Outside
from tests.lab.platform import Platform


@dataclass
class RunningLab:
    """A platform that was brought up."""

    platform: Platform

    @cached_property
    def outside(self) -> Outside:
        return Outside(self.platform)

    @cached_property
    def engine(self) -> Engine:
        return Engine.read(self.platform.folder / "engine" / "engine.json")

    def run(self, *command: str, status: int | None = 0, text: str = "") -> str:
        """Run a command in the lab without the lab's own command line in between; standard output."""
        done = subprocess.run(
            nsenter_command(self.platform.record, command, project_dir()),
            env=self.engine.environment,
            input=text,
            capture_output=True,
            text=True,
            check=False,
        )
        assert status is None or done.returncode == status, done.stdout + done.stderr
        return done.stdout

    def kubectl(self, *arguments: str, status: int | None = 0, text: str = "") -> str:
        return self.run("kubectl", *arguments, status=status, text=text)

    def curl(self, *arguments: str) -> str:
        """curl, for what httpx does not speak: HTTP/2."""
        roots = str(self.platform.folder / "internet" / "roots.pem")
        return self.run("curl", "--silent", "--show-error", "--cacert", roots, *arguments)

    def target(self, workload: str) -> Pods:
        """A workload such as `shop/web`, or `traefik/traefik`."""
        return pods(workload, declared(self.engine))

    def pods(self, workload: str) -> dict[str, dict[str, Any]]:
        """The pods of a workload that are not ending, by name."""
        target = self.target(workload)
        listed = json.loads(self.kubectl("get", *target.kubectl, "--output=json"))
        labels = listed["spec"]["selector"]["matchLabels"]
        selector = ",".join(f"{key}={value}" for key, value in labels.items())
        found = self.kubectl("get", "pods", target.kubectl[1], f"--selector={selector}", "--output=json")
        return {
            each["metadata"]["name"]: each
            for each in json.loads(found)["items"]
            if "deletionTimestamp" not in each["metadata"]
        }

    def demo(self, workload: str, *command: str) -> dict[str, str]:
        """What the backend's own command says in each pod of a workload, by pod."""
        namespace = self.target(workload).kubectl[1]

        def tell(pod: str) -> tuple[str, str]:
            return pod, self.kubectl("exec", pod, namespace, "--", "demo", *command)

        with ThreadPoolExecutor(8) as pool:
            return dict(pool.map(tell, self.pods(workload)))

    @contextmanager
    def mode(self, workload: str, **settings: object) -> Generator[None]:
        """All pods of a workload behave so within the block: `delay="2s"`, `status=503`, `reset=1`,
        `size="10MB"`, `ready="false"`, `quiet=1`, `workers=2`."""
        self.demo(workload, "mode", *(f"{key}={value}" for key, value in settings.items()))
        try:
            yield
        finally:
            self.demo(workload, "mode", "normal")

    def counts(self, workload: str) -> dict[str, Mapping[str, Any]]:
        """What each pod of a workload has counted since `begin_counting`: `requests`, `connections`,
        `open`, and `kinds` by "METHOD /path"."""
        return {pod: json.loads(text) for pod, text in self.demo(workload, "count").items()}

    def requests(self, workload: str, kind: str = "") -> int:
        """How many requests the pods of a workload have seen since `begin_counting`: all, or those of a
        kind such as `GET /path`."""
        counts = self.counts(workload).values()
        return sum(each["kinds"].get(kind, 0) if kind else each["requests"] for each in counts)

    def begin_counting(self, *workloads: str) -> None:
        for workload in workloads:
            self.demo(workload, "count", "reset")

    def close(self) -> None:
        self.outside.close()
