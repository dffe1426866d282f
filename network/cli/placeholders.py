"""Stands in for what a stack file holds encrypted, or what `pulumi config` has yet to add."""

from collections.abc import Iterator, Mapping
from typing import Any

from network.config.bought import named_certificates
from network.config.load import NAMESPACE
from network.config.model import Finding
from network.config.observability.alerting import named_receivers
from network.config.provider_secrets import RULE, fix, holds_a_token, is_encrypted, leaves
from network.config.stack import SECRETS
from network.config.traffic.authentication import named_users


def with_placeholders(layers: Mapping[str, Any]) -> dict[str, Any]:
    """Return the layers with a placeholder for each encrypted or absent secret."""
    filled = dict(layers)
    for key, field in SECRETS.items():
        placeholder, value = field.secret.placeholder, layers.get(key)
        if field.by_name:
            given = {} if value is None or is_encrypted(value) else value
            if isinstance(given, dict):
                wanted = {**dict.fromkeys(_wanted(key, layers), placeholder), **given}
                given = {name: placeholder if is_encrypted(each) else each for name, each in wanted.items()}
            filled[key] = given
        elif is_encrypted(value) or (field.required and key not in layers):
            filled[key] = placeholder
    return filled


def missing_secrets(layers: Mapping[str, Any]) -> list[str]:
    """Return the secrets that are needed and not in the file, as `pulumi config set` names them."""
    missing: list[str] = []
    for key, field in SECRETS.items():
        given = layers.get(key, {})
        if field.by_name and isinstance(given, dict) and not is_encrypted(given):
            missing += [
                f"--path {NAMESPACE}{key}.{name}" for name in _wanted(key, layers) if name not in given
            ]
        elif field.required and key not in layers:
            missing.append(f"{NAMESPACE}{key}")
    return missing


def _wanted(key: str, layers: Mapping[str, Any]) -> list[str]:
    """Return the names that a secret by name must have."""
    match key:
        case "basicAuthUsers":
            return named_users(layers.get("traffic"))
        case "alertReceivers":
            return named_receivers(layers.get("observability"))
        case "certificateKeys":
            return named_certificates(layers.get("certificates"))
        case _:
            return []


_IDS = {("certificates", "dns01", "accessKeyID")}
"""Where the id of an AWS key stands: requests show it as it is, and its secret is `network:dnsToken`."""


def secret_findings(layers: Mapping[str, Any]) -> Iterator[Finding]:
    """Yield secrets in plain text, and encrypted values that are no secrets."""
    for location, value in leaves((), layers):
        secret = location[0] in SECRETS
        if secret and not is_encrypted(value):
            yield Finding(location, RULE, fix((f"{NAMESPACE}{location[0]}", *location[1:])))
        if not secret and location not in _IDS and holds_a_token(value):
            yield Finding(
                location, RULE, "replace the secret itself, and take it out: no option here holds one"
            )
        if not secret and is_encrypted(value):
            yield Finding(
                location,
                "an encrypted value cannot be checked here, and is no secret",
                f"write it in plain text; only {' and '.join(SECRETS)} are secrets",
            )
