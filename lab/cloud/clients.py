"""A client of each cluster that runs, for those who look after all of them."""

from collections.abc import Callable, Mapping
from typing import Any, Generic, Protocol, TypeVar

from lab.cloud.cloud import Cloud
from lab.cloud.fleet import running
from lab.cloud.state import Json


class Closing(Protocol):
    """What holds connections."""

    def close(self) -> None:
        """Give them back."""
        ...


Client = TypeVar("Client", bound=Closing)


class Clients(Generic[Client]):
    """Clients that are kept from one look at the clusters to the next."""

    def __init__(self, cloud: Cloud, connect: Callable[[Mapping[str, Any]], Client]) -> None:
        self._cloud = cloud
        self._connect = connect
        self._clients: dict[str, Client] = {}

    def clusters(self) -> list[Json]:
        """The clusters that run now; clients of others are closed."""
        clusters = running(self._cloud.store.account)
        for gone in self._clients.keys() - {cluster["id"] for cluster in clusters}:
            self._clients.pop(gone).close()
        return clusters

    def of(self, cluster: Json) -> Client:
        """A cluster's client. Raises ApiError while the cluster has no credentials to give."""
        key = cluster["id"]
        if key not in self._clients:
            self._clients[key] = self._connect(self._cloud.fleet.kubeconfig(key))
        return self._clients[key]
