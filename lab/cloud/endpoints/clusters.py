"""Kubernetes clusters, their credentials and upgrades."""

import uuid

from lab.cloud.backend import place
from lab.cloud.catalogue import KUBERNETES_VERSIONS, REGIONS, SIZES, version_key
from lab.cloud.endpoints import cluster_settings
from lab.cloud.endpoints.firewalls import new_tag
from lab.cloud.endpoints.node_pools import new_pool
from lab.cloud.endpoints.request import Operation, Reply, Request, listing
from lab.cloud.options import WEEK
from lab.cloud.rules import kubernetes as rules
from lab.cloud.state import Account, Json, Kind, now
from lab.cloud.tokens import grant

OVERLAY = {"cluster_subnet": "10.244.0.0/16", "service_subnet": "10.245.0.0/16"}
"""Ranges of a cluster that is not VPC-native: inside the overlay only."""

_INTERNAL = ("vpc_native", "machines")
"""What the lab keeps with a cluster and the API does not answer."""


def shown(cluster: Json) -> Json:
    """A cluster as the API answers it."""
    return {key: value for key, value in cluster.items() if key not in _INTERNAL}


def _list(request: Request) -> Reply:
    clusters = [shown(cluster) for cluster in request.store.account.all(Kind.CLUSTER)]
    return listing(request, "kubernetes_clusters", clusters)


def _get(request: Request) -> Reply:
    return 200, {"kubernetes_cluster": shown(request.store.account.get(Kind.CLUSTER, request.ids[0]))}


def _create(request: Request) -> Reply:
    body = request.body
    with request.store.change() as account:
        rules.cluster_name(account, body["name"])
        version = rules.cluster_version(body["version"])
        vpc = _vpc(account, body)
        rules.cluster_place(vpc, body["region"])
        ranges = {key: str(each) for key, each in rules.cluster_ranges(account, vpc, body).items()}
        rules.maintenance(body.get("maintenance_policy"))
        rules.control_plane_firewall(body.get("control_plane_firewall"))
        key = str(uuid.uuid4())
        pools = [new_pool(account, key, pool) for pool in body["node_pools"]]
        rules.pool_names(pools)
        _tag(account, key, [*(body.get("tags") or ()), *(tag for pool in pools for tag in pool["tags"])])
        cluster = account.put(
            Kind.CLUSTER,
            key,
            {
                "id": key,
                "region": body["region"],
                "version": version,
                **(ranges or OVERLAY),
                "vpc_native": bool(ranges),
                "vpc_uuid": vpc["id"],
                "worker_subnet_uuid": body.get("worker_subnet_uuid", ""),
                "isolated_workers": body.get("isolated_workers") or False,
                "ipv4": "",
                "endpoint": "",
                "tags": ["k8s", f"k8s:{key}", *(body.get("tags") or ())],
                "node_pools": pools,
                "registry_enabled": False,
                **cluster_settings.of_new(body, version),
                "status": {"state": "provisioning", "message": ""},
                "created_at": now(),
                "updated_at": now(),
            },
        )
        place(account, cluster, request.fleet.max_real_nodes)
    request.fleet.reconcile(key)
    return 201, {"kubernetes_cluster": shown(cluster)}


def _vpc(account: Account, body: Json) -> Json:
    """The VPC that is asked for, or the region's default one."""
    if body.get("vpc_uuid"):
        return account.get(Kind.VPC, body["vpc_uuid"])
    return next(vpc for vpc in account.all(Kind.VPC) if vpc["region"] == body["region"] and vpc["default"])


def _tag(account: Account, cluster: str, names: list[str]) -> None:
    """A cluster makes its tags, among them the one that cloud firewalls name
    (docs/facts/digitalocean.md#firewalls-and-tags)."""
    for name in ("k8s", f"k8s:{cluster}", *names):
        if account.find(Kind.TAG, name) is None:
            account.put(Kind.TAG, name, new_tag(name))


def _update(request: Request) -> Reply:
    body = request.body
    with request.store.change() as account:
        cluster = account.get(Kind.CLUSTER, request.ids[0])
        cluster |= cluster_settings.changed(cluster, body)
        rules.cluster_name(account, cluster["name"], own=cluster["id"])
        rules.ha_kept(request.store.account.get(Kind.CLUSTER, cluster["id"])["ha"], cluster["ha"])
        rules.maintenance(cluster["maintenance_policy"])
        rules.control_plane_firewall(cluster["control_plane_firewall"])
        if body.get("tags") is not None:
            cluster["tags"] = ["k8s", f"k8s:{cluster['id']}", *body["tags"]]
            _tag(account, cluster["id"], body["tags"])
        cluster["updated_at"] = now()
    return 202, {"kubernetes_cluster": shown(cluster)}


def _upgrade(request: Request) -> Reply:
    """The new version is answered as soon as the upgrade is accepted [api]; the machines stay as they are."""
    with request.store.change() as account:
        cluster = account.get(Kind.CLUSTER, request.ids[0])
        rules.upgrade(cluster["version"], request.body["version"])
        cluster |= {"version": request.body["version"], "updated_at": now()}
    return 202, {}


def _upgrades(request: Request) -> Reply:
    """What is offered and newer: of its own minor version, and once that is the last patch of the next one
    (docs/facts/kubernetes.md#upgrades-at-digitalocean)."""
    own = version_key(request.store.account.get(Kind.CLUSTER, request.ids[0])["version"])
    newer = [slug for slug in KUBERNETES_VERSIONS if version_key(slug) > own]
    patches = [slug for slug in newer if version_key(slug)[0] == own[0]]
    (major, minor), *_ = own
    following = [slug for slug in newer if version_key(slug)[0] == (major, minor + 1)]
    offered = [_version(slug) for slug in patches or following]
    return 200, {"available_upgrade_versions": offered}


def _delete(request: Request) -> Reply:
    return _remove(request, with_associated=False)


def _delete_dangerous(request: Request) -> Reply:
    return _remove(request, with_associated=True)


def _remove(request: Request, with_associated: bool) -> Reply:
    """Answered at once, carried out afterwards; what Services made stays unless told otherwise."""
    key = request.ids[0]
    with request.store.change() as account:
        account.get(Kind.CLUSTER, key)["status"] = {"state": "deleting", "message": ""}
        if with_associated:
            for kind in (Kind.LOAD_BALANCER, Kind.VOLUME):
                for each in _tagged(account, kind, key):
                    account.drop(kind, each["id"])
    request.fleet.reconcile(key)
    return 204, {}


def _tagged(account: Account, kind: Kind, cluster: str) -> list[Json]:
    """What Services and claims of the cluster made."""
    return [each for each in account.all(kind) if f"k8s:{cluster}" in each["tags"]]


def _associated(request: Request) -> Reply:
    account = request.store.account
    cluster = account.get(Kind.CLUSTER, request.ids[0])
    found = {
        kind.value: [
            {"id": each["id"], "name": each["name"]} for each in _tagged(account, kind, cluster["id"])
        ]
        for kind in (Kind.LOAD_BALANCER, Kind.VOLUME)
    }
    return 200, {**found, "volume_snapshots": []}


def _credentials(request: Request) -> Reply:
    """New credentials at each call; `expiry_seconds=0` asks for the API's own life of 7 days."""
    cluster = request.store.account.get(Kind.CLUSTER, request.ids[0])
    config = request.fleet.kubeconfig(cluster["id"])
    life = int(request.query.get("expiry_seconds", 0)) or WEEK
    token, end = grant(request.store, cluster["id"], life)
    return 200, {
        "server": config["clusters"][0]["cluster"]["server"],
        "certificate_authority_data": config["clusters"][0]["cluster"]["certificate-authority-data"],
        "client_certificate_data": None,
        "client_key_data": None,
        "token": token,
        "expires_at": end,
    }


def _registry(enabled: bool) -> Operation:
    def switch(request: Request) -> Reply:
        with request.store.change() as account:
            for key in request.body["cluster_uuids"]:
                account.get(Kind.CLUSTER, key)["registry_enabled"] = enabled
        return 204, {}

    method, name = ("POST", "add_registry") if enabled else ("DELETE", "remove_registry")
    return Operation(name, method, "/v2/kubernetes/registry", switch)


def _options(request: Request) -> Reply:
    del request
    versions = [_version(slug) for slug in KUBERNETES_VERSIONS]
    slugs = [[{"name": slug, "slug": slug} for slug in sorted(each)] for each in (REGIONS, SIZES)]
    return 200, {"options": {"versions": versions, "regions": slugs[0], "sizes": slugs[1]}}


def _version(slug: str) -> Json:
    return {"slug": slug, "kubernetes_version": slug.split("-")[0]}


_CLUSTERS = "/v2/kubernetes/clusters"
_ASSOCIATED = f"{_CLUSTERS}/{{}}/destroy_with_associated_resources"

OPERATIONS = (
    Operation("list_clusters", "GET", _CLUSTERS, _list),
    Operation("create_cluster", "POST", _CLUSTERS, _create),
    Operation("get_cluster", "GET", f"{_CLUSTERS}/{{}}", _get),
    Operation("update_cluster", "PUT", f"{_CLUSTERS}/{{}}", _update),
    Operation("delete_cluster", "DELETE", f"{_CLUSTERS}/{{}}", _delete),
    Operation("list_upgrades", "GET", f"{_CLUSTERS}/{{}}/upgrades", _upgrades),
    Operation("upgrade_cluster", "POST", f"{_CLUSTERS}/{{}}/upgrade", _upgrade),
    Operation("get_credentials", "GET", f"{_CLUSTERS}/{{}}/credentials", _credentials),
    Operation("list_associated_resources", "GET", _ASSOCIATED, _associated),
    Operation("delete_cluster_dangerous", "DELETE", f"{_ASSOCIATED}/dangerous", _delete_dangerous),
    _registry(True),
    _registry(False),
    Operation("list_kubernetes_options", "GET", "/v2/kubernetes/options", _options),
)
