"""Secret values. No message about them holds any of their text."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, get_args, get_origin

from pydantic import AfterValidator, BaseModel, SecretStr

from network.config import x509
from network.config.model import refusal

_BCRYPT_LINE = re.compile(r"[^:\s]+:\$2[abxy]\$[0-9]{2}\$[./A-Za-z0-9]{53}")


def _token(secret: SecretStr) -> SecretStr:
    if not re.fullmatch(r"\S+", secret.get_secret_value()):
        raise refusal(
            "a token is not empty and has no blanks or line breaks",
            "set it again: pulumi config set --secret network:dnsToken",
        )
    return secret


def _htpasswd(secret: SecretStr) -> SecretStr:
    lines = secret.get_secret_value().strip().splitlines()
    if not lines or not all(_BCRYPT_LINE.fullmatch(line) for line in lines):
        raise refusal(
            "users are lines of htpasswd with bcrypt: faster hashes are guessed",
            "make each with `htpasswd -nB <user>` and set them again with --secret",
        )
    return secret


def _password(secret: SecretStr) -> SecretStr:
    if not re.fullmatch(r"\S+", secret.get_secret_value()):
        raise refusal(
            "a password of Redis is not empty and has no blanks or line breaks",
            "set it again: pulumi config set --secret network:redisPassword",
        )
    return secret


def _receiver(secret: SecretStr) -> SecretStr:
    if not re.fullmatch(r"https://[^\s/]+\S*|[A-Za-z0-9_+-]{8,}", secret.get_secret_value()):
        raise refusal(
            "what tells somebody of alerts is the https:// URL of a webhook, or the key of a PagerDuty "
            "service",
            "set it again: pulumi config set --secret --path network:alertReceivers.<name>",
        )
    return secret


def _credential(secret: SecretStr) -> SecretStr:
    if not re.fullmatch(r"\S+", secret.get_secret_value()):
        raise refusal(
            "a credential has no blanks or line breaks: the word before it is the endpoint's `scheme`",
            "set it again without that word, with --secret",
        )
    return secret


def _private_key(secret: SecretStr) -> SecretStr:
    try:
        titles = [title for title, _ in x509.blocks(secret.get_secret_value())]
    except ValueError:
        titles = []
    if len(titles) != 1 or titles[0] not in PRIVATE_KEYS:
        raise refusal(
            "a certificate's key is one block in PEM form, and not encrypted",
            "set it again: pulumi config set --secret --path network:certificateKeys.<name>",
        )
    return secret


def _webhook(secret: SecretStr) -> SecretStr:
    if not re.fullmatch(r"https://hooks\.slack\.com/\S+", secret.get_secret_value()):
        raise refusal(
            "a webhook of Slack is a URL below https://hooks.slack.com/",
            "take it from Slack's page of the app, and set it again with --secret",
        )
    return secret


@dataclass(frozen=True)
class Secret:
    """Marks a type whose values are given as secrets only. Whatever treats secrets apart finds the
    fields by this mark."""

    placeholder: str
    """Of the right form, and nothing accepts it: stands for what a stack file holds encrypted."""


@dataclass(frozen=True)
class SecretField:
    """A field of a model that holds one secret, or one for each name."""

    name: str
    key: str
    """In a stack file."""
    secret: Secret
    by_name: bool
    required: bool

    def of(self, config: BaseModel) -> dict[str, str]:
        """Return the values by what the program calls them: the key, or key and name."""
        value = getattr(config, self.name)
        if self.by_name:
            return {f"{self.key}.{name}": each.get_secret_value() for name, each in value.items()}
        return {} if value is None else {self.key: value.get_secret_value()}


def secret_fields(model: type[BaseModel]) -> tuple[SecretField, ...]:
    """Return the fields of a model that hold secrets."""
    return tuple(
        SecretField(
            name,
            field.alias or name,
            secret,
            by_name=get_origin(field.annotation) is dict,
            required=field.is_required(),
        )
        for name, field in model.model_fields.items()
        for secret in _marks(field.annotation, field.metadata)
    )


def _marks(annotation: Any, metadata: Sequence[Any] = ()) -> list[Secret]:
    parts = (*metadata, *get_args(annotation))
    return [mark for part in parts for mark in ([part] if isinstance(part, Secret) else _marks(part))]


Token = Annotated[SecretStr, AfterValidator(_token), Secret("cGxhY2Vob2xkZXI=")]
"""Token of an API, or a TSIG secret."""
Htpasswd = Annotated[SecretStr, AfterValidator(_htpasswd), Secret("placeholder:$2y$10$" + "." * 53)]
"""Lines of `htpasswd -nB`: user and bcrypt hash."""
Password = Annotated[SecretStr, AfterValidator(_password), Secret("placeholder")]
"""Password of a Redis user."""
RECEIVER_PLACEHOLDER = "placeholder"
"""No rule can tell where the encrypted value leads."""
Receiver = Annotated[SecretStr, AfterValidator(_receiver), Secret(RECEIVER_PLACEHOLDER)]
"""URL of a webhook, which gives access by itself, or key of a service of PagerDuty."""
PRIVATE_KEYS = ("PRIVATE KEY", "EC PRIVATE KEY", "RSA PRIVATE KEY")
"""What keys are called in PEM form that Traefik reads."""
KEY_PLACEHOLDER = "-----BEGIN PRIVATE KEY-----\ncGxhY2Vob2xkZXI=\n-----END PRIVATE KEY-----"
"""No rule can tell whose the encrypted key is."""
PrivateKey = Annotated[SecretStr, AfterValidator(_private_key), Secret(KEY_PLACEHOLDER)]
"""Key of a certificate, in PEM form."""
Credential = Annotated[SecretStr, AfterValidator(_credential), Secret("placeholder")]
"""What follows the scheme in an Authorization header."""
Webhook = Annotated[
    SecretStr, AfterValidator(_webhook), Secret("https://hooks.slack.com/services/placeholder")
]
"""URL by which messages are posted to Slack; whoever has it posts."""
