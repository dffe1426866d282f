"""Makes the table of options from Traefik's CRDs: `python -m lab.charts.crd_options`.

`network.config.crd_options` holds stack files against the table, and has no CRD at hand.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from lab.parts import ensure
from lab.paths import project_dir
from network.config.crd_options import TABLE

FILE = project_dir() / "network" / "config" / TABLE
PART = "traefik-crds"

_FORMATS = {
    "^([0-9]+(ns|us|µs|ms|s|m|h)?)+$": "go-duration",
    "^([1-5][0-9]{2}[,-]?)+$": "status-codes",
}
"""Patterns of the CRDs -> names of `network.config.crd_options.FORMATS`. Backtracking matchers need
exponential time for the first as it stands."""
_KEPT = ("type", "required", "enum", "minimum", "maximum")
_LARGEST = 2**53
"""Larger bounds are those of Go's types."""


def table(crds: Path) -> str:
    """Return the table's text: each kind's `spec`, with a line for each option at its top."""
    kinds: list[str] = []
    for crd in yaml.load_all(crds.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader):
        if crd is None or crd["spec"]["group"] != "traefik.io":
            continue
        version = next(each for each in crd["spec"]["versions"] if each["storage"])
        spec = trimmed(version["schema"]["openAPIV3Schema"]["properties"]["spec"])
        options = ",\n".join(
            f"  {_json(key)}: {_json(child)}" for key, child in spec.pop("properties").items()
        )
        rest = "".join(f"{_json(key)}: {_json(value)}, " for key, value in spec.items())
        kinds.append(f'{_json(crd["spec"]["names"]["kind"])}: {{{rest}"properties": {{\n{options}\n}}}}')
    return "{\n" + ",\n".join(sorted(kinds)) + "\n}\n"


def trimmed(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a checker of options needs of a CRD's schema. Raises KeyError for an unknown pattern."""
    result = {
        key: schema[key]
        for key in _KEPT
        if key in schema and not (key == "maximum" and schema[key] > _LARGEST)
    }
    if schema.get("x-kubernetes-int-or-string"):
        result["type"] = ["integer", "string"]
    if "pattern" in schema:
        result["format"] = _FORMATS[schema["pattern"]]
    if "properties" in schema:
        result["properties"] = {key: trimmed(child) for key, child in sorted(schema["properties"].items())}
    for key in ("items", "additionalProperties"):
        if key in schema:
            result[key] = trimmed(schema[key])
    return result


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


if __name__ == "__main__":
    FILE.write_text(table(ensure(PART)[PART] / "crds.yaml"), encoding="utf-8")
