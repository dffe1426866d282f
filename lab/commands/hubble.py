"""Flows of the lab's clusters, as Cilium sees them."""

from lab import parts
from lab.commands.foreground import become, running_engine
from lab.commands.parameters import Arguments, Stack
from lab.instance.choice import lab_of


def hubble(arguments: Arguments = None, stack: Stack = "dev") -> None:
    """Ask Hubble in the lab: `observe --verdict DROPPED --follow`; by a port-forward of its own."""
    lab = lab_of(stack)
    engine = running_engine(lab)
    program = parts.ensure("hubble")["hubble"] / "hubble"
    become(lab, engine, "env", "HUBBLE_PORT_FORWARD=true", str(program), *(arguments or []))
