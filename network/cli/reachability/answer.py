"""Answers what was asked."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from rich.console import Console

from network.cli import files
from network.cli.options import Format
from network.cli.reachability import output as output_of
from network.cli.reachability import reading
from network.cli.reachability.reading import Input, Read
from network.reachability import Reachability, Semantics
from network.reachability.ports import parse as parse_ports


@dataclass(frozen=True, kw_only=True)
class Question:
    """What was asked; of one side, or of two."""

    about: Input
    source: str | None
    destination: str | None
    port: str
    semantics: Semantics | None
    """None is what suits what was read."""
    form: Format
    output: Path | None
    svg: Path | None
    drawing: Literal["matrix", "graph"]
    before: Path | None
    """The earlier side: a stack file or manifests."""
    suspicions: bool

    def refuse_nonsense(self) -> None:
        """Raise ValueError for what does not go together."""
        if not self.about.is_one or (self.source is None) != (self.destination is None):
            raise ValueError("give one of --stack, --file and --folder, and both --from and --to or none")
        drawn_or_compared = self.svg is not None or self.before is not None
        if sum((drawn_or_compared, self.source is not None, self.suspicions)) > 1:
            raise ValueError("give one of --from with --to, --before or --svg, and --suspicions")
        if self.port != "all" and self.source is None:
            raise ValueError("--port is part of a question: give --from and --to as well")
        if self.about.stack is not None and not self.about.stack.strip():
            raise ValueError("--stack needs the name of a stack, not an empty one")
        if str(self.output) in get_args(Format):
            raise ValueError(f"--output is the file to write; how it is written says --format {self.output}")


def answer(asked: Question) -> int:
    """Print or write the answer, and return the exit code. Raises ValueError if there is none."""
    asked.refuse_nonsense()
    read = asked.about.read()
    if asked.source is not None and asked.destination is not None:
        return _point(asked, read, asked.source, asked.destination)
    if asked.before is not None:
        earlier = asked.about.beside(asked.before)
        was, found = _both(earlier, read, asked.semantics)
        text = output_of.changes(was, found, asked.form)
    else:
        was, found = None, _analysed(read, asked.semantics)
        if asked.suspicions:
            text = output_of.suspicions(found, asked.form, planned=asked.about.is_planned)
        else:
            text = output_of.rows(found, asked.form)
    if asked.svg is not None:
        files.write(files.named(asked.svg, asked.about.name), _picture(asked, found, was))
    if asked.output is not None or asked.svg is None:
        files.tell(f"{text}\n", asked.output)
    return 0


def _point(asked: Question, read: Read, source: str, destination: str) -> int:
    wanted = parse_ports(asked.port)
    _print_notes(read.notes)
    parts = reading.point(read, asked.semantics, source, destination, wanted)
    files.tell(f"{output_of.point(parts, asked.form)}\n", asked.output)
    return reading.exit_code(parts)


def _both(earlier: Read, later: Read, semantics: Semantics | None) -> tuple[Reachability, Reachability]:
    """Analyse both sides of a comparison by the same semantics."""
    if semantics is None:
        semantics, notes = reading.alike(earlier, later)
        _print_notes(notes)
    return _analysed(earlier, semantics), _analysed(later, semantics)


def _analysed(read: Read, semantics: Semantics | None) -> Reachability:
    found, notes = reading.analysed(read, semantics)
    _print_notes(notes)
    return found


def _picture(asked: Question, found: Reachability, earlier: Reachability | None) -> str:
    """Return a picture. Raises ValueError if nobody could read it."""
    # Pictures know the plan's flows, and with them the models of a stack.
    from network.reachability import render

    most = render.MOST if asked.drawing == "matrix" else render.MOST_IN_GRAPH
    title = f"Reachability of {asked.about.name}"
    if earlier is None or asked.before is None:
        picture = render.of_reachability(found, most)
    else:
        picture = render.of_difference(earlier, found, most)
        title += f" against {asked.before.name}"
    return render.matrix(picture, title) if asked.drawing == "matrix" else render.graph(picture, title)


def _print_notes(notes: tuple[str, ...]) -> None:
    """Print notes where they do not mix with the output."""
    if not notes:
        return
    console = Console(stderr=True, highlight=False, soft_wrap=True, markup=False)
    for note in notes:
        console.print(f"note: {note}", style="cyan")
