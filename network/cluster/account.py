"""The clusters that the account has now, asked of DigitalOcean's API.

Pulumi shows a program what it wanted, never what is there, and the provider's own data source makes new
credentials of the cluster at each call. So this asks for the list, which changes nothing.
"""

import json
import os
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pulumi

from network.credentials.account import VARIABLES
from network.credentials.api import API, API_VARIABLE

TIMEOUT = 10.0
"""Seconds for one answer."""

GOING = frozenset({"deleting", "deleted"})
"""States of a cluster that is being deleted (the API's `status.state`)."""


class AccountError(Exception):
    """The account did not say what it has; the message is the reason."""


@dataclass(frozen=True)
class LiveCluster:
    """A cluster of the account."""

    id: str
    name: str
    version: str
    """Its slug, such as `1.36.1-do.0`."""
    state: str

    @property
    def going(self) -> bool:
        """Whether it is being deleted: its name and its ranges are taken until that is done."""
        return self.state in GOING


@dataclass(frozen=True)
class Account:
    """The account that the stack's provider works in."""

    endpoint: str
    token: str = ""

    @classmethod
    def of_stack(cls) -> "Account":
        """The account as DigitalOcean's provider finds it: by the stack's config, else by the environment."""
        config = pulumi.Config("digitalocean")
        tokens = (config.get("token"), *map(os.environ.get, VARIABLES))
        return cls(
            config.get("apiEndpoint") or os.environ.get(API_VARIABLE) or API,
            next(filter(None, tokens), ""),
        )

    def clusters(self) -> tuple[LiveCluster, ...]:
        """Return its clusters. Raises AccountError."""
        return tuple(
            LiveCluster(each["id"], each["name"], each["version"], each["status"]["state"])
            for each in self._listed("/v2/kubernetes/clusters?per_page=200", "kubernetes_clusters")
        )

    def _listed(self, path: str, key: str) -> Iterator[Any]:
        """Yield what all pages of a list hold."""
        url: str | None = self.endpoint.rstrip("/") + path
        while url:
            answer = self._get(url)
            yield from answer.get(key) or ()
            url = ((answer.get("links") or {}).get("pages") or {}).get("next")

    def _get(self, url: str) -> Any:
        request = urllib.request.Request(url, headers={"Authorization": f"Bearer {self.token}"})
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            raise AccountError(f"{error.code} {error.reason}") from None
        except (OSError, ValueError) as error:
            raise AccountError(str(error)) from None
