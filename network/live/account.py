"""The DigitalOcean account, read by its API."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlencode

from network.credentials import CredentialsError
from network.credentials.account import KEY, AccountToken, account_token
from network.digitalocean_api import TOKEN_VARIABLES, AwayError, RefusedError, endpoint, get
from network.live.finding import CannotLookError
from network.live.parallel import Seen

T = TypeVar("T")

LONGEST_ANSWER = 10.0
"""Seconds for one answer."""
PAGE = 200
"""The longest page that the API gives (its documentation of `per_page`)."""
MOST_PAGES = 50
"""Of one list, against an answer that never ends."""

_RESOURCES = {
    "certificates": "certificate",
    "domains": "domain",
    "droplets": "droplet",
    "firewalls": "firewall",
    "load_balancers": "load_balancer",
    "projects": "project",
    "reserved_ips": "reserved_ip",
    "tags": "tag",
    "volumes": "block_storage",
    "vpc_nat_gateways": "nat_gateway",
    "vpc_peerings": "vpc_peering",
    "vpcs": "vpc",
}
"""First word of a path -> what scopes call it, where that is another word: `account`, `kubernetes`,
`monitoring`, `regions`, `sizes` and `uptime` are called as their paths are
(docs/facts/digitalocean.md#scopes-of-a-token)."""


@dataclass(frozen=True)
class Account:
    """What an API token may read of its account."""

    token: AccountToken = field(repr=False)

    @classmethod
    def of_stack(cls, project: Path, stack: str) -> "Account":
        """Return the account that a stack of the Pulumi project in a folder lives in. Raises CannotLookError
        where nobody knows its token."""
        try:
            return cls(account_token(project, stack))
        except CredentialsError as error:
            raise CannotLookError(
                f"pulumi config get {KEY} --stack {stack}",
                str(error),
                f"one that only reads will do: `export {TOKEN_VARIABLES[0]}=<token>`",
            ) from None

    def get(self, path: str) -> Mapping[str, Any]:
        """Return the answer to `GET path`, such as `/v2/account`. Raises CannotLookError, also for 404."""
        source = f"GET {path}"
        try:
            return get(endpoint() + path, self.token.value, LONGEST_ANSWER)
        except RefusedError as error:
            later = error.status == 429 or error.status >= 500
            remedy = self._remedy(error.status, path)
            raise CannotLookError(source, str(error), remedy, passes=later) from None
        except AwayError as error:
            raise CannotLookError(
                source, str(error), "ask again later (https://status.digitalocean.com)", passes=True
            ) from None

    def list(self, path: str, key: str, **query: str) -> list[Any]:
        """Return all elements of a list, of every page. Raises CannotLookError."""
        found: list[Any] = []
        for page in range(1, MOST_PAGES + 1):
            asked = f"{path}?{urlencode({**query, 'per_page': str(PAGE), 'page': str(page)})}"
            answer = self.get(asked)
            if not isinstance(answer.get(key), list):
                raise CannotLookError(f"GET {path}", f"the answer has no list `{key}`", "ask again later")
            found += answer[key]
            links = answer.get("links") or {}
            if not (links.get("pages") or {}).get("next"):
                return found
        raise CannotLookError(
            f"GET {path}", f"the list does not end within {MOST_PAGES} pages", "look by doctl"
        )

    def _remedy(self, status: int, path: str) -> str:
        match status:
            case 401:
                return f"the token of {self.token.source} is not valid: give the one that is now"
            case 403:
                return f"the token of {self.token.source} lacks the scope `{scope(path)}`"
            case 404:
                return "it is not in this account: was it deleted, or is the token another account's?"
            case 429:
                return "the account's 250 calls a minute are used up: ask again in a minute"
            case _:
                return "ask again later (https://status.digitalocean.com)"


def scope(path: str) -> str:
    """Return the scope that a token needs to read a path of the API, such as `vpc:read`."""
    first = re.split(r"[/?]", path.removeprefix("/v2/"))[0]
    return f"{_RESOURCES.get(first, first)}:read"


def asked(account: Seen[Account], read_it: Callable[[Account], T]) -> Callable[[], T]:
    """Return the reading of an account that is known, or not: then it raises why."""

    def ask() -> T:
        if isinstance(account, CannotLookError):
            raise account
        return read_it(account)

    return ask
