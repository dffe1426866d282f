"""The clusters that the account has now, asked of DigitalOcean's API.

Pulumi shows a program what it wanted, never what is there, and the provider's own data source makes new
credentials of the cluster at each call. So this asks for the list, which changes nothing.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pulumi

from network.digitalocean_api import TOKEN_VARIABLES, AwayError, RefusedError, endpoint, get

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
        tokens = (config.get("token"), *map(os.environ.get, TOKEN_VARIABLES))
        return cls(
            config.get("apiEndpoint") or endpoint(),
            next(filter(None, tokens), ""),
        )

    def clusters(self) -> tuple[LiveCluster, ...]:
        """Return its clusters. Raises AccountError."""
        return tuple(
            LiveCluster(each["id"], each["name"], each["version"], each["status"]["state"])
            for each in self.whole_clusters()
        )

    def whole_clusters(self) -> Iterator[Any]:
        """Yield its clusters as the API tells them. Raises AccountError."""
        return self._listed("/v2/kubernetes/clusters?per_page=200", "kubernetes_clusters")

    def vpcs(self) -> Iterator[Any]:
        """Yield its VPCs as the API tells them. Raises AccountError."""
        return self._listed("/v2/vpcs?per_page=200", "vpcs")

    def _listed(self, path: str, key: str) -> Iterator[Any]:
        """Yield what all pages of a list hold."""
        url: str | None = self.endpoint.rstrip("/") + path
        while url:
            answer = self._page(url)
            yield from answer.get(key) or ()
            url = ((answer.get("links") or {}).get("pages") or {}).get("next")

    def _page(self, url: str) -> Any:
        try:
            return get(url, self.token)
        except (AwayError, RefusedError) as error:
            raise AccountError(str(error)) from None
