"""Programs of the machine in the lab: a shell, kubectl, curl, anything."""

import os
import sys

from lab import up as bringing_up
from lab.commands.foreground import become, running_engine
from lab.commands.parameters import Arguments, Stack, console
from lab.instance.choice import lab_of
from lab.internet.internet import TRUSTED


def shell(stack: Stack = "dev") -> None:
    """Open a shell in which plain pulumi and kubectl work against the lab."""
    started = bringing_up.start(stack, console)
    console.print(f"A shell in the lab {stack}: pulumi, kubectl and curl reach it and nothing else.")
    become(started.lab, started.engine, os.environ.get("SHELL", "/bin/sh"))


def kubectl(arguments: Arguments = None, stack: Stack = "dev") -> None:
    """Run kubectl in the lab."""
    lab = lab_of(stack)
    become(lab, running_engine(lab), "kubectl", *(arguments or []))


def curl(arguments: Arguments = None, stack: Stack = "dev") -> None:
    """Run curl as a client on the internet, which trusts both Let's Encrypts."""
    lab = lab_of(stack)
    engine = running_engine(lab)
    become(lab, engine, "curl", "--cacert", str(lab.folder / "internet" / TRUSTED), *(arguments or []))


def doctor(arguments: Arguments = None, stack: Stack = "dev") -> None:
    """Run `network doctor` as somebody on the internet who trusts both Let's Encrypts; of everything by
    default."""
    lab = lab_of(stack)
    engine = running_engine(lab)
    trusting = ("env", f"SSL_CERT_FILE={lab.folder / 'internet' / TRUSTED}")
    # The lab's copy: what runs here was made of it, with this lab's pod network.
    asking = (sys.executable, "-m", "network", "doctor", "--file", str(engine.stack_file))
    become(lab, engine, *trusting, *asking, *(arguments or ["--all"]))


def run(arguments: Arguments = None, stack: Stack = "dev") -> None:
    """Run a command in the lab: `python -m lab run -- curl https://...`."""
    lab = lab_of(stack)
    become(lab, running_engine(lab), *(arguments or ["true"]))
