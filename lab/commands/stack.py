"""What is done to a whole stack: up, preview, destroy."""

from lab import up as bringing_up
from lab.commands.foreground import become
from lab.commands.parameters import Stack, console


def up(stack: Stack = "dev") -> None:
    """Start the lab if need be and bring the stack up."""
    bringing_up.up(stack, console)


def preview(stack: Stack = "dev") -> None:
    """Preview the stack against the lab."""
    started = bringing_up.start(stack, console)
    become(started.lab, started.engine, "pulumi", "preview", "--diff")


def destroy(stack: Stack = "dev") -> None:
    """Destroy what the stack made in the simulated account."""
    started = bringing_up.start(stack, console)
    # With its preview: without it Pulumi deletes everything up to the first protected resource.
    become(started.lab, started.engine, "pulumi", "destroy", "--yes")
