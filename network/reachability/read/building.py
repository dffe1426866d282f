"""What other tools would make of the files of a folder: told, never guessed."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from network.reachability.read import yaml_text

_KUSTOMIZATIONS = ("kustomization.yaml", "kustomization.yml", "Kustomization")
_CHANGING = (
    *("namespace", "namePrefix", "nameSuffix", "labels", "commonLabels", "patches", "patchesStrategicMerge"),
    *(
        "patchesJson6902",
        "components",
        "helmCharts",
        "replacements",
        "transformers",
        "generators",
        "replicas",
    ),
    *("resources", "bases"),
)
"""Fields of a kustomization that change objects, or bring some from elsewhere."""
_PATCHES = ("patches", "patchesStrategicMerge", "patchesJson6902")
_TEMPLATE = re.compile(rb"\{\{")
_NAMED = 5


@dataclass
class Building:
    """Kustomizations and Helm charts of a folder."""

    kustomizations: dict[Path, list[str]] = field(default_factory=dict[Path, list[str]])
    """What each does, in words."""
    patches: set[Path] = field(default_factory=set[Path])
    """Files that are parts of objects."""
    charts: set[Path] = field(default_factory=set[Path])
    """Folders of Helm charts."""

    def leaves_out(self, file: Path) -> bool:
        """Say whether a file holds no objects by itself: only what these tools make of it."""
        return (
            file in self.kustomizations
            or file.resolve() in self.patches
            or any(chart in file.parents for chart in self.charts)
        )

    def notes(self, folder: Path) -> list[str]:
        """Return what whoever reads the answer has to know."""
        found = [
            f"{_below(file, folder)} is not built ({', '.join(does)}): `kubectl kustomize "
            f"{_below(file.parent, folder)}` prints what it makes"
            for file, does in self.kustomizations.items()
            if does
        ]
        found += [
            f"{_below(chart, folder)} is a Helm chart, and what it makes is not in the answer: "
            "`helm template` prints it"
            for chart in sorted(self.charts)
        ]
        return found


def of(files: Iterable[Path]) -> Building:
    """Return what the files tell of it."""
    found = Building()
    for file in files:
        if file.name == "Chart.yaml":
            found.charts.add(file.parent)
        elif file.name in _KUSTOMIZATIONS:
            document = _read(file)
            found.kustomizations[file] = list(_does(document, file.parent))
            found.patches |= _patches(document, file.parent)
    return found


def hint(content: bytes) -> str:
    """Return what to do about a file that cannot be read because it is a template."""
    if _TEMPLATE.search(content):
        return "; it is a template: render it first (`helm template`)"
    return ""


def _read(file: Path) -> dict[Any, Any]:
    try:
        documents = yaml_text.documents(file.read_bytes())
    except (yaml.YAMLError, OSError, ValueError, RecursionError):
        return {}
    return documents[0] if documents and isinstance(documents[0], dict) else {}


def _does(document: dict[Any, Any], folder: Path) -> Iterable[str]:
    for key in _CHANGING:
        value = document.get(key)
        if not value:
            continue
        if key in ("resources", "bases"):
            elsewhere = [each for each in value if isinstance(each, str) and not (folder / each).exists()]
            if elsewhere:
                yield f"{key} from elsewhere: {', '.join(elsewhere[:_NAMED])}"
        else:
            yield f"{key}: {value}" if isinstance(value, str) else key


def _patches(document: dict[Any, Any], folder: Path) -> set[Path]:
    found: set[Path] = set()
    for key in _PATCHES:
        for each in document.get(key) or ():
            path = each.get("path") if isinstance(each, dict) else each
            if isinstance(path, str) and "\n" not in path and len(path) < 1000:
                found.add((folder / path).resolve())
    return found


def _below(path: Path, folder: Path) -> str:
    return str(path.relative_to(folder)) if folder in (path, *path.parents) else str(path)
