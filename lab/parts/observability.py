"""The real parts of a platform that is watched: only stacks that ask for observability, and tests of rules,
use them."""

from collections.abc import Sequence

from lab.parts.pins import pinned
from lab.parts.recipe import GoBuild, GoCopy, Part

_STAMP = "github.com/prometheus/common/version.Version"
"""Where every program of Prometheus' makers keeps its version."""

_DISCOVERY = ("remove_all_sd", "enable_kubernetes_sd", "enable_dns_sd")
"""Build tags: of some thirty service discoveries, whose clients are most of the program, those in use."""


WATCHERS = (
    "prometheus",
    "prometheus-operator",
    "kube-state-metrics",
    "node-exporter",
    "blackbox-exporter",
    "alertmanager",
)
"""What runs in the cluster of a stack that installs Prometheus."""

COLLECTOR = "collector"
"""What runs in the cluster of a stack that collects logs or traces, and outside of it in the place of whoever
such a stack sends them to."""

LOG_STORE = "victoria-logs"
"""What runs in the cluster of a stack that keeps logs itself."""


def parts() -> Sequence[Part]:
    """Every part, in building order."""
    return (
        _prometheus("prometheus", "collects metrics and evaluates rules", 75),
        _prometheus("promtool", "checks and tests alerting rules", 5),
        _operator(),
        _exporter("kube-state-metrics", "k8s.io/kube-state-metrics/v2", "metrics of Kubernetes' objects", 8),
        _exporter("node-exporter", "github.com/prometheus/node_exporter", "metrics of nodes", 5),
        _exporter(
            "blackbox-exporter",
            "github.com/prometheus/blackbox_exporter",
            "asks public hosts, as their users do",
            5,
        ),
        _alertmanager(),
        _collector(),
        _log_store(),
        Part(
            name="sloth",
            version=pinned("sloth"),
            purpose="an oracle of the rules that objectives become",
            recipe=GoBuild(
                module="sloth",
                commands={"sloth": "github.com/slok/sloth/cmd/sloth"},
                stamps={"github.com/slok/sloth/internal/info.Version": pinned("sloth")},
            ),
            seconds=200,
            files=("sloth",),
            optional=True,
        ),
    )


def prometheus_version() -> str:
    """Prometheus' version as people and images name it: release 3.14.0 is v0.314.0 of the Go module, whose
    path allows no other major version."""
    _, number, patch = pinned("prometheus").split(".")
    return f"{int(number) // 100}.{int(number) % 100}.{patch}"


def _prometheus(command: str, purpose: str, seconds: int) -> Part:
    """A command of Prometheus' own."""
    return Part(
        name=command,
        version=pinned("prometheus"),
        purpose=purpose,
        recipe=GoBuild(
            module="cluster",
            commands={command: f"github.com/prometheus/prometheus/cmd/{command}"},
            stamps={_STAMP: prometheus_version()},
            tags=_DISCOVERY,
        ),
        seconds=seconds,
        files=(command,),
        optional=True,
    )


def _operator() -> Part:
    """The operator of Prometheus and Alertmanager, what it puts beside each, and its kinds."""
    module = "github.com/prometheus-operator/prometheus-operator"
    commands = {
        "prometheus-operator": f"{module}/cmd/operator",
        "prometheus-config-reloader": f"{module}/cmd/prometheus-config-reloader",
    }
    return Part(
        name="prometheus-operator",
        version=pinned("prometheus-operator"),
        purpose="runs Prometheus and Alertmanager as their objects say; its kinds",
        recipe=GoBuild(
            module="cluster",
            commands=commands,
            stamps={_STAMP: pinned("prometheus-operator").removeprefix("v")},
            copies=(GoCopy(module, "example/prometheus-operator-crd", "crds"),),
        ),
        seconds=35,
        files=(*commands, "crds"),
        optional=True,
    )


def _exporter(name: str, package: str, purpose: str, seconds: int) -> Part:
    """A program that tells metrics of something else."""
    return Part(
        name=name,
        version=pinned(name),
        purpose=purpose,
        recipe=GoBuild(
            module="cluster",
            commands={name: package},
            stamps={_STAMP: pinned(name).removeprefix("v")},
        ),
        seconds=seconds,
        files=(name,),
        optional=True,
    )


def _alertmanager() -> Part:
    """Alertmanager with a page of ours: the one that it embeds is compiled from Elm packages, which no
    registry of ours has."""
    module = "github.com/prometheus/alertmanager"
    commands = ("alertmanager", "amtool")
    return Part(
        name="alertmanager",
        version=pinned("alertmanager"),
        purpose="groups alerts and tells their receivers",
        recipe=GoBuild(
            # Of its own: it raises go-openapi to a major version that nothing else asks for.
            module="alertmanager",
            commands={name: f"{module}/cmd/{name}" for name in commands},
            stamps={_STAMP: pinned("alertmanager").removeprefix("v")},
            completions={module: "completion"},
        ),
        seconds=45,
        files=commands,
        optional=True,
    )


def _collector() -> Part:
    """The OpenTelemetry collector, of the modules at the version of the image that the platform names."""
    command = "otelcol-k8s"
    return Part(
        name=COLLECTOR,
        version=pinned(COLLECTOR),
        purpose="takes, bounds and passes on logs and traces",
        recipe=GoBuild(
            module="collector",
            commands={command: f"./{command}"},
            sources=(command,),
            stamps={"main.version": pinned(COLLECTOR).removeprefix("v")},
        ),
        seconds=105,
        files=(command,),
        optional=True,
    )


def _log_store() -> Part:
    """VictoriaLogs with its page."""
    module = "github.com/VictoriaMetrics/VictoriaLogs"
    return Part(
        name=LOG_STORE,
        version=pinned(LOG_STORE),
        purpose="keeps logs and answers questions about them; its page",
        recipe=GoBuild(
            module=LOG_STORE,
            commands={LOG_STORE: f"{module}/app/{LOG_STORE}"},
            stamps={
                "github.com/VictoriaMetrics/VictoriaMetrics/lib/buildinfo.Version": (
                    f"{LOG_STORE}-{pinned(LOG_STORE)}"
                )
            },
        ),
        seconds=15,
        files=(LOG_STORE,),
        optional=True,
    )
