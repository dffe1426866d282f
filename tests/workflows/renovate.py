"""What Renovate would find with our configuration, as far as its own documentation tells how it looks.

Its program is no part of the tests: it needs Node and the network. Regular expressions are read by RE2, as
Renovate reads them.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import json5
import re2

from tests.stacks import ROOT
from tests.unit.docs.names import paths

Json = Mapping[str, Any]

_FILES_OF_MANAGERS = {
    "github-actions": [r"/^\.github/(workflows|actions)/.+\.ya?ml$/"],
    "gomod": [r"/(^|/)go\.mod$/"],
    "pep621": [r"/(^|/)pyproject\.toml$/"],
    "pip_requirements": [r"/(^|/)[\w-]*requirements([-._]\w+)?\.(txt|pip)$/"],
}
"""Where each manager looks of itself; the configuration adds to it."""


@dataclass(frozen=True)
class Pin:
    """One version in one file."""

    file: str
    name: str
    version: str
    manager: str = ""
    kind: str = ""
    """As Renovate calls it: `indirect`, `uses-with`, …"""


def configuration() -> Json:
    """Return renovate.json5."""
    return json5.loads((ROOT / "renovate.json5").read_text())


def found(settings: Json) -> list[tuple[str, Pin]]:
    """Return what is found, each with its manager: by name, custom ones by their description."""
    names = sorted(path for path in paths() if not path.endswith("/"))
    pins: list[tuple[str, Pin]] = []
    for manager in settings["enabledManagers"]:
        if manager == "custom.regex":
            continue
        patterns = [
            *_FILES_OF_MANAGERS[manager],
            *settings.get(manager, {}).get("managerFilePatterns", ()),
        ]
        pins += [
            (manager, pin)
            for name in names
            if _looks_at(patterns, name)
            for pin in _EXTRACT[manager](name, (ROOT / name).read_text())
        ]
    for custom in settings["customManagers"]:
        pins += [
            (custom["description"], pin)
            for name in names
            if _looks_at(custom["managerFilePatterns"], name)
            for pin in _by_expressions(custom, name, (ROOT / name).read_text())
        ]
    return pins


def group(settings: Json, pin: Pin) -> tuple[str | None, bool, list[int]]:
    """Return a pin's group, whether it is kept current at all, and the rules that match it."""
    named: str | None = None
    enabled = pin.kind != "indirect"
    matching = [index for index, rule in enumerate(settings["packageRules"]) if _matches(rule, pin)]
    for index in matching:
        rule = settings["packageRules"][index]
        named, enabled = rule.get("groupName", named), rule.get("enabled", enabled)
    return named, enabled, matching


def _matches(rule: Json, pin: Pin) -> bool:
    asked = {
        "matchManagers": pin.manager,
        "matchFileNames": pin.file,
        "matchPackageNames": pin.name,
        "matchDepTypes": pin.kind,
    }
    unknown = {key for key in rule if key.startswith("match")} - asked.keys()
    assert not unknown, f"not read here: {unknown}"
    return all(_any_glob(rule[key], value) for key, value in asked.items() if key in rule)


def _any_glob(patterns: Iterable[str], value: str) -> bool:
    return any(_glob(pattern).fullmatch(value) for pattern in patterns)


def _glob(pattern: str) -> re.Pattern[str]:
    """As minimatch reads it: `*` stays within a folder, `**/` does not."""
    escaped = re.escape(pattern).replace(r"\*\*/", "(?:.*/)?").replace(r"\*\*", ".*")
    return re.compile(escaped.replace(r"\*", "[^/]*"))


def _looks_at(patterns: Iterable[str], file: str) -> bool:
    for pattern in patterns:
        assert pattern[0] == pattern[-1] == "/", f"not a regular expression: {pattern}"
        if re2.search(pattern[1:-1], file):
            return True
    return False


def _by_expressions(custom: Json, file: str, text: str) -> Iterator[Pin]:
    for expression in custom["matchStrings"]:
        for match in re2.finditer(expression.replace("(?<", "(?P<"), text):
            groups: dict[str, str] = match.groupdict()
            source = groups.get("datasource") or custom.get("datasourceTemplate")
            name = groups.get("depName") or custom.get("depNameTemplate")
            assert source, f"no data source for {file}"
            assert name, f"no name for {file}"
            yield Pin(file, name, groups["currentValue"], "custom.regex")


def _actions(file: str, text: str) -> Iterator[Pin]:
    for name, version in re.findall(r"uses: ([^.\s]\S*)@[0-9a-f]{40} # (\S+)", text):
        yield Pin(file, name, version, "github-actions")
    for version in re.findall(r'python-version: "?([\d.]+)', text):
        yield Pin(file, "python", version, "github-actions", "uses-with")


def _modules(file: str, text: str) -> Iterator[Pin]:
    for line in text.splitlines():
        match line.removeprefix("require ").split():
            case [name, version, *rest] if re.match(r"v\d", version):
                yield Pin(file, name, version, "gomod", "indirect" if "indirect" in rest else "require")
            case [*_, "=>", name, version]:
                yield Pin(file, name, version, "gomod", "replace")
            case _:
                pass


def _project(file: str, text: str) -> Iterator[Pin]:
    data = tomllib.loads(text)
    lists = [data["project"]["dependencies"], data["build-system"]["requires"]]
    lists += data["project"]["optional-dependencies"].values()
    for each in (each for requirements in lists for each in requirements):
        name, version = re.split(r"(?=[<>=\[])", each, maxsplit=1)
        if not version.startswith("["):
            yield Pin(file, name, version, "pep621")


def _locked(file: str, text: str) -> Iterator[Pin]:
    for name, version in re.findall(r"^([\w.-]+)==([^ ;\\]+)", text, re.MULTILINE):
        yield Pin(file, name, version, "pip_requirements")


_EXTRACT = {
    "github-actions": _actions,
    "gomod": _modules,
    "pep621": _project,
    "pip_requirements": _locked,
}


def declared() -> Iterator[tuple[Path, str]]:
    """Yield the versions that stand in the files, by reading each kind of file without the configuration."""
    for name in ("network/versions.py", "lab/parts/catalogue.py", "lab/parts/builders/toolchain.py"):
        # Of the parts that are ours alone, the version is a number without a v or less than two of them.
        text = (ROOT / name).read_text()
        for version in re.findall(r'^\s*\w+ ?= ?"(v?\d+\.\d+\.\d+)"', text, re.MULTILINE):
            yield ROOT / name, version.removeprefix("v") if name.startswith("lab/") else version
    for file in sorted([*ROOT.glob("requirements*.txt"), *(ROOT / "lab/parts/python").glob("*.txt")]):
        for line in file.read_text().splitlines():
            if "==" in line and not line.lstrip().startswith("#"):
                yield file, line.split("==")[1].split()[0]
    for requirement in re.findall(r'"[\w-]+([<>=][=\d][^"]*\d)"', (ROOT / "pyproject.toml").read_text()):
        yield ROOT / "pyproject.toml", requirement
    for file in sorted((ROOT / "lab/parts/go").rglob("go.mod")):
        for version in re.findall(r" (v[\d.]+\S*)$", file.read_text(), re.MULTILINE):
            yield file, version
    for file in sorted(ROOT.glob("Pulumi.*.yaml")):
        for version in re.findall(r"version: ([\d.]+)-do", file.read_text()):
            yield file, version
    for file in sorted((ROOT / ".github").rglob("*.yml")):
        for line in file.read_text().splitlines():
            if "uses:" in line and "uses: ./" not in line:
                yield file, line.rsplit("#", 1)[-1].strip()
    for chart in sorted((ROOT / "lab/charts").glob("*/Chart.yaml")):
        for version in re.findall(r"^\w*[vV]ersion: (v?\d\S+)", chart.read_text(), re.MULTILINE):
            if version != "v2":
                yield chart, version
