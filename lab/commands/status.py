"""What runs and what is ready."""

import sys

from lab.commands.foreground import running_engine
from lab.commands.parameters import Stack, console
from lab.instance.choice import lab_of
from lab.readiness.table import print_status


def status(stack: Stack = "dev") -> None:
    """Show what runs and what is ready."""
    lab = lab_of(stack)
    if not print_status(lab, running_engine(lab), console):
        sys.exit(1)
