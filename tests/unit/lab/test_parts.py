"""What identifies a part, and where it is found."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from lab.parts import PartError, builders, every_part, provide, recipe
from lab.parts.builders import go, toolchain
from lab.parts.builders.go import module_version
from lab.parts.progress import Lines, duration
from lab.parts.provide import Origin, ensure, locate
from lab.parts.recipe import Debian, GoBuild, Packages, Part, Probe

EVERY = every_part()
"""Found before a test has Go modules of its own."""


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of the test's own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "webgrip-network"


@pytest.fixture(autouse=True)
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A Go module `tools` with one command `./hello` and a folder that it does not need."""
    folder = tmp_path / "go" / "tools"
    for name, text in {
        "go.mod": "module tools\n\ngo 1.25.0\n\nrequire example.org/one v1.2.3\n",
        "go.sum": "",
        "hello/main.go": "package main",
        "other/main.go": "package main",
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    monkeypatch.setattr(recipe, "GO_FOLDER", tmp_path / "go")
    monkeypatch.setattr("lab.parts.builders.go.GO_FOLDER", tmp_path / "go")
    return folder


def _hello(version: str = "v1.0.0", probe: Probe | None = None) -> Part:
    build = GoBuild(module="tools", commands={"hello": "./hello"}, sources=("hello",))
    return Part("hello", version, "greets", build, 1, ("hello",), probe)


def _program(folder: Path, name: str, says: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    program = folder / name
    program.write_text(f"#!/bin/sh\necho '{says}'\n")
    program.chmod(0o755)
    return program


def test_the_key_is_the_same_for_the_same_recipe() -> None:
    assert _hello().key == _hello().key
    assert _hello().key.startswith("v1.0.0-")


@pytest.mark.parametrize("file", ["go.mod", "go.sum", "hello/main.go"])
def test_the_key_changes_with_what_the_build_reads(module: Path, file: str) -> None:
    before = _hello().key
    (module / file).write_text("changed")
    assert _hello().key != before


def test_the_key_changes_with_what_completes_a_module(module: Path) -> None:
    part = _hello()
    assert isinstance(part.recipe, GoBuild)
    completed = replace(part, recipe=replace(part.recipe, completions={"example.org/one": "other"}))
    before = completed.key
    (module / "other" / "main.go").write_text("changed")
    assert completed.key != before


@pytest.mark.usefixtures("module")
def test_a_module_is_completed_in_a_copy_that_takes_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, scratch = tmp_path / "source", tmp_path / "scratch"
    for folder in (source, scratch):
        folder.mkdir()
    (source / "theirs.go").write_text("package main")
    monkeypatch.setattr(go, "_source", lambda *_: source)
    recipe = GoBuild(module="tools", commands={}, completions={"example.org/one": "other"})
    text = go.completed(_hello(), recipe, scratch).read_text()
    copy = scratch / "module-0"
    assert text.endswith(f"\nreplace example.org/one => {copy}\n")
    assert {file.name for file in copy.iterdir()} == {"theirs.go", "main.go"}
    assert [file.name for file in source.iterdir()] == ["theirs.go"]


def test_the_key_does_not_change_with_another_command_of_the_module(module: Path) -> None:
    before = _hello().key
    (module / "other" / "main.go").write_text("changed")
    assert _hello().key == before


def test_the_key_changes_with_the_recipe() -> None:
    part = _hello()
    assert isinstance(part.recipe, GoBuild)
    tagged = replace(part, recipe=replace(part.recipe, tags=("seccomp",)))
    assert tagged.key != part.key


def test_the_version_comes_from_the_go_module() -> None:
    assert module_version("tools", "example.org/one") == "v1.2.3"
    with pytest.raises(PartError, match=r"does not require example\.org/two"):
        module_version("tools", "example.org/two")


def test_a_program_on_path_at_the_pinned_version_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = _program(tmp_path / "bin", "hello", "hello v1.0.0")
    monkeypatch.setenv("PATH", str(program.parent), prepend=":")
    origin, folder = locate(_hello(probe=Probe(("hello", "version"), "v1.0.0")))
    assert origin is Origin.PATH
    assert folder is not None
    assert (folder / "hello").resolve() == program


def test_a_program_on_path_at_another_version_is_not_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = _program(tmp_path / "bin", "hello", "hello v0.9.0")
    monkeypatch.setenv("PATH", str(program.parent), prepend=":")
    assert locate(_hello(probe=Probe(("hello", "version"), "v1.0.0"))) == (Origin.MISSING, None)


def test_a_made_part_is_taken_from_the_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    part = _hello()
    monkeypatch.setattr(provide, "every_part", lambda: {"hello": part})
    monkeypatch.setattr(provide, "_prefetch", lambda _: None)
    monkeypatch.setattr(builders, "build", lambda _part, folder, _log: (folder / "hello").touch())
    assert locate(part) == (Origin.MISSING, None)
    made = ensure("hello", progress=Lines())
    assert locate(part) == (Origin.CACHE, made["hello"])


def test_a_build_without_the_promised_file_is_refused_with_its_log(
    monkeypatch: pytest.MonkeyPatch, cache: Path
) -> None:
    part = _hello()
    monkeypatch.setattr(provide, "every_part", lambda: {"hello": part})
    monkeypatch.setattr(provide, "_prefetch", lambda _: None)
    monkeypatch.setattr(builders, "build", lambda *_: None)
    with pytest.raises(PartError, match="made without hello") as error:
        ensure("hello", progress=Lines())
    assert str(cache / "logs" / "hello.log") in str(error.value)
    assert locate(part) == (Origin.MISSING, None)


def test_a_failed_tool_names_log_and_next_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    go = tmp_path / "bin" / "go"
    _program(go.parent, "go", "")
    go.write_text('#!/bin/sh\ntest "$1" = env && echo go1.99.0 && exit\necho no network\nexit 1\n')
    monkeypatch.setenv("PATH", str(go.parent), prepend=":")
    monkeypatch.setattr(provide, "every_part", lambda: {"hello": _hello()})
    monkeypatch.setattr(provide, "_prefetch", lambda _: None)
    with pytest.raises(PartError) as error:
        ensure("hello", progress=Lines())
    text = str(error.value)
    assert "no network" in text
    assert "hello.log" in text
    assert "python -m lab.parts hello" in text


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(PartError, match=r"no such part: etc\. See: python -m lab\.parts --list"):
        ensure("kubernetes", "etc", progress=Lines())


def test_a_debian_program_is_linked_where_it_is(tmp_path: Path) -> None:
    part = Part("shell", "debian", "shell", Debian("dash", {"shell": "sh"}), 1, ("shell",))
    builders.build(part, tmp_path, tmp_path / "log")
    assert (tmp_path / "shell").is_symlink()
    assert (tmp_path / "shell").exists()


def test_every_part_promises_what_its_recipe_makes() -> None:
    for part in EVERY.values():
        match part.recipe:
            case GoBuild() as build:
                made = {*build.commands, *(copy.target for copy in build.copies)}
                made |= {name for names in build.links.values() for name in names}
            case Packages():
                made = {"packages"}
            case other:
                made = set(other.commands)
        assert set(part.files) <= made, part.name


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.4, "0 s"), (59, "59 s"), (60, "1 min 00 s"), (266, "4 min 26 s")]
)
def test_a_duration_reads_as_a_person_says_it(seconds: float, text: str) -> None:
    assert duration(seconds) == text


@pytest.mark.parametrize("version", ["go1.25.0", "go1.25.1", "go1.26rc1", "go2.0.0"])
def test_a_go_that_is_new_enough_is_taken(
    tmp_path: Path, module: Path, monkeypatch: pytest.MonkeyPatch, version: str
) -> None:
    program = _program(tmp_path / "bin", "go", version)
    monkeypatch.setenv("PATH", str(program.parent), prepend=":")
    assert toolchain.command(module / "go.mod") == str(program)


@pytest.mark.parametrize("version", ["go1.24.9", "go1.9", "go1.21.0", "devel", None])
def test_the_packaged_go_takes_the_place_of_one_that_is_too_old_or_absent(
    tmp_path: Path, module: Path, cache: Path, monkeypatch: pytest.MonkeyPatch, version: str | None
) -> None:
    folder = tmp_path / "bin"
    folder.mkdir()
    if version:
        _program(folder, "go", version)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    monkeypatch.setattr(
        shutil, "which", lambda name: str(folder / name) if (folder / name).exists() else None
    )

    def install(_part: Part, _recipe: Packages, target: Path, _log: Path) -> None:
        _program(target / "packages" / "go" / "bin", "go", "go1.26.6")

    monkeypatch.setattr("lab.parts.builders.wheel.install", install)
    command = Path(toolchain.command(module / "go.mod"))
    assert command.is_relative_to(cache / "parts" / "go")
