"""The pinned Prometheus itself, without a cluster: it scrapes as a stack's monitors say, where it is told."""

import json
import subprocess
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic.alias_generators import to_snake

from lab import parts as lab_parts
from network.plan import Plan
from network.plan.model.kubernetes import Manifest
from network.plan.observability import rule_file
from network.plan.observability.prometheus import FEATURES
from tests.lab.api_server import free_ports
from tests.lab.prometheus import Prometheus


@dataclass(frozen=True)
class PrometheusAlone(Prometheus):
    """One that runs."""

    pid: int

    def mebibytes(self, what: str) -> float:
        """Its memory: `VmRSS` now, `VmHWM` the most so far (proc(5))."""
        lines = Path(f"/proc/{self.pid}/status").read_text().splitlines()
        (line,) = (each for each in lines if each.startswith(f"{what}:"))
        return int(line.split()[1]) / 1024


def monitor(plan: Plan, job: str) -> Manifest:
    """The PodMonitor of a job."""
    (found,) = (
        each
        for each in plan.monitoring.objects
        if (each["kind"], each["metadata"]["name"]) == ("PodMonitor", f"network-{job}")
    )
    return found


def scrape(monitor: Manifest, address: str) -> dict[str, Any]:
    """What the operator makes of a PodMonitor, for one pod whose address is known."""
    (endpoint,) = monitor["spec"]["podMetricsEndpoints"]
    (namespace,) = monitor["spec"]["namespaceSelector"]["matchNames"]
    name = monitor["metadata"]["name"]
    labels = {"namespace": namespace, "pod": f"{name}-0", "container": name, "endpoint": "metrics"}
    return {
        "job_name": f"podMonitor/{namespace}/{name}/0",
        "honor_labels": endpoint["honorLabels"],
        "metrics_path": endpoint["path"],
        "static_configs": [{"targets": [address], "labels": labels}],
        "relabel_configs": [_spelled(each) for each in endpoint["relabelings"]],
        "metric_relabel_configs": [_spelled(each) for each in endpoint.get("metricRelabelings", ())],
    }


def _spelled(rule: Mapping[str, Any]) -> dict[str, Any]:
    """A relabelling as Prometheus' own configuration has it."""
    return {to_snake(key): value for key, value in rule.items()}


@contextmanager
def prometheus_alone(
    plan: Plan, scrapes: Sequence[dict[str, Any]], folder: Path, interval: str
) -> Generator[PrometheusAlone]:
    """Scrape, and evaluate every rule of the plan; what it stored stays in the folder."""
    groups = rule_file.groups(group for layer in plan.layers for group in layer.rules)
    (folder / "rules.json").write_text(json.dumps(groups))
    config = {
        "global": {"scrape_interval": interval, "scrape_timeout": interval, "evaluation_interval": interval},
        "rule_files": [str(folder / "rules.json")],
        "scrape_configs": list(scrapes),
    }
    (folder / "prometheus.json").write_text(json.dumps(config))
    (port,) = free_ports(1)
    command = [
        lab_parts.ensure("prometheus")["prometheus"] / "prometheus",
        f"--config.file={folder / 'prometheus.json'}",
        f"--storage.tsdb.path={folder / 'data'}",
        f"--web.listen-address=127.0.0.1:{port}",
        f"--enable-feature={','.join(FEATURES)}",
    ]
    with (
        (folder / "prometheus.log").open("a") as log,
        subprocess.Popen(command, stdout=log, stderr=log) as process,
    ):
        try:
            yield PrometheusAlone(f"http://127.0.0.1:{port}", process.pid)
        finally:
            process.terminate()
            process.wait(60)
