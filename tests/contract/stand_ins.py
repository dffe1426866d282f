"""The releases of a plan whose charts the lab has stand-ins for."""

from collections.abc import Mapping

from network.plan import Plan
from network.plan.model.kubernetes import ReleasePlan


def releases(plan: Plan) -> Mapping[str, ReleasePlan]:
    """Return those releases by the names of their charts; cert-manager's chart comes with its Go module."""
    watching = (plan.observability.stack, plan.observability.prober)
    found = (plan.ingress.release, plan.certificates.release, *(each for each in watching if each))
    return {release.chart_name: release for release in found}
