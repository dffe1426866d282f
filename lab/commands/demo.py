"""The platform at work."""

import sys

from lab.commands.foreground import running_engine
from lab.commands.parameters import Stack, console
from lab.demo import showcase
from lab.instance.choice import lab_of


def demo(stack: Stack = "dev") -> None:
    """Show the platform at work: what is promised, and what requests see."""
    lab = lab_of(stack)
    if not showcase.show(lab, running_engine(lab), console):
        sys.exit(1)
