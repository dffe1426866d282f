"""The real parts of a platform that is watched: only stacks that ask for observability, and tests of rules,
use them."""

from collections.abc import Sequence

from lab.parts.pins import pinned
from lab.parts.recipe import GoBuild, Part

_STAMP = "github.com/prometheus/common/version.Version"
"""Where every program of Prometheus' makers keeps its version."""

_PROMETHEUS = "github.com/prometheus/prometheus"
_DISCOVERY = ("remove_all_sd", "enable_kubernetes_sd", "enable_dns_sd")
"""Build tags: of some thirty service discoveries, whose clients are most of the program, those in use."""


def parts() -> Sequence[Part]:
    """Every part, in building order."""
    return (
        Part(
            name="promtool",
            version=pinned("prometheus"),
            purpose="checks and tests alerting rules",
            recipe=GoBuild(
                module="cluster",
                commands={"promtool": f"{_PROMETHEUS}/cmd/promtool"},
                stamps={_STAMP: prometheus_version()},
                tags=_DISCOVERY,
            ),
            seconds=75,
            files=("promtool",),
            optional=True,
        ),
    )


def prometheus_version() -> str:
    """Prometheus' version as people and images name it: v0.314.0 of the module is 3.14.0, for its release
    numbers 3.x.y are no versions that Go allows a module of that path."""
    _, minor, patch = pinned("prometheus").split(".")
    major, minor = int(minor) // 100, int(minor) % 100
    return f"{major}.{minor}.{patch}"
