"""The command `network schema`."""

from typing import Annotated

import typer

from network.cli import exits, files


def schema(
    write: Annotated[bool, typer.Option("--write", help="Write stack.schema.json.")] = False,
    current: Annotated[
        bool, typer.Option("--check", help="Exit 1 if the file is not what the models say.")
    ] = False,
) -> None:
    """Print the JSON Schema of stack files, write it, or check that it is current."""
    from network.cli import schema as schema_file
    from network.cli.project import root

    if write:
        files.write(root() / schema_file.NAME, schema_file.text())
    elif current and not schema_file.is_current(root()):
        typer.echo(f"{schema_file.NAME} is not what the models say: run `network schema --write`", err=True)
        raise typer.Exit(exits.REFUSED)
    elif not current:
        typer.echo(schema_file.text(), nl=False)
