"""Renaming a resource deletes what it stands for, unless an alias says what it was called before.

The Kubernetes provider takes existing objects over: under a new name it would adopt the object, and then
delete it under the old one.
"""

from collections.abc import Iterator
from pathlib import Path

from tests.program.recording import Declared, Run, run

NAMES = Path(__file__).with_name("names.txt")
"""What the program declares for a stack that uses every option, one `type name` a line. A line is only taken
out together with the resource; a rename keeps the line and gets an alias."""


def _known_as(resource: Declared) -> Iterator[str]:
    """Yield each `type name` that the engine finds a resource's state under."""
    yield f"{resource.type} {resource.name}"
    for alias in () if resource.read else resource.request.aliases:
        if alias.HasField("spec"):
            yield f"{alias.spec.type or resource.type} {alias.spec.name or resource.name}"
        else:
            path, name = alias.urn.split("::")[2:]
            yield f"{path.rpartition('$')[2]} {name}"


def test_every_resource_is_found_under_the_name_it_has_always_had(everything: Run) -> None:
    known = {name for each in everything.declared for name in _known_as(each)}
    assert sorted(set(NAMES.read_text().splitlines()) - known) == []


def test_every_name_is_remembered(everything: Run) -> None:
    declared = {f"{each.type} {each.name}" for each in everything.declared}
    assert sorted(declared - set(NAMES.read_text().splitlines())) == []


def test_an_alias_keeps_the_name_that_a_resource_had(tmp_path: Path) -> None:
    renamed = tmp_path / "renamed.py"
    renamed.write_text(
        "import pulumi\n"
        "opts = pulumi.ResourceOptions(aliases=[pulumi.Alias(name='old')])\n"
        "pulumi.ComponentResource('webgrip:access:Access', 'new', None, opts)\n"
    )
    (resource,) = run({}, program=renamed).declared
    assert "webgrip:access:Access old" in _known_as(resource)
