"""What the repository has that documents, comments and docstrings can name."""

import re
import sys
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import typer.main

import lab.commands.app
import network.cli
from tests.stacks import ROOT

_NOT_OURS = {".git", ".venv", "__pycache__", "build", "node_modules"}
_OPTION = re.compile(r'"(--[a-z][a-z-]*)(?:/(--[a-z][a-z-]*))?"')


@cache
def paths() -> frozenset[str]:
    """Every file and folder, from the root on, folders with a final `/`."""
    return frozenset(_below(ROOT))


def _below(folder: Path) -> Iterator[str]:
    for path in folder.iterdir():
        if path.name in _NOT_OURS or path.suffix == ".egg-info":
            continue
        name = path.relative_to(ROOT).as_posix()
        if path.is_dir():
            yield f"{name}/"
            yield from _below(path)
        else:
            yield name


@cache
def tops() -> frozenset[str]:
    """Folders at the root."""
    return frozenset(path.split("/")[0] for path in paths() if "/" in path)


@cache
def _endings() -> frozenset[str]:
    """Every path, and what each ends in behind a folder."""
    return frozenset(
        path[start:]
        for path in paths()
        for start in (0, *(found.end() for found in re.finditer("/(?!$)", path)))
    )


@cache
def is_path(text: str, *, anywhere: bool = True) -> bool:
    """Whether a path exists: from the root, or as the end of another.

    `<x>`, `{x}` and `*` stand for anything.
    """
    known = _endings() if anywhere else paths()
    plain, folder = text.rstrip("/"), text.endswith("/")
    pattern = re.sub(r"<[^>]*>|\{[^}]*\}|\*+|…", "\0", plain)
    if "\0" not in pattern:
        return f"{plain}/" in known or (not folder and plain in known)
    whole = re.compile(re.escape(pattern).replace("\0", r"[^/]+") + ("/" if folder else "/?"))
    return any(whole.fullmatch(path) for path in known)


@cache
def anchors(file: Path) -> frozenset[str]:
    """What `#…` may name in a Markdown file, as GitHub makes it from headings."""
    text = re.sub(r"^```.*?^```", "", file.read_text(), flags=re.MULTILINE | re.DOTALL)
    found: dict[str, int] = {}
    for heading in re.findall(r"^#+ (.+)$", text, re.MULTILINE):
        plain = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", heading)
        slug = re.sub(r"[^\w\- ]", "", plain.lower()).replace(" ", "-")
        found[slug] = found.get(slug, -1) + 1
    return frozenset(
        f"{slug}-{again}" if again else slug for slug, n in found.items() for again in range(n + 1)
    )


@cache
def requirements() -> frozenset[str]:
    """The ids that docs/requirements.md defines."""
    text = (ROOT / "docs/requirements.md").read_text()
    return frozenset(re.findall(r"^\| ([A-Z]+-\d+) \|", text, re.MULTILINE))


@cache
def targets() -> dict[str, str]:
    """Targets of the Makefile, each with its recipe."""
    found: dict[str, str] = {}
    for rule in re.finditer(
        r"^([a-z][a-z-]*):(?!=).*\n((?:\t.*\n?)*)", (ROOT / "Makefile").read_text(), re.M
    ):
        found[rule[1]] = rule[2]
    return found


@cache
def variables() -> frozenset[str]:
    """Variables that a caller of make may set."""
    return frozenset(re.findall(r"\$\(([A-Z]+)\)", (ROOT / "Makefile").read_text()))


def module_file(name: str) -> Path | None:
    """The file that Python runs for a module of ours."""
    path = ROOT.joinpath(*name.split("."))
    for file in (path / "__main__.py", path.with_suffix(".py")):
        if file.is_file():
            return file
    return None


def is_module(name: str) -> bool:
    """Whether Python finds something to run under that name."""
    if name.split(".")[0] in {"network", "lab", "bench", "tests"}:
        return module_file(name) is not None
    return name in sys.stdlib_module_names or find_spec(name.split(".")[0]) is not None


@cache
def commands(program: str) -> dict[str, frozenset[str]]:
    """The subcommands of `network` or `lab`, each with its options."""
    group = typer.main.get_group({"network": network.cli.app, "lab": lab.commands.app.app}[program])
    return {
        name: frozenset(option for each in command.params for option in (*each.opts, *each.secondary_opts))
        | {"--help"}
        for name, command in group.commands.items()
    }


def options(module: str, subcommand: str) -> frozenset[str]:
    """The options that a module's command takes."""
    if module in {"network", "lab"}:
        return commands(module).get(subcommand, frozenset())
    file = module_file(module)
    if file is None:
        return frozenset()
    files = file.parent.glob("*.py") if file.name == "__main__.py" else [file]
    found = (each for file in files for each in _OPTION.findall(file.read_text()))
    return frozenset(option for pair in found for option in pair if option) | {"--help"}


@cache
def every_option() -> frozenset[str]:
    """The options of all our commands: those of `network`, of the lab, and of what else the Makefile runs."""
    run = re.findall(r"\$\(PYTHON\) -m ((?:bench|lab|tests)[\w.]*)", "".join(targets().values()))
    ours = (commands(program).values() for program in ("network", "lab"))
    modules = (options(module, "") for module in run if module != "lab")
    return frozenset[str]().union(*modules, *(each for group in ours for each in group))
