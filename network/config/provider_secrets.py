"""Secrets beside this project's own: what a stack file may hold of them is a ciphertext."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from network.config.errors import config_path
from network.config.model import Finding, Location

_NAME = re.compile(
    r"token|secret|passw|passphrase|credential|private|kubeconfig|(api|access|service|user)_?key|access_?id|key_?data",
    re.IGNORECASE,
)
"""How providers call what gives access, `digitalocean:token` and `cloudflare:apiKey` for instance."""
_TOKEN = re.compile(
    r"\b(do[opr]_v1_[0-9a-f]{32,}|pul-[0-9a-f]{40}|gh[pousr]_[A-Za-z0-9]{36,}|github_pat_\w{40,}|AKIA[A-Z0-9]{16})"
)
"""What is a secret by its form: tokens of DigitalOcean, Pulumi, GitHub and AWS."""
_KEY = re.compile("-----BEGIN [A-Z ]*PRIVATE KEY-----")

_PATHS = ("/", "~", ".")
"""How the name of a file begins, which is no secret."""
RULE = "a secret must not stand in the stack file in plain text"


def findings(values: Mapping[str, Any]) -> Iterator[Finding]:
    """Yield the secrets in plain text among values by their whole keys, `digitalocean:token` for instance."""
    for location, value in leaves((), values):
        text = None if value is None or is_encrypted(value) else str(value)
        if text and (_is_named_so(location, value) or holds_a_token(value) or _KEY.search(text)):
            yield Finding(location, RULE, fix(location))


def holds_a_token(value: Any) -> bool:
    """Say whether a value is a secret by its form, whatever it is called."""
    return isinstance(value, str) and _TOKEN.search(value) is not None


def _is_named_so(location: Location, value: Any) -> bool:
    if isinstance(value, bool) or str(value).startswith(_PATHS):
        return False
    return any(_NAME.search(str(step).rpartition(":")[2]) for step in location)


def fix(location: Location) -> str:
    """Return how to encrypt the secret at a location, whose first step is a whole key."""
    path = config_path(location)
    quotes = "'" if set(path) & set('[]"') else ""
    argument = f"--path {quotes}{path}{quotes}" if len(location) > 1 else path
    return f"replace the secret itself, then: pulumi config set --secret {argument}"


def leaves(here: Location, value: Any) -> Iterator[tuple[Location, Any]]:
    """Yield what is no mapping and no list, ciphertexts as a whole, with its location."""
    if isinstance(value, Mapping) and not is_encrypted(value):
        for key, child in value.items():
            yield from leaves((*here, key), child)
    elif isinstance(value, list):
        for index, child in enumerate(value):
            yield from leaves((*here, index), child)
    else:
        yield here, value


def is_encrypted(value: Any) -> bool:
    """Say whether Pulumi takes a value for a ciphertext."""
    return isinstance(value, Mapping) and set(value) == {"secure"} and isinstance(value["secure"], str)
