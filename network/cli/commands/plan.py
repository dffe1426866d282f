"""The command `network plan`."""

import json

import typer

from network.cli.options import Files, Stacks


def plan(stack: Stacks, file: Files) -> None:
    """Print everything that the stacks declare as JSON, one document per stack; secrets are left out.

    A stack file with problems gives a document that holds them instead of a plan.
    """
    from network.cli.plan import document
    from network.cli.project import chosen

    documents = [document(path) for path in chosen(stack, file)]
    typer.echo(json.dumps(documents, ensure_ascii=False))
