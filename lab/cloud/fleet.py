"""The life of the clusters: what the Kubernetes service does after it has answered a call."""

import threading
from collections import Counter, defaultdict
from ipaddress import IPv4Address
from typing import Any

import yaml

from lab.cloud.backend import ClusterBackend, Report, spec_of
from lab.cloud.errors import ApiError
from lab.cloud.options import options
from lab.cloud.state import Account, Json, Kind, Store, now


class Fleet:
    """Brings each cluster of the account to the state that the account says, one thread per change."""

    def __init__(
        self, store: Store, backend: ClusterBackend, dns: IPv4Address, max_real_nodes: int, report: Report
    ) -> None:
        self._max_real_nodes = max_real_nodes
        self._store = store
        self._backend = backend
        self._dns = dns
        self._report = report
        self._booted: set[str] = set()
        self._turns: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)
        self._idle = threading.Condition()
        self._working: Counter[str] = Counter()
        # No machine outlives the lab's processes: what ran has to be booted again.
        with store.change() as account:
            for cluster in running(account):
                cluster["status"] = {"state": "provisioning", "message": ""}

    @property
    def max_real_nodes(self) -> int:
        """How many of a cluster's nodes are booted at most."""
        return self._max_real_nodes + options(self._store.folder).further_nodes

    def resume(self) -> None:
        """Go on with every cluster, as a cloud does while its customer's machine is off."""
        for cluster in self._store.account.all(Kind.CLUSTER):
            if cluster["status"]["state"] != "error":
                self.reconcile(cluster["id"])

    def reconcile(self, cluster: str) -> None:
        """Start bringing a cluster to the state that the account says; returns at once."""
        with self._idle:
            self._working[cluster] += 1
        name = f"cluster-{cluster[:8]}"
        threading.Thread(target=self._work, args=(cluster,), name=name, daemon=True).start()

    def settle(self, timeout: float) -> bool:
        """Wait until no cluster is being changed, at most `timeout` seconds; whether that is so."""
        with self._idle:
            return self._idle.wait_for(lambda: not self._working, timeout)

    def kubeconfig(self, cluster: str) -> dict[str, Any]:
        """The administrator's kubeconfig of a running cluster. Raises a 409 ApiError before it runs."""
        if cluster not in self._booted:
            raise ApiError(409, "the cluster is not running yet: its credentials are not available")
        return yaml.safe_load(self._backend.kubeconfig(cluster))

    def _work(self, cluster: str) -> None:
        try:
            with self._turns[cluster]:
                self._bring(cluster)
        finally:
            with self._idle:
                self._working[cluster] -= 1
                self._working = +self._working
                self._idle.notify_all()

    def _bring(self, key: str) -> None:
        account = self._store.account
        cluster = account.find(Kind.CLUSTER, key)
        if cluster is None:
            return
        spec = spec_of(account, cluster, self._dns)
        try:
            if cluster["status"]["state"] == "deleting":
                self._backend.delete(spec)
                self._booted.discard(key)
                with self._store.change() as account:
                    account.drop(Kind.CLUSTER, key)
                return
            if key in self._booted:
                self._backend.scale(spec, self._report)
            else:
                if why := options(self._store.folder).cluster_fails:
                    raise RuntimeError(why)
                self._backend.boot(spec, self._report)
                self._booted.add(key)
        except Exception as error:  # whatever the machines raise is the cluster's fate, not the cloud's
            self._report(f"Cluster {spec.name}: {error}")
            self._settled(key, "degraded" if cluster["endpoint"] else "error", str(error), cluster)
            return
        self._settled(key, "running", "", cluster)

    def _settled(self, key: str, state: str, message: str, seen: Json) -> None:
        """Record how a change ended. Nodes that were asked for meanwhile are left to the next turn."""
        known = {node["name"] for pool in seen["node_pools"] for node in pool["nodes"]}
        with self._store.change() as account:
            cluster = account.find(Kind.CLUSTER, key)
            if cluster is None or cluster["status"]["state"] == "deleting":
                return
            cluster["status"] = {"state": state, "message": message}
            cluster["updated_at"] = now()
            if state == "running":
                cluster["endpoint"] = self.kubeconfig(key)["clusters"][0]["cluster"]["server"]
                cluster["ipv4"] = "" if cluster["ha"] else cluster["machines"]["control_plane"]
                for node in _nodes(cluster):
                    if node["name"] in known:
                        node["status"] = {"state": "running", "message": ""}


def _nodes(cluster: Json) -> list[Json]:
    return [node for pool in cluster["node_pools"] for node in pool["nodes"]]


def running(account: Account) -> list[Json]:
    """The clusters whose API server can be asked."""
    return [
        cluster
        for cluster in account.all(Kind.CLUSTER)
        if cluster["status"]["state"] in ("running", "degraded", "upgrading")
    ]
