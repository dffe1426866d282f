"""What a stack would take over, printed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import typer
import yaml
from rich.console import Console
from rich.text import Text

from network.adoption import imports
from network.adoption.objects import Effect, Importable
from network.adoption.stack import Found
from network.cli.findings import Place

_COLOURS = {"in place": "yellow", "refused": "red"}


def document(found: Found, place: Place) -> dict[str, Any]:
    """Return it for JSON."""
    return {
        "status": found.status,
        "objects": [_object(each, place) for each in found.objects],
        "lines": lines(found.objects),
        "unseen": [
            {"source": each.source, "reason": each.reason, "remedy": each.remedy} for each in found.unseen
        ],
    }


def _object(each: Importable, place: Place) -> dict[str, Any]:
    return {
        "title": each.title,
        "type": each.token,
        "name": each.name,
        "import": each.id,
        "adopted": each.adopted,
        "place": place(each.key) if each.key else "",
        "effects": [
            {
                "property": effect.path,
                "found": effect.found_text,
                "planned": effect.planned_text,
                "kind": effect.kind,
                "why": effect.why,
                "fix": effect.fix,
            }
            for effect in each.effects
        ],
    }


def lines(found: Iterable[Importable]) -> dict[str, Any]:
    """Return what to add to the stack file for everything that can be adopted by it."""
    added: dict[str, Any] = {}
    for each in found:
        if each.lines is not None and not each.refused:
            _lay_over(added, each.lines)
    return added


def _lay_over(below: dict[str, Any], over: Mapping[str, Any]) -> None:
    for key, value in over.items():
        if isinstance(value, Mapping):
            _lay_over(below.setdefault(key, {}), value)
        elif isinstance(value, list):
            below[key] = [*below.get(key, []), *value]
        else:
            below[key] = value


def show(found: Found, file: str, place: Place) -> None:
    """Print it as text."""
    console = Console(highlight=False, soft_wrap=True)
    named = [each for each in found.objects if each.adopted]
    others = [each for each in found.objects if not each.adopted]
    if named:
        console.print(Text(f"`pulumi up` takes over what {file} names, and changes nothing but this:\n"))
        _objects(console, named, place)
    if others:
        console.print(
            Text(f"Of what {file} plans there is besides (what Pulumi's state has is the stack's already):\n")
        )
        _objects(console, others, place)
    if not (found.objects or found.unseen):
        console.print(Text("Nothing of the plan exists: `pulumi up` makes it.\n"))
    added = lines(found.objects)
    if added:
        console.print(Text("To adopt it, add to the stack file's config:\n"))
        console.print(Text(_indented(yaml.safe_dump(added, sort_keys=False))))
    if imports.importable(found.objects):
        _tell_of_imports(console)
    for each in found.unseen:
        head = ("could not look", "yellow")
        console.print(Text.assemble(head, f"  {each.source}: {each.reason}\n    do       {each.remedy}"))
    console.print(Text(_summary(found)))


def _objects(console: Console, found: Sequence[Importable], place: Place) -> None:
    for each in found:
        by = f"  ({place(each.key)})" if each.key and each.adopted else ""
        console.print(Text.assemble((each.title, "bold"), by))
        console.print(Text(f"    imports    {each.token} {each.name} {each.id}", style="dim"))
        for effect in each.effects:
            console.print(_effect(effect))
        if not each.effects:
            console.print(Text("    as planned"))
        console.print()


def _effect(effect: Effect) -> Text:
    text = Text.assemble("    ", (f"{effect.kind:10}", _COLOURS[effect.kind]), " ", effect.text)
    if effect.fix:
        text.append(f"\n    {'do':10} {effect.fix}")
    return text


def _tell_of_imports(console: Console) -> None:
    console.print(
        Text(
            "Where the state is lost, or the zone has records that this stack plans, import what `up` does\n"
            "not import by itself, before the first `up`: it would make records and firewalls twice.\n\n"
            "    network adopt --stack <stack> --format import > import.json\n"
            "    pulumi import --file import.json --protect=false --generate-code=false --yes\n\n"
            "By other ways come back:"
        )
    )
    for what, how in imports.OTHERWISE:
        console.print(Text(f"    {what}: {how}"))
    console.print()


def _indented(text: str) -> str:
    return "".join(f"    {line}\n" for line in text.splitlines())


def _summary(found: Found) -> str:
    kinds = [effect.kind for each in found.objects for effect in each.effects]
    counts = {
        "found": len(found.objects),
        "changed in place": kinds.count("in place"),
        "refused": kinds.count("refused"),
        "could not look": len(found.unseen),
    }
    return ", ".join(f"{count} {what}" for what, count in counts.items() if count or what == "found")


def report(found: Found, form: str, file: str, place: Place) -> None:
    """Print it in one of its forms, and end the command with its status."""
    match form:
        case "json":
            typer.echo(json.dumps(document(found, place), indent=2))
        case "import":
            typer.echo(json.dumps(imports.document(found.objects), indent=2))
        case _:
            show(found, file, place)
    raise typer.Exit(found.status)
