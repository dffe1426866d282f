"""Files that commands read and write: what the system refuses is one line, and nothing is done."""

import errno
import sys
from collections.abc import Collection
from io import TextIOWrapper
from pathlib import Path
from typing import Any, NoReturn

import typer
from typer.core import TyperGroup
from typer.exceptions import TyperException
from typing_extensions import override

from network.cli import defects, exits

REASONS = {
    errno.ENOENT: "does not exist",
    errno.EISDIR: "is a folder, where a file belongs",
    errno.ENOTDIR: "lies below a file, where a folder belongs",
    errno.EACCES: "is not allowed for this user",
    errno.EROFS: "lies on a file system that is read-only",
}
"""Of the system's errors, the usual ones in plain words; others speak for themselves."""


class Commands(TyperGroup):
    """Commands whose files may be absent, unreadable or unwritable, and which may fail by a fault of ours."""

    @override
    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except OSError as error:
            if error.errno == errno.EPIPE:
                raise
            stop(f"{error.filename or 'the output'} {_reason(error)}")
        except (TyperException, typer.Abort, typer.Exit):
            raise
        except Exception as error:  # whatever it is: 1, which Python ends with, would be an answer
            stop(defects.told(error))


def print_anything() -> None:
    """Let output hold characters that the terminal's encoding lacks, as escapes."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def stop(message: str) -> NoReturn:
    """End the command with a line about what it was given."""
    typer.echo(message, err=True)
    raise typer.Exit(exits.UNUSABLE)


def standard_input() -> bytes:
    """Return all that is given on standard input, or end the command where there is none."""
    if sys.stdin is None:
        stop("standard input is closed: give what to read, by a pipe or `<`")
    return sys.stdin.buffer.read()


def write(path: Path, text: str) -> None:
    """Write a file, or end the command with the reason why that is not possible."""
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        stop(f"{path} cannot be written: {_reason(error)}")


def tell(text: str, output: Path | None) -> None:
    """Print a text, or write it to the file that was asked for."""
    if output is None:
        typer.echo(text, nl=False)
    else:
        write(output, text)


def named(path: Path, stack: str) -> Path:
    """Return the file of a stack, in whose name `{stack}` may stand for it."""
    return Path(str(path).replace("{stack}", stack))


def one_each(path: Path, stacks: Collection[str]) -> dict[str, Path]:
    """Return the file of each stack, or end the command where it would be the same for several."""
    if len(stacks) > 1 and "{stack}" not in str(path):
        stop(
            f"{path} is one file for {len(stacks)} stacks: put {{stack}} into its name, or choose a stack "
            "by --stack"
        )
    return {stack: named(path, stack) for stack in stacks}


def writable(path: Path | None) -> Path | None:
    """Return an output's path, or end the command before its work if there is no folder for it.

    A folder whose name holds `{stack}` is looked for when the name is known.
    """
    if path is not None and "{" not in str(path.parent) and not path.parent.is_dir():
        stop(f"{path} cannot be written: there is no folder {path.parent}; make it, or name another file")
    if path is not None and path.is_dir():
        stop(f"{path} cannot be written: it is a folder; name a file in it")
    return path


def _reason(error: OSError) -> str:
    return REASONS.get(error.errno or 0) or str(error.strerror)
