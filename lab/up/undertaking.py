"""One `make up`, as far as it has come."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console

from lab.charts import ProvidedChart
from lab.engine.environment import Engine
from lab.instance.lab import Lab
from lab.internet.primary import PrimaryZone
from network.config import StackConfig


@dataclass
class Undertaking:
    """What each step found, for those after it."""

    stack: str
    console: Console
    lab: Lab
    config: StackConfig = field(init=False)
    """What the user's stack file says, checked."""
    cni: str = field(init=False)
    """The lab's pod network."""
    zone: PrimaryZone | None = field(init=False)
    """Zones that another provider than DigitalOcean serves."""
    parts: Mapping[str, Path] = field(init=False)
    images: Mapping[str, Path] = field(init=False)
    bundle: Path = field(init=False)
    """Whom the lab trusts (PEM)."""
    charts: Mapping[str, ProvidedChart] = field(init=False)
    engine: Engine = field(init=False)
    """Ready to run Pulumi in the lab."""
    overridden: StackConfig = field(init=False)
    """What the lab's copy of the stack file says: what the program is going to declare."""

    def say(self, line: str) -> None:
        """Show a line of progress as it is."""
        self.console.print(f"  {line}", highlight=False)


Step = Callable[[Undertaking], None]
"""Does one thing of an `up` and notes in the undertaking what it found. Raises LabError."""
