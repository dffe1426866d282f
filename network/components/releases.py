"""Registers Helm releases of the plan."""

from collections.abc import Iterable
from functools import partial

import pulumi
from pulumi_kubernetes.helm.v3 import Release, RepositoryOptsArgs
from pulumi_kubernetes.helm.v3.outputs import ReleaseStatus

from network.components import outcome
from network.plan.model.kubernetes import UNFINISHED, ReleasePlan

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
    release is gone, a load balancer included. One that is adopted is imported, and upgraded like any other
    (docs/facts/provider.md#the-import-of-a-release).
    """
    chart = plan.chart
    options = pulumi.ResourceOptions(
        parent=component,
        depends_on=list(depends_on),
        protect=plan.adopted,
        import_=plan.id if plan.adopted else None,
        retain_on_delete=plan.adopted or None,
    )
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
    release = Release(
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
    release.status.apply(partial(_refuse_unfinished, plan))
    return release


def _refuse_unfinished(plan: ReleasePlan, status: ReleaseStatus | None) -> None:
    """End the program where Helm's last word on a release is that it is at work on it.

    A refresh takes the values of such a revision for those of the release: nothing would differ any more, and
    every run be green, while the objects in the cluster are the former ones.
    """
    if status is not None and status.status in UNFINISHED:
        outcome.refuse(
            f"release {plan.id}: Helm says `{status.status}`\n"
            "  rule: what a cut-off run had under way is not in the cluster, though values and state say so\n"
            "  fix:  docs/runbooks/interrupted-run.md, Helm was killed during an upgrade; if another run is\n"
            "        at work on this stack, wait for its end"
        )
