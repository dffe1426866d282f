"""Secret values. No message about them holds any of their text."""

import re
from typing import Annotated

from pydantic import AfterValidator, SecretStr

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


Token = Annotated[SecretStr, AfterValidator(_token)]
"""Token of an API, or a TSIG secret."""
Htpasswd = Annotated[SecretStr, AfterValidator(_htpasswd)]
"""Lines of `htpasswd -nB`: user and bcrypt hash."""
Password = Annotated[SecretStr, AfterValidator(_password)]
"""Password of a Redis user."""
