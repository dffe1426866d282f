"""What is wrong with the text of a stack file."""

from dataclasses import dataclass

from network.config.model import Location


@dataclass(frozen=True)
class Fault:
    """Something that Pulumi would refuse, or that it may read otherwise than its writer meant."""

    line: int
    """Counted from 1."""
    where: str
    rule: str
    fix: str
    location: Location | None = None
    """What cannot be judged because of it: a place in `config`, or, while composing, in the document."""


class UnreadableTextError(Exception):
    """Nothing of the file can be read; holds the fault."""

    def __init__(self, line: int, rule: str, fix: str, where: str = "file") -> None:
        self.fault = Fault(line, where, rule, fix)
        super().__init__(rule)
