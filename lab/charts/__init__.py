"""Charts for a lab that cannot download them: folders by their key in `network:charts`.

`traefik/` is a stand-in of the lab's own; cert-manager's chart comes with its Go module. A chart whose
folder the stack file names is used as it is.
"""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

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


def provide(parts: Mapping[str, Path], folder: Path, config: Mapping[str, Any]) -> dict[str, ProvidedChart]:
    """The charts that a stack with this `config` (of its file) does not bring itself.

    Needs the parts cert-manager and traefik-crds; `folder` is where the stand-in is put together.
    """
    charts = {
        "traefik": ProvidedChart(folder / "traefik", "the lab's stand-in"),
        "certManager": ProvidedChart(parts["cert-manager"] / "chart", "cert-manager's own sources"),
    }
    given = config.get("network:charts") or {}
    provided = {name: chart for name, chart in charts.items() if not (given.get(name) or {}).get("path")}
    if "traefik" in provided:
        _assemble(parts["traefik-crds"] / "crds.yaml", folder / "traefik")
    return provided


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
