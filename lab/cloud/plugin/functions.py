"""Data sources: they call the API at each run, in a preview too."""

from collections.abc import Callable

from lab.cloud.plugin.checks import Failure
from lab.cloud.plugin.client import CallError, Client, explained
from lab.cloud.plugin.resources import RESOURCES
from lab.cloud.plugin.resources.kubeconfig import credentials
from lab.cloud.plugin.values import State

Function = Callable[[Client, State], State]


class MissingArgumentsError(Exception):
    """The arguments do not say what to look up."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.reason)
        self.failure = failure


def _read(token: str, client: Client, key: str) -> State:
    state = RESOURCES[token].read(client, key, {})
    if state is None:
        raise CallError(404, f"no object with id {key}")
    return {**state, "id": key}


def _vpc(client: Client, arguments: State) -> State:
    """By id, by name, or a region's default VPC."""
    id_, name, region = (arguments.get(key) for key in ("id", "name", "region"))
    if not (id_ or name or region):
        raise MissingArgumentsError(Failure("", "one of `id,name,region` must be specified"))
    with explained("Error retrieving VPC"):
        for vpc in client.call("GET", "/v2/vpcs", query={"per_page": "200"})["vpcs"]:
            if id_ == vpc["id"] or name == vpc["name"] or (not (id_ or name) and _is_default(vpc, region)):
                state = _read("digitalocean:index/vpc:Vpc", client, vpc["id"])
                return {**state, "urn": state.pop("vpcUrn")}
        if region and not (id_ or name):
            raise CallError(404, f"unable to find default VPC in {region} region")
        raise CallError(404, f"no VPCs found with name {name}")


def _is_default(vpc: State, region: str | None) -> bool:
    return vpc["region"] == region and vpc["default"]


def _domain(client: Client, arguments: State) -> State:
    state = _read("digitalocean:index/domain:Domain", client, arguments["name"])
    state.pop("ipAddress")
    return {**state, "zoneFile": ""}


def _load_balancer(client: Client, arguments: State) -> State:
    """By id or by name; of several of one name none, as the plugin does."""
    key, name = arguments.get("id"), arguments.get("name")
    if not key:
        if not name:
            raise CallError(0, "Error: specify either a name, or id to use to look up the load balancer")
        with explained("Error retrieving load balancers"):
            listed = client.call("GET", "/v2/load_balancers", query={"per_page": "200"})["load_balancers"]
        found = [each["id"] for each in listed if each["name"] == name]
        if len(found) != 1:
            many = f"too many load balancers found with name {name} (found {len(found)}, expected 1)"
            raise CallError(0, many if found else f"no load balancer found with name {name}")
        (key,) = found
    return _read("digitalocean:index/loadBalancer:LoadBalancer", client, key)


def _cluster(client: Client, arguments: State) -> State:
    """By name. Fetches new credentials at each call, and they are not marked secret
    (docs/facts/provider.md#credentials)."""
    clusters = client.call("GET", "/v2/kubernetes/clusters", query={"per_page": "200"})["kubernetes_clusters"]
    for cluster in clusters:
        if cluster["name"] == arguments["name"]:
            break
    else:
        raise CallError(404, f"Unable to find cluster with name: {arguments['name']}")
    life = arguments.get("kubeconfigExpireSeconds") or 0
    state = RESOURCES["digitalocean:index/kubernetesCluster:KubernetesCluster"].read(
        client, cluster["id"], {"kubeConfigs": [{"expiresAt": "9999-12-31T00:00:00Z"}]}
    )
    if state is None:
        raise CallError(404, f"Unable to find cluster with name: {arguments['name']}")
    lists = {
        "kubeConfigs": [credentials(client, cluster, life)],
        "nodePools": [state.pop("nodePool")],
        "maintenancePolicies": [state.pop("maintenancePolicy")],
        "controlPlaneFirewalls": [state.pop("controlPlaneFirewall")],
    }
    return {**state, **lists, "id": cluster["id"], "urn": state.pop("clusterUrn")}


def _versions(client: Client, arguments: State) -> State:
    options = client.call("GET", "/v2/kubernetes/options")["options"]
    prefix = arguments.get("versionPrefix") or ""
    slugs = [each["slug"] for each in options["versions"] if each["slug"].startswith(prefix)]
    return {"id": "versions", "validVersions": slugs, "latestVersion": slugs[0] if slugs else ""}


FUNCTIONS: dict[str, Function] = {
    "digitalocean:index/getVpc:getVpc": _vpc,
    "digitalocean:index/getDomain:getDomain": _domain,
    "digitalocean:index/getLoadBalancer:getLoadBalancer": _load_balancer,
    "digitalocean:index/getKubernetesCluster:getKubernetesCluster": _cluster,
    "digitalocean:index/getKubernetesVersions:getKubernetesVersions": _versions,
}
"""By token."""
