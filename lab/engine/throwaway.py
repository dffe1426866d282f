"""Secrets that only the lab knows: random, made once per lab, readable by their owner only."""

import secrets
from pathlib import Path

import bcrypt

from lab.toolbox.whole_files import write_secret


def throw_away(state: Path, name: str) -> str:
    """The lab's random secret of that name (43 characters), made on the first call.

    It lies in `secrets/` of the state folder, where its owner can look it up.
    """
    file = state / "secrets" / name
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_secret(file, secrets.token_urlsafe(32))
    return file.read_text()


def htpasswd(user: str, password: str) -> str:
    """A line of an htpasswd file (bcrypt), as Traefik's basicAuth reads it."""
    digest = bcrypt.hashpw(password.encode(), bcrypt.gensalt(rounds=10))
    return f"{user}:{digest.decode()}"
