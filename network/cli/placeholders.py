"""Stands in for what a stack file holds encrypted, or what `pulumi config` has yet to add."""

from collections.abc import Iterator, Mapping
from typing import Any

from network.config.load import NAMESPACE, SECRETS
from network.config.model import Finding
from network.config.provider_secrets import RULE, fix, holds_a_token, is_encrypted, leaves

TOKEN = "cGxhY2Vob2xkZXI="
USERS = "placeholder:$2y$10$" + "." * 53
"""Of the right form; no password fits it."""


def with_placeholders(layers: Mapping[str, Any]) -> dict[str, Any]:
    """Return the layers with a placeholder for each encrypted or absent secret."""
    filled = {"dnsToken": TOKEN, "basicAuthUsers": {}, **layers}
    for key in ("dnsToken", "redisPassword"):
        if is_encrypted(filled.get(key)):
            filled[key] = TOKEN
    users = {} if is_encrypted(filled["basicAuthUsers"]) else filled["basicAuthUsers"]
    if isinstance(users, dict):
        wanted = {**dict.fromkeys(_referenced_users(layers), USERS), **users}
        users = {key: USERS if is_encrypted(value) else value for key, value in wanted.items()}
    return {**filled, "basicAuthUsers": users}


def missing_secrets(layers: Mapping[str, Any]) -> list[str]:
    """Return the secrets that are needed and not in the file, as `pulumi config set` names them."""
    missing = [] if "dnsToken" in layers else [f"{NAMESPACE}dnsToken"]
    users = layers.get("basicAuthUsers", {})
    if not isinstance(users, dict) or is_encrypted(users):
        return missing
    wanted = [name for name in _referenced_users(layers) if name not in users]
    return missing + [f"--path {NAMESPACE}basicAuthUsers.{name}" for name in wanted]


def secret_findings(layers: Mapping[str, Any]) -> Iterator[Finding]:
    """Yield secrets in plain text, and encrypted values that are no secrets."""
    for location, value in leaves((), layers):
        secret = location[0] in SECRETS
        if secret and not is_encrypted(value):
            yield Finding(location, RULE, fix((f"{NAMESPACE}{location[0]}", *location[1:])))
        if not secret and holds_a_token(value):
            yield Finding(
                location, RULE, "replace the secret itself, and take it out: no option here holds one"
            )
        if not secret and is_encrypted(value):
            yield Finding(
                location,
                "an encrypted value cannot be checked here, and is no secret",
                f"write it in plain text; only {' and '.join(SECRETS)} are secrets",
            )


def _referenced_users(layers: Mapping[str, Any]) -> list[str]:
    """Return the names of user lists that middlewares refer to, as far as the file is well formed."""
    traffic = layers.get("traffic")
    middlewares = traffic.get("middlewares") if isinstance(traffic, dict) else None
    found: list[str] = []
    for middleware in middlewares.values() if isinstance(middlewares, dict) else ():
        auth = middleware.get("basicAuth") if isinstance(middleware, dict) else None
        users = auth.get("users") if isinstance(auth, dict) else None
        if isinstance(users, str) and users not in found:
            found.append(users)
    return found
