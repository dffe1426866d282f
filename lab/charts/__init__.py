"""The charts that the lab's stacks use: folders by their key in `network:charts`.

Inside the lab no repository can be reached, so charts are taken there beforehand. Where that fails too,
`traefik/` is a stand-in of the lab's own, and cert-manager's chart comes with its Go module. Both have a
schema that refuses a value which they do not render, so that none is skipped in the lab unnoticed. A chart
whose folder the stack file names is used as it is.
"""

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from lab.charts.repository import download
from network.config.charts import Chart, Charts

STAND_IN = Path(__file__).parent / "traefik"

# In C it reads and writes these half a megabyte ten times as fast; not every installation has that.
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_Dumper: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


@dataclass(frozen=True)
class ProvidedChart:
    """A chart that the lab provides."""

    folder: Path
    origin: str
    """Where it comes from, for people."""


def provide(parts: Mapping[str, Path], folder: Path, cache: Path, wanted: Charts) -> dict[str, ProvidedChart]:
    """The charts of a stack that it does not bring itself, by their key in `network:charts`.

    The real ones where their repositories can be reached or `cache` holds them, else the lab's. Needs the
    parts cert-manager and traefik-crds; `folder` is where the stand-in is put together.
    """

    def stand_in_of_traefik() -> ProvidedChart:
        _assemble(parts["traefik-crds"] / "crds.yaml", folder / "traefik")
        return ProvidedChart(folder / "traefik", "the lab's stand-in")

    def sources_of_cert_manager() -> ProvidedChart:
        return ProvidedChart(parts["cert-manager"] / "chart", "cert-manager's own sources")

    stand_ins: tuple[tuple[str, str, Chart, Callable[[], ProvidedChart]], ...] = (
        ("traefik", "traefik", wanted.traefik, stand_in_of_traefik),
        ("certManager", "cert-manager", wanted.cert_manager, sources_of_cert_manager),
    )
    charts: dict[str, ProvidedChart] = {}
    for key, name, chart, stand_in in stand_ins:
        if chart.path:
            continue
        if real := download(name, chart.repository, chart.version, cache):
            charts[key] = ProvidedChart(real, f"{chart.version} of {chart.repository}")
        else:
            charts[key] = stand_in()
    return charts


def _assemble(crds: Path, target: Path) -> None:
    """Copy the stand-in to `target` and add Traefik's kinds, a file each, named as in its real chart."""
    draft = target.with_name(f".{target.name}")
    shutil.rmtree(draft, ignore_errors=True)
    shutil.copytree(STAND_IN, draft)
    (draft / "crds").mkdir()
    for document in yaml.load_all(crds.read_text(), Loader=_Loader):
        if document:
            names, group = document["spec"]["names"], document["spec"]["group"]
            file = draft / "crds" / f"{group}_{names['plural']}.yaml"
            file.write_text(yaml.dump(document, Dumper=_Dumper, sort_keys=False))
    shutil.rmtree(target, ignore_errors=True)
    draft.rename(target)
