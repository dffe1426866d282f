"""The cloud controller of every cluster: Services of type LoadBalancer become load balancers."""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from typing_extensions import override

from lab.cloud.annotations import ID, addresses, body_of, disowned, refusals, settings_of
from lab.cloud.backend import Report
from lab.cloud.balancers import global_load_balancers, load_balancers
from lab.cloud.clients import Clients
from lab.cloud.cloud import Cloud
from lab.cloud.errors import ApiError, ConnectionDroppedError
from lab.cloud.kube import ClusterServices
from lab.cloud.options import options
from lab.cloud.rounds import Rounds
from lab.cloud.state import Account, Json, Kind
from lab.internet.global_load_balancer import GlobalLoadBalancer
from lab.internet.load_balancer import LoadBalancer
from lab.toolbox.kubernetes_api import KubernetesError

FINALIZER = "service.kubernetes.io/load-balancer-cleanup"
"""Keeps a Service until its load balancer is gone; Kubernetes' own name for it."""

POLL = 0.4
"""Seconds between two looks at the Services."""

RETRY = 5.0
"""Seconds before something that failed is tried again, as Kubernetes' service controller waits."""

_PATH = "/v2/load_balancers"


class LoadBalancers(Protocol):
    """Where load balancers are made real."""

    def apply(self, balancers: Sequence[LoadBalancer], over: Sequence[GlobalLoadBalancer] = ()) -> None:
        """Make exactly these exist, and those over them. Raises ValueError when they cannot."""
        ...


class Services(Protocol):
    """A cluster's Services, as `ClusterServices` has them."""

    def services(self) -> list[Json]:
        """Every Service."""
        ...

    def patch(self, service: Json, change: Json, part: str = "") -> Json:
        """Merge a change into one, or into its `part`."""
        ...

    def warn(self, service: Json, reason: str, message: str) -> None:
        """Leave an event."""
        ...

    def close(self) -> None:
        """Give the connections back."""
        ...


class Controllers(Rounds):
    """Watches the Services of every running cluster, in one thread."""

    def __init__(
        self,
        cloud: Cloud,
        balancers: LoadBalancers,
        report: Report,
        connect: Callable[[Mapping[str, Any]], Services] = ClusterServices,
    ) -> None:
        super().__init__("controllers", POLL, report)
        self._cloud = cloud
        self._balancers = balancers
        self._clients = Clients(cloud, connect)
        self._postponed: dict[str, float] = {}

    @override
    def start(self) -> None:
        """Make the account's load balancers real, and look after them until `stop`."""
        self._cloud.store.subscribe(self._follow)
        self._apply(self._cloud.store.account)
        super().start()

    def _follow(self, before: Account, after: Account) -> None:
        if _balancers(before) != _balancers(after):
            self._apply(after)

    def _apply(self, account: Account) -> None:
        try:
            self._balancers.apply(*_balancers(account))
        except ValueError as error:
            self._report(f"Load balancers: {error}")

    @override
    def look(self) -> None:
        """Look at every running cluster once."""
        if options(self._cloud.store.folder).controllers_away:
            return
        for cluster in self._clients.clusters():
            try:
                client = self._clients.of(cluster)
                services = client.services()
            except (ApiError, KubernetesError):
                continue  # not up yet, or just being started again: the next look will tell
            for service in services:
                self._attend(client, cluster, service)

    def _attend(self, client: Services, cluster: Json, service: Json) -> None:
        meta = service["metadata"]
        if self._postponed.get(meta["uid"], 0) > time.monotonic():
            return
        wanted = service["spec"]["type"] == "LoadBalancer" and "deletionTimestamp" not in meta
        if not wanted and FINALIZER not in meta.get("finalizers", ()):
            return
        try:
            if wanted and not disowned(service):
                self._ensure(client, cluster, service)
            elif wanted:
                return
            else:
                self._release(client, cluster, service)
        except (ApiError, ConnectionDroppedError, KubernetesError) as error:
            self._postpone(client, service, str(error))

    def _postpone(self, client: Services, service: Json, message: str) -> None:
        meta = service["metadata"]
        self._postponed[meta["uid"]] = time.monotonic() + RETRY
        self._report(f"Service {meta['namespace']}/{meta['name']}: {message}")
        try:
            client.warn(service, "SyncLoadBalancerFailed", message)
        except KubernetesError as error:
            self._report(f"Service {meta['namespace']}/{meta['name']}: {error}")

    def _ensure(self, client: Services, cluster: Json, service: Json) -> None:
        """Bring the load balancer to what the Service asks for, and its address into the Service."""
        if wrong := "; ".join(refusals(service)):
            self._postpone(client, service, wrong)
            return
        service = _finalized(client, service)
        body = body_of(service, cluster)
        balancer = self._find(cluster, service)
        if balancer is None:
            balancer = self._cloud.call("POST", _PATH, body)[1]["load_balancer"]
        elif any(balancer.get(key) != value for key, value in body.items() if key != "region"):
            balancer = self._cloud.call("PUT", f"{_PATH}/{balancer['id']}", body)[1]["load_balancer"]
        if (service["metadata"].get("annotations") or {}).get(ID) != balancer["id"]:
            client.patch(service, {"metadata": {"annotations": {ID: balancer["id"]}}})
        name = settings_of(service).get("hostname")
        points = [{"hostname": name}] if name else [{"ip": each} for each in addresses(balancer)]
        known = service.get("status", {}).get("loadBalancer", {}).get("ingress") or []
        if [
            {key: each.get(key) for key in point} for each, point in zip(known, points, strict=False)
        ] != points:
            client.patch(service, {"status": {"loadBalancer": {"ingress": points}}}, "/status")

    def _release(self, client: Services, cluster: Json, service: Json) -> None:
        """Delete the load balancer unless it is disowned, then let the Service go."""
        balancer = self._find(cluster, service)
        if balancer is not None and not disowned(service):
            self._cloud.call("DELETE", f"{_PATH}/{balancer['id']}")
        meta = service["metadata"]
        kept = [each for each in meta["finalizers"] if each != FINALIZER]
        change: Json = {"metadata": {"finalizers": kept, "resourceVersion": meta["resourceVersion"]}}
        if "deletionTimestamp" not in meta:
            client.patch(service, {"status": {"loadBalancer": {"ingress": None}}}, "/status")
            change["metadata"] = {"finalizers": kept, "annotations": {ID: None}}
        client.patch(service, change)

    def _find(self, cluster: Json, service: Json) -> Json | None:
        """The Service's load balancer: by the id in its annotation, else the account's first of its name
        (docs/facts/kubernetes.md#a-load-balancer-that-is-let-go)."""
        account = self._cloud.store.account
        key = (service["metadata"].get("annotations") or {}).get(ID)
        if key and (balancer := account.find(Kind.LOAD_BALANCER, key)):
            return balancer
        name = body_of(service, cluster)["name"]
        for balancer in account.all(Kind.LOAD_BALANCER):
            if balancer["name"] == name:
                return balancer
        return None


def _balancers(account: Account) -> tuple[list[LoadBalancer], list[GlobalLoadBalancer]]:
    return load_balancers(account), global_load_balancers(account)


def _finalized(client: Services, service: Json) -> Json:
    """The Service, kept from vanishing before its load balancer."""
    meta = service["metadata"]
    finalizers = meta.get("finalizers", [])
    if FINALIZER in finalizers:
        return service
    change = {"finalizers": [*finalizers, FINALIZER], "resourceVersion": meta["resourceVersion"]}
    return client.patch(service, {"metadata": change})
