"""Versions of APIs that the next minor version no longer serves: asked for now, or written down."""

import re
from collections.abc import Iterator, Sequence

from network.live.cluster import Object
from network.live.finding import Finding
from network.plan import Plan
from network.plan.model.parts import found
from network.preflight.reading import SERVER_METRICS, UPGRADES, Reading
from network.preflight.removed import is_removed
from network.preflight.versions import minor
from network.verification.cluster import Own
from network.verification.row import Check, Look, both

REQUESTED = Check(
    "apis-requested",
    "since the API server started nobody asked it for a version of an API that is gone by then",
    SERVER_METRICS,
    "find the chart or client that writes that version, and raise it first: "
    "`kubectl get --raw=/metrics | grep requested_deprecated_apis`",
)
DECLARED = Check(
    "apis-declared",
    "neither the plan nor the manifests that were given write a version of an API that is gone by then",
    UPGRADES,
    "write the version that is served: `kubectl explain <kind>` names it; of a chart take a newer release",
)
CHECKS = (REQUESTED, DECLARED)

_REQUESTED = re.compile(r"^apiserver_requested_deprecated_apis\{(?P<labels>[^}]*)\} 1(\.0)?$", re.MULTILINE)
_LABEL = re.compile(r'(\w+)="([^"]*)"')


def findings(
    plan: Plan, reading: Reading, it: Own, target: Look[str], manifests: Sequence[Object]
) -> Iterator[Finding]:
    """Yield the rows of APIs."""
    yield REQUESTED.row("API server", "none that goes").none(
        both(target, it.inside(reading.metrics)), lambda pair: requested(pair[1], minor(pair[0]))
    )
    declared = [*found(plan.layers, dict), *manifests]
    yield DECLARED.row("plan and manifests", "none that goes").none(
        target, lambda slug: _declared(declared, minor(slug))
    )


def requested(metrics: str, of: int) -> list[str]:
    """Return what was asked for in a version of its API that Kubernetes 1.`of` no longer serves. Raises
    ValueError for what are no metrics of an API server."""
    if "apiserver_request_total" not in metrics:
        raise ValueError("these are no metrics of an API server")
    return sorted(
        f"{labels['resource']} in {'/'.join(filter(None, (labels['group'], labels['version'])))}, "
        f"gone in {labels['removed_release']}"
        for match in _REQUESTED.finditer(metrics)
        if _goes((labels := dict(_LABEL.findall(match["labels"])))["removed_release"], of)
    )


def _goes(release: str, of: int) -> bool:
    """Whether an API is gone by Kubernetes 1.`of`; of some, such as Endpoints, no end is planned."""
    return release != "" and int(release.split(".")[1]) <= of


def _declared(objects: Sequence[Object], of: int) -> list[str]:
    return sorted(
        f"{each['kind']} {each['metadata']['name']} in {each['apiVersion']}"
        for each in objects
        if is_removed(each["apiVersion"], each["kind"], of)
    )
