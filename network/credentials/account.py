"""The account's API token, from where DigitalOcean's Pulumi provider takes it."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from network.credentials import CredentialsError
from network.digitalocean_api import TOKEN_VARIABLES

KEY = "digitalocean:token"

LONGEST_WAIT = 60
"""Seconds for Pulumi to read the stack's configuration: its backend may be away."""

ABSENT = f"configuration key '{KEY}' not found"
"""What Pulumi says of a config key that a stack does not have."""


@dataclass(frozen=True)
class AccountToken:
    """A token of the account's API."""

    value: str
    source: str
    """Where it stands, as a user says it."""


def account_token(project: Path, stack: str) -> AccountToken:
    """Return the token of the account that a stack of the Pulumi project in a folder lives in.

    The stack's own wins, as it does for the provider. Raises CredentialsError where there is none, or where
    it cannot be decrypted and no variable stands in for it.
    """
    value, refusal = _from_stack(project, stack)
    if value:
        return AccountToken(value, f"{KEY} of stack {stack}")
    for name in TOKEN_VARIABLES:
        if value := os.environ.get(name, ""):
            return AccountToken(value, name)
    raise CredentialsError(
        f"no token of the DigitalOcean account to ask for the cluster's credentials with: {refusal}, and "
        f"{TOKEN_VARIABLES[0]} is not set; set one of them (`pulumi config set --secret {KEY}`)"
    )


def _from_stack(project: Path, stack: str) -> tuple[str, str]:
    """Return the stack's token, or why there is none."""
    command = ["pulumi", "--non-interactive", "config", "get", KEY, "--stack", stack]
    try:
        done = subprocess.run(
            command, cwd=project, stdin=subprocess.DEVNULL, capture_output=True, text=True,
            errors="backslashreplace", check=False, timeout=LONGEST_WAIT,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return "", f"`pulumi config get` does not answer within {LONGEST_WAIT} s"
    except FileNotFoundError:
        return "", "there is no `pulumi` on PATH to read the stack's with"
    except OSError as error:
        return "", f"the `pulumi` on PATH does not start ({error.strerror})"
    if done.returncode == 0:
        return done.stdout.strip(), ""
    if ABSENT in done.stderr:
        return "", f"stack {stack} has no {KEY}"
    said = " ".join(done.stderr.removeprefix("error: ").split())
    return "", f"{KEY} of stack {stack} cannot be read ({said})"
