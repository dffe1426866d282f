"""Where the project and its stack files are."""

from pathlib import Path

import typer


def root() -> Path:
    """Return the folder of `Pulumi.yaml`: this one or the nearest above. Exits if there is none."""
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / "Pulumi.yaml").is_file():
            return folder
    typer.echo("no Pulumi.yaml here or above: run this in the project's folder", err=True)
    raise typer.Exit(2)


def stack_files(stacks: list[str]) -> list[Path]:
    """Return the stack files of the named stacks, of all stacks if none is named.

    Exits if a file does not exist.
    """
    folder = root()
    if not stacks:
        return sorted(folder.glob("Pulumi.*.yaml"))
    files = [folder / f"Pulumi.{stack}.yaml" for stack in stacks]
    for file in files:
        if not file.is_file():
            known = ", ".join(p.name for p in sorted(folder.glob("Pulumi.*.yaml")))
            typer.echo(f"{file.name} does not exist; there are: {known}", err=True)
            raise typer.Exit(2)
    return files
