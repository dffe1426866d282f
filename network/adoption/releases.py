"""Helm releases of the platform's charts, as they run in the cluster.

By the marks that Helm leaves on what it makes: its own records are Secrets, which whoever looks may not read.
"""

from collections.abc import Iterator, Mapping

from network.adoption.objects import Effect, Importable
from network.config.platform import CERT_MANAGER, TRAEFIK
from network.live.cluster import Object
from network.live.finding import CannotLookError
from network.plan import Plan
from network.plan.model.kubernetes import ReleasePlan
from network.review.replacement import is_lower

KEYS = {TRAEFIK: "traefik", CERT_MANAGER: "certManager"}
"""Release -> its chart's key in `charts` of the stack file."""

Running = Mapping[str, tuple[str, str]]
"""`namespace/name` of releases -> chart and the chart's version."""


def another_cluster(server: str, cluster: Object) -> CannotLookError | None:
    """Return that kubectl speaks to another cluster; None if it speaks to this one."""
    if _server(server) == _server(cluster.get("endpoint") or ""):
        return None
    return CannotLookError(
        "kubectl config view --minify",
        f"kubectl speaks to {server}, and not to cluster {cluster['name']}",
        f"doctl kubernetes cluster kubeconfig save {cluster['id']}",
    )


def _server(url: str) -> str:
    return url.rstrip("/").removesuffix(":443").lower()


def releases(plan: Plan, workloads: list[Object]) -> Iterator[Importable]:
    """Yield those of the platform's charts, and those that the stack file names and that are not there;
    `workloads` are the cluster's Deployments and DaemonSets."""
    running = dict(_running(workloads))
    for planned in (plan.certificates.release, plan.ingress.release):
        for found, (chart, version) in running.items():
            if found == planned.id:
                yield _same(planned, version)
            elif chart == planned.chart_name:
                yield _elsewhere(planned, found)
        if planned.adopted and planned.id not in running:
            fix = "remove it from adopt.releases: `up` installs it"
            yield _importable(
                planned, planned.id, Effect("", "", "", "refused", "no such release runs there", fix)
            )


def _running(workloads: list[Object]) -> Iterator[tuple[str, tuple[str, str]]]:
    for each in workloads:
        metadata = each["metadata"]
        marks = metadata.get("annotations") or {}
        chart, _, version = (metadata.get("labels") or {}).get("helm.sh/chart", "").rpartition("-")
        namespace, name = (marks.get(f"meta.helm.sh/release-{part}") for part in ("namespace", "name"))
        if namespace and name:
            yield f"{namespace}/{name}", (chart, version)


def _same(planned: ReleasePlan, version: str) -> Importable:
    wanted = planned.chart.canonical_version
    if is_lower(wanted, version):
        why = "an older chart may not understand what the newer one wrote"
        fix = f"write `charts.{KEYS[planned.name]}.version: {version}`"
        effect = Effect("version", version, wanted, "refused", why, fix)
    elif wanted.removeprefix("v") != version.removeprefix("v"):
        effect = Effect(
            "version", version, wanted, "in place", "an upgrade by Helm, with the platform's values"
        )
    else:
        # Its values are in a Secret of Helm's.
        return _importable(planned, planned.id)
    return _importable(planned, planned.id, effect)


def _elsewhere(planned: ReleasePlan, found: str) -> Importable:
    return Importable(
        "Release",
        _name(planned),
        found,
        f"release {found}",
        "adopt.releases",
        False,
        (
            Effect(
                "name",
                found,
                planned.id,
                "refused",
                "no release changes its namespace or its name",
                "leave it, let the two run side by side and move the names: docs/adopt.md",
            ),
        ),
    )


def _importable(planned: ReleasePlan, found: str, *effects: Effect) -> Importable:
    lines = None if planned.adopted else {"network:adopt": {"releases": [found]}}
    return Importable(
        "Release",
        _name(planned),
        found,
        f"release {found}",
        "adopt.releases",
        planned.adopted,
        effects,
        lines,
    )


def _name(planned: ReleasePlan) -> str:
    """Return a release's name in the program: behind its component's, which is called alike."""
    return f"{planned.name}-{planned.name}"
