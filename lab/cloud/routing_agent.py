"""DOKS' routing agent: Routes of a cluster that asks for it, as far as whoever declares them can tell.

It brings their kind and lets them go; packets of the lab leave by no gateway, whatever a Route says.
"""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from typing_extensions import override

from lab.cloud.backend import Report
from lab.cloud.clients import Clients
from lab.cloud.cloud import Cloud
from lab.cloud.errors import ApiError, ConnectionDroppedError
from lab.cloud.rounds import Rounds
from lab.cloud.state import Json
from lab.toolbox.kubernetes_api import KubernetesApi, KubernetesError, Manifest

POLL = 1.0
"""Seconds between two looks."""

PATIENCE = 5.0
"""Seconds for a call: a server that does not answer is asked again at the next look."""

GROUP = "networking.doks.digitalocean.com"
FINALIZER = f"{GROUP}/routing-agent"
"""On each Route: without the agent none of them goes."""

_ROUTES = f"/apis/{GROUP}/v1alpha1/routes"


def definition() -> Manifest:
    """The kind that the agent brings (docs/facts/digitalocean.md#nat-gateways)."""
    texts = {"type": "array", "items": {"type": "string"}, "minItems": 1}
    spec = {
        "type": "object",
        "required": ["destinations", "gateways"],
        "properties": {
            "destinations": texts,
            "gateways": texts,
            "nodeSelector": {"type": "object", "x-kubernetes-preserve-unknown-fields": True},
        },
    }
    schema = {"type": "object", "required": ["spec"], "properties": {"spec": spec}}
    version = {"name": "v1alpha1", "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"routes.{GROUP}"},
        "spec": {
            "group": GROUP,
            "scope": "Cluster",
            "names": {"plural": "routes", "singular": "route", "kind": "Route", "listKind": "RouteList"},
            "versions": [version],
        },
    }


class Objects(Protocol):
    """The calls of a cluster's API that are needed, as `KubernetesApi` has them."""

    def get(self, path: str) -> dict[str, Any]:
        """The list at `path`."""
        ...

    def apply(self, manifest: Manifest) -> None:
        """Bring an object to this state."""
        ...

    def merge(self, path: str, change: Mapping[str, Any]) -> dict[str, Any]:
        """Merge a change into the object at `path`."""
        ...

    def close(self) -> None:
        """Give the connections back."""
        ...


class RoutingAgents(Rounds):
    """Looks after the Routes of every running cluster whose agent is switched on, in one thread."""

    def __init__(
        self,
        cloud: Cloud,
        report: Report,
        connect: Callable[[Mapping[str, Any]], Objects] = lambda config: KubernetesApi.of(config, PATIENCE),
    ) -> None:
        super().__init__("routing-agents", POLL, report)
        self._clients = Clients(cloud, connect)
        self._installed: set[str] = set()

    @override
    def look(self) -> None:
        """Look at every running cluster once. Switched off, an agent leaves its kind and the Routes."""
        for cluster in self._clients.clusters():
            if not (cluster.get("routing_agent") or {}).get("enabled"):
                continue
            try:
                self._attend(self._clients.of(cluster), cluster)
            except (ApiError, ConnectionDroppedError, KubernetesError) as error:
                self._tell(f"Routes of {cluster['name']}: {error}")

    def _attend(self, client: Objects, cluster: Json) -> None:
        if cluster["id"] not in self._installed:
            client.apply(definition())
            self._installed.add(cluster["id"])
            return
        for route in client.get(_ROUTES)["items"]:
            metadata = route["metadata"]
            finalizers: list[str] = metadata.get("finalizers") or []
            going = "deletionTimestamp" in metadata
            if going == (FINALIZER in finalizers):
                kept = [each for each in finalizers if each != FINALIZER]
                wanted = kept if going else [*kept, FINALIZER]
                client.merge(f"{_ROUTES}/{metadata['name']}", {"metadata": {"finalizers": wanted}})
