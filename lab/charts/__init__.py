"""The charts that the lab's stacks use: folders by their key in `network:charts`.

Inside the lab no repository can be reached, so charts are taken there beforehand. Where that fails too,
`traefik/` is a stand-in of the lab's own, and cert-manager's chart comes with its Go module. Both have a
schema that refuses a value which they do not render, so that none is skipped in the lab unnoticed. A chart
whose folder the stack file names is used as it is.
"""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from lab.charts.repository import download
from network import versions

STAND_IN = Path(__file__).parent / "traefik"

# In C it reads and writes these half a megabyte ten times as fast; not every installation has that.
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_Dumper: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)

_SOURCES = {
    "traefik": ("traefik", versions.TRAEFIK_CHART_REPOSITORY, versions.TRAEFIK_CHART),
    "certManager": ("cert-manager", versions.CERT_MANAGER_CHART_REPOSITORY, versions.CERT_MANAGER_CHART),
}
"""Name, repository and version of each chart, by its key in `network:charts`."""


@dataclass(frozen=True)
class ProvidedChart:
    """A chart that the lab provides."""

    folder: Path
    origin: str
    """Where it comes from, for people."""


def provide(
    parts: Mapping[str, Path], folder: Path, cache: Path, config: Mapping[str, Any]
) -> dict[str, ProvidedChart]:
    """The charts that a stack with this `config` (of its file) does not bring itself.

    The real ones where their repositories can be reached or `cache` holds them, else the lab's. Needs the
    parts cert-manager and traefik-crds; `folder` is where the stand-in is put together.
    """
    charts: dict[str, ProvidedChart] = {}
    for key, (name, repository, version) in _SOURCES.items():
        given = (config.get("network:charts") or {}).get(key) or {}
        if given.get("path"):
            continue
        repository = str(given.get("repository", repository))
        version = str(given.get("version", version))
        if real := download(name, repository, version, cache):
            charts[key] = ProvidedChart(real, f"{version} of {repository}")
        elif key == "traefik":
            _assemble(parts["traefik-crds"] / "crds.yaml", folder / "traefik")
            charts[key] = ProvidedChart(folder / "traefik", "the lab's stand-in")
        else:
            charts[key] = ProvidedChart(parts["cert-manager"] / "chart", "cert-manager's own sources")
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
