"""What people name on the command line: `shop/web` is a workload, `haproxy` a process of the lab."""

from dataclasses import dataclass
from pathlib import Path

from lab.instance.lab import Lab, LabError
from network.config import StackConfig
from network.config.platform import PLATFORM_NAMESPACES
from network.plan.model.names import application_namespace


@dataclass(frozen=True)
class Pods:
    """The pods of a Deployment."""

    namespace: str
    deployment: str

    @property
    def kubectl(self) -> tuple[str, str]:
        """How kubectl is told."""
        return f"deployment/{self.deployment}", f"--namespace={self.namespace}"


def pods(name: str, config: StackConfig) -> Pods:
    """The pods of a declared workload (`shop/web`) or of a Deployment of the platform (`traefik/traefik`).

    Raises LabError for another name.
    """
    known = {
        f"{application}/{workload}": Pods(application_namespace(config, application), workload)
        for application, declared in config.applications.items()
        for workload in declared.workloads
    }
    known |= {f"{namespace}/{namespace}": Pods(namespace, namespace) for namespace in PLATFORM_NAMESPACES}
    if name not in known:
        raise LabError(f"no workload is named {name}; known: {', '.join(known)}")
    return known[name]


def log(name: str, lab: Lab) -> Path:
    """The log of one of the lab's own processes, such as `haproxy`. Raises LabError for another name."""
    known = {file.stem: file for file in (lab.folder / "logs").glob("*.log")}
    if name not in known:
        raise LabError(f"no process of the lab is named {name}; known: {', '.join(sorted(known))}")
    return known[name]
