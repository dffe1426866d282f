"""Registers Helm releases of the plan."""

from collections.abc import Iterable

import pulumi
from pulumi_kubernetes.helm.v3 import Release, RepositoryOptsArgs

from network.plan.model.kubernetes import ReleasePlan

TIMEOUT_SECONDS = 600
"""For pods to become ready and for a load balancer to get its address, which takes DigitalOcean
minutes."""


def declare_release(
    component: pulumi.ComponentResource,
    plan: ReleasePlan,
    *,
    skip_crds: bool = False,
    depends_on: Iterable[pulumi.Resource] = (),
) -> Release:
    """Register a release as a child of `component`.

    Atomic: an install that fails is uninstalled and an upgrade that fails is rolled back, so that
    the next `up` finds no release in between. It also makes deletion wait until everything of the
    release is gone, a load balancer included.
    """
    chart = plan.chart
    options = pulumi.ResourceOptions(parent=component, depends_on=list(depends_on))
    name = f"{component.pulumi_resource_name}-{plan.name}"
    if chart.path is not None:
        location, version, repository = chart.path, None, None
    elif chart.repository.startswith("oci://"):
        location, version = (
            f"{chart.repository.rstrip('/')}/{plan.chart_name}",
            chart.canonical_version,
        )
        repository = None
    else:
        location, version = plan.chart_name, chart.canonical_version
        repository = RepositoryOptsArgs(repo=chart.repository)
    return Release(
        name,
        name=plan.name,
        namespace=plan.namespace,
        chart=location,
        version=version,
        repository_opts=repository,
        values=plan.values,
        skip_crds=skip_crds,
        atomic=True,
        cleanup_on_fail=True,
        timeout=TIMEOUT_SECONDS,
        opts=options,
    )
