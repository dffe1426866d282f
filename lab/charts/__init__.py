"""The charts that the lab's stacks use: folders by their key in `network:charts`.

Inside the lab no repository can be reached, so charts are taken there beforehand. Where that fails too, the
lab has stand-ins of its own, and cert-manager's chart comes with its Go module. Each has a schema that
refuses a value which it does not render, so that none is skipped in the lab unnoticed. A chart whose folder
the stack file names is used as it is.
"""

import shutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from lab.charts.repository import download
from network.config import StackConfig
from network.config.charts import Chart

STAND_INS = {
    name: Path(__file__).parent / name
    for name in (
        "traefik",
        "kube-prometheus-stack",
        "prometheus-blackbox-exporter",
        "opentelemetry-collector",
        "victoria-logs-single",
    )
}
"""Folders by the charts' names, without the kinds that a part of the lab has."""

# In C it reads and writes these half a megabyte ten times as fast; not every installation has that.
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_Dumper: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


@dataclass(frozen=True)
class ProvidedChart:
    """A chart that the lab provides."""

    folder: Path
    origin: str
    """Where it comes from, for people."""


@dataclass(frozen=True)
class _Wanted:
    """A chart that a stack uses."""

    key: str
    """In `network:charts`."""
    name: str
    chart: Chart
    without_repository: Callable[[], ProvidedChart]


def provide(
    parts: Mapping[str, Path], folder: Path, cache: Path, config: StackConfig
) -> dict[str, ProvidedChart]:
    """The charts of a stack that it does not bring itself, by their key in `network:charts`.

    The real ones where their repositories can be reached or `cache` holds them, else the lab's. Needs the
    parts cert-manager and traefik-crds, and prometheus-operator where the stack installs Prometheus; `folder`
    is where charts are put together.
    """
    charts: dict[str, ProvidedChart] = {}
    for each in _wanted(parts, folder, config):
        if each.chart.path:
            continue
        if real := download(each.name, each.chart.repository, each.chart.version, cache):
            origin = f"{each.chart.version} of {each.chart.repository}"
            charts[each.key] = _usable(each.name, real, origin, folder)
        else:
            charts[each.key] = each.without_repository()
    return charts


def _wanted(parts: Mapping[str, Path], folder: Path, config: StackConfig) -> Iterable[_Wanted]:
    def stand_in(name: str, files: Callable[[], Mapping[str, str]] = dict) -> Callable[[], ProvidedChart]:
        def put_together() -> ProvidedChart:
            _assemble(STAND_INS[name], folder / name, files())
            return ProvidedChart(folder / name, "the lab's stand-in")

        return put_together

    charts = config.charts
    own_sources = ProvidedChart(parts["cert-manager"] / "chart", "cert-manager's own sources")
    yield _Wanted("traefik", "traefik", charts.traefik, stand_in("traefik", lambda: _kinds_of_traefik(parts)))
    yield _Wanted("certManager", "cert-manager", charts.cert_manager, lambda: own_sources)
    observability = config.observability
    if observability is None:
        return
    if observability.prometheus.install is not None:
        stack, exporter = "kube-prometheus-stack", "prometheus-blackbox-exporter"
        kinds = stand_in(stack, lambda: _kinds_of_the_operator(parts))
        yield _Wanted("prometheusStack", stack, charts.prometheus_stack, kinds)
        yield _Wanted("blackboxExporter", exporter, charts.blackbox_exporter, stand_in(exporter))
    logs = observability.logs
    if logs is not None or observability.traces is not None:
        collector = "opentelemetry-collector"
        yield _Wanted("collector", collector, charts.collector, stand_in(collector))
    if logs is not None and logs.store.install is not None:
        store = "victoria-logs-single"
        yield _Wanted("victoriaLogs", store, charts.victoria_logs, stand_in(store))


def _usable(name: str, real: Path, origin: str, folder: Path) -> ProvidedChart:
    """A real chart as the lab can run it: no image of Grafana is there."""
    if name != "kube-prometheus-stack":
        return ProvidedChart(real, origin)
    target = folder / name
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(real, target, ignore=shutil.ignore_patterns("grafana"))
    file = target / "Chart.yaml"
    chart = yaml.safe_load(file.read_text())
    chart["dependencies"] = [each for each in chart["dependencies"] if each["name"] != "grafana"]
    file.write_text(yaml.safe_dump(chart, sort_keys=False))
    return ProvidedChart(target, f"{origin}, without Grafana")


def _kinds_of_traefik(parts: Mapping[str, Path]) -> Mapping[str, str]:
    """Traefik's kinds, a file each, named as in its real chart."""
    documents = yaml.load_all((parts["traefik-crds"] / "crds.yaml").read_text(), Loader=_Loader)
    return {
        f"crds/{each['spec']['group']}_{each['spec']['names']['plural']}.yaml": yaml.dump(
            each, Dumper=_Dumper, sort_keys=False
        )
        for each in documents
        if each
    }


def _kinds_of_the_operator(parts: Mapping[str, Path]) -> Mapping[str, str]:
    """The operator's kinds, a file each, named as in the real chart."""
    return {
        f"charts/crds/crds/crd-{file.stem.partition('_')[2]}.yaml": file.read_text()
        for file in sorted((parts["prometheus-operator"] / "crds").glob("*.yaml"))
    }


def _assemble(source: Path, target: Path, files: Mapping[str, str]) -> None:
    """Copy a stand-in to `target` and add files, by their path in it."""
    draft = target.with_name(f".{target.name}")
    shutil.rmtree(draft, ignore_errors=True)
    shutil.copytree(source, draft)
    for path, text in files.items():
        (draft / path).parent.mkdir(parents=True, exist_ok=True)
        (draft / path).write_text(text)
    shutil.rmtree(target, ignore_errors=True)
    draft.rename(target)
