"""What applications are taken to ask of nodes, and how much of it their quotas allow (ADM-5).

Workloads say no number of replicas and no requests, since their Deployments are the teams'. Two pods of each
are reckoned, with the requests that a container gets by default.
"""

from collections.abc import Iterator

from network.config import StackConfig
from network.config.applications import Application
from network.config.quantities import mebibytes, millicores
from network.plan.model.capacity import Charge, Limit, Need, Taken
from network.plan.model.names import application_namespace

PODS_OF_WORKLOAD = 2

DOLLARS_PER_LOAD_BALANCER = 12
"""A month (docs/facts/digitalocean.md#prices)."""


def limits(config: StackConfig) -> Iterator[Limit]:
    """Yield what each namespace's quota allows."""
    for name, application in config.applications.items():
        namespace, quota = application_namespace(config, name), application.quota
        pods = _pods(application)
        for what, unit, resource, holds, each, key in (
            ("pods", "pods", "pods", quota.pods, 1.0, "pods"),
            (
                "CPU",
                "cores",
                "requests.cpu",
                millicores(quota.cpu_requests) / 1000,
                millicores(quota.default_cpu_request) / 1000,
                "cpuRequests",
            ),
            (
                "memory",
                "MiB",
                "requests.memory",
                mebibytes(quota.memory_requests),
                mebibytes(quota.default_memory_request),
                "memoryRequests",
            ),
        ):
            used = f'max(kube_resourcequota{{namespace="{namespace}", resource="{resource}", type="used"}})'
            yield Limit(
                f"quota of {namespace}: {what}",
                unit,
                holds,
                Need(fixed=pods * each),
                f"applications.{name}.quota.{key}",
                "nodes that hold them",
                today=f"{used} / {2**20}" if unit == "MiB" else used,
            )


def taken(config: StackConfig) -> Iterator[Taken]:
    """Yield what the pods of each application ask of nodes."""
    for name, application in config.applications.items():
        quota = application.quota
        if pods := _pods(application):
            yield Taken(
                f"application {name}",
                millicores(quota.default_cpu_request),
                mebibytes(quota.default_memory_request),
                pods,
            )


def charges(config: StackConfig) -> Iterator[Charge]:
    """Yield what load balancers of workloads' own cost."""
    for name, application in config.applications.items():
        for workload, declared in application.workloads.items():
            if declared.service.type == "LoadBalancer":
                yield Charge(f"load balancer of {name}/{workload}", DOLLARS_PER_LOAD_BALANCER)


def _pods(application: Application) -> int:
    return PODS_OF_WORKLOAD * len(application.workloads)
