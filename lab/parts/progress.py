"""What a person sees while parts are obtained: a live display, or plain lines elsewhere."""

import sys
from contextlib import AbstractContextManager, nullcontext
from typing import Protocol

from rich.console import Console
from rich.progress import Progress as LiveDisplay
from rich.progress import ProgressColumn, SpinnerColumn, Task, TaskID, TextColumn, TimeElapsedColumn
from rich.text import Text

from lab.parts.recipe import Part


class Progress(Protocol):
    """Told what happens; a part is started once and then finished once, unless an error ends it."""

    def started(self, part: Part, number: int, total: int, expected: float, before: bool) -> None:
        """`part` is the `number`th of `total`. It is expected to take `expected` seconds: as long
        as here `before`, or else as on two cores from empty caches."""
        ...

    def waiting(self, part: Part) -> None:
        """Another run is busy with the part."""
        ...

    def finished(self, part: Part, seconds: float) -> None:
        """The part is there."""
        ...


class Lines:
    """One line when a part starts and one when it is there."""

    def started(self, part: Part, number: int, total: int, expected: float, before: bool) -> None:
        """Say what is made and how long it may take."""
        print(f"[{number}/{total}] {part.name} {part.version}: {_expectation(expected, before)}")
        sys.stdout.flush()

    def waiting(self, part: Part) -> None:
        """Say whom we wait for."""
        print(f"      {part.name}: another run is making it, waiting for that")
        sys.stdout.flush()

    def finished(self, part: Part, seconds: float) -> None:
        """Say how long it took."""
        print(f"      {part.name}: there after {duration(seconds)}")
        sys.stdout.flush()


class Live:
    """A line per part with the time it has taken and what is left of the time it took before."""

    def __init__(self, display: LiveDisplay) -> None:
        self._display = display
        self._tasks: dict[str, TaskID] = {}

    def started(self, part: Part, number: int, total: int, expected: float, before: bool) -> None:
        """Add the part's line."""
        task = self._display.add_task(
            f"[{number}/{total}] {part.name} {part.version}",
            total=1,
            expected=expected,
            note=_expectation(expected, before),
        )
        self._tasks[part.name] = task

    def waiting(self, part: Part) -> None:
        """Show whom we wait for."""
        self._display.update(self._tasks[part.name], note="another run is making it")

    def finished(self, part: Part, seconds: float) -> None:
        """Stop the part's clock."""
        note = f"there after {duration(seconds)}"
        self._display.update(self._tasks[part.name], completed=1, note=note)


class _LeftColumn(ProgressColumn):
    """How much of the expected time is left."""

    def render(self, task: Task) -> Text:
        if task.finished:
            return Text("")
        left = task.fields["expected"] - (task.elapsed or 0)
        return Text(f"about {duration(left)} left" if left > 0 else "slower than expected")


def display() -> AbstractContextManager[Progress]:
    """The live display on a terminal, lines elsewhere."""
    console = Console()
    if not console.is_terminal:
        return nullcontext(Lines())
    return _LiveContext(console)


class _LiveContext(AbstractContextManager[Progress]):
    """A live display for the time of a with statement."""

    def __init__(self, console: Console) -> None:
        self._display = LiveDisplay(
            SpinnerColumn(finished_text="✓"),
            TextColumn("{task.description}"),
            TimeElapsedColumn(),
            _LeftColumn(),
            TextColumn("[dim]{task.fields[note]}"),
            console=console,
        )

    def __enter__(self) -> Progress:
        self._display.start()
        return Live(self._display)

    def __exit__(self, *_: object) -> None:
        self._display.stop()


def duration(seconds: float) -> str:
    """A time as a person says it: `4 min 26 s`."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02} s" if minutes else f"{rest} s"


def _expectation(expected: float, before: bool) -> str:
    """How long it may take, and where that is known from."""
    return f"took {duration(expected)} last time" if before else f"about {duration(expected)}"
