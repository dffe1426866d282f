"""What of the platform is ready: looked at from inside the lab, as its user would.

`python -m lab.status KUBECTL FOLDER` prints the rows as JSON; run it with `Lab.inside`.
"""

import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from lab import inside
from lab.demo.workloads import OWNER
from lab.engine.environment import Engine
from lab.instance import Lab, LabError
from lab.probe import probe

_LAYERS = {"cert-manager": "certificates", "traefik": "ingress"}
"""What a namespace's Deployments belong to."""

KINDS = "nodes,deployments,clusterissuers,certificates,services,networkpolicies,ingressroutes"


@dataclass(frozen=True)
class Row:
    """One thing that must be ready."""

    layer: str
    what: str
    ready: bool
    detail: str


def rows(objects: list[dict[str, Any]]) -> Iterator[Row]:
    """Look at every object of the layers that the program declares."""
    for each in objects:
        kind, meta = each["kind"], each["metadata"]
        name = f"{meta['namespace']}/{meta['name']}" if "namespace" in meta else meta["name"]
        status = each.get("status", {})
        if kind == "Node":
            yield Row("cluster", f"Node {name}", *_condition(status, "Ready"))
        elif kind == "Deployment":
            wanted, ready = each["spec"].get("replicas", 1), status.get("readyReplicas", 0)
            demo = OWNER.items() <= meta.get("labels", {}).items()
            layer = "demo" if demo else _LAYERS.get(meta["namespace"], "cluster")
            yield Row(layer, f"Deployment {name}", ready >= wanted, f"{ready} of {wanted} ready")
        elif kind in ("ClusterIssuer", "Certificate"):
            yield Row("certificates", f"{kind} {name}", *_condition(status, "Ready"))
        elif kind == "Service" and each["spec"].get("type") == "LoadBalancer":
            addresses = [entry.get("ip", "") for entry in status.get("loadBalancer", {}).get("ingress", [])]
            detail = ", ".join(addresses) or "no address yet"
            yield Row("ingress", f"load balancer {name}", bool(addresses), detail)
    for kind, layer in (("NetworkPolicy", "policies"), ("IngressRoute", "applications")):
        count = sum(each["kind"] == kind for each in objects)
        yield Row(layer, f"{kind} objects", count > 0, str(count))


def requests(objects: list[dict[str, Any]], trusted: Path) -> Iterator[Row]:
    """Ask every route over HTTPS, by its host's name and its path, through the load balancer."""
    matches = [
        route["match"]
        for each in objects
        if each["kind"] == "IngressRoute"
        for route in each["spec"]["routes"]
    ]
    for host, path in sorted({place for match in matches for place in _places(match)}):
        yield Row("request", f"https://{host}{path}", *probe(host, path, trusted))


def _places(match: str) -> Iterator[tuple[str, str]]:
    """Hosts and paths that a rule speaks of."""
    paths = re.findall(r"Path(?:Prefix)?\(`([^`]+)`\)", match) or ["/"]
    for host in re.findall(r"Host\(`([^`]+)`\)", match):
        yield from ((host, path) for path in paths)


def _condition(status: dict[str, Any], kind: str) -> tuple[bool, str]:
    for condition in status.get("conditions", []):
        if condition["type"] == kind:
            ready = condition["status"] == "True"
            return ready, condition.get("reason", "") if ready else condition.get("message", "")
    return False, "no condition yet"


def print_status(lab: Lab, engine: Engine, console: Console, patience: float = 0) -> bool:
    """Show every row as a table once all are ready, or after `patience` seconds; whether all are.

    Raises LabError when the cluster cannot be asked.
    """
    deadline = time.monotonic() + patience
    while True:
        found = _look(lab, engine)
        ready = all(row.ready for row in found)
        if ready or time.monotonic() > deadline:
            break
        time.sleep(1)
    table = Table(title=f"The platform in the lab {lab.name}", title_justify="left")
    for column in ("layer", "what", "ready", "detail"):
        table.add_column(column, overflow="fold")
    for row in found:
        table.add_row(row.layer, row.what, "[green]yes" if row.ready else "[red]no", row.detail)
    console.print(table)
    return ready


def _look(lab: Lab, engine: Engine) -> list[Row]:
    command = [sys.executable, "-m", "lab.status", str(engine.commands["kubectl"]), str(lab.folder)]
    looked = inside.run(lab, engine, *command)
    if looked.returncode != 0:
        raise LabError(
            f"the cluster cannot be asked: {looked.stderr.strip()}\n"
            f"Bring the platform up first: make up {lab.choice}"
        )
    return [Row(**row) for row in json.loads(looked.stdout)]


def main() -> None:
    """Print the rows as JSON."""
    kubectl, folder = sys.argv[1], Path(sys.argv[2])
    command = [kubectl, f"--kubeconfig={folder / 'kubeconfig'}", "get", KINDS, "-A", "-o", "json"]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    if answer.returncode != 0:
        sys.exit(answer.stderr)
    objects = json.loads(answer.stdout)["items"]
    found = [*rows(objects), *requests(objects, folder / "internet" / "roots.pem")]
    print(json.dumps([asdict(row) for row in found]))


if __name__ == "__main__":
    main()
