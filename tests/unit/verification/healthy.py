"""What is read of a platform that is as planned: the account from the simulated API, the cluster's objects as
the API server and Cilium write them."""

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network
from pathlib import Path
from typing import Any

from lab.cloud.annotations import ID, body_of
from lab.cloud.cloud import Cloud
from lab.cloud.state import Json, Kind
from network import plan
from network.config import StackConfig
from network.live.finding import Finding
from network.plan import Plan
from network.plan.external import ZonePlan
from network.plan.model.cloud import CloudResource
from network.verification import verify
from network.verification.load_balancer import planned
from network.verification.reading import Reading
from tests.unit.lab.cloud.fakes import cloud

NODE_PORTS = {80: 30080, 443: 30443}
HEALTH_PORT = 32000


@dataclass(frozen=True)
class Scene:
    """A stack, and what is read of its platform."""

    config: StackConfig
    plan: Plan
    account: Cloud
    reading: Reading

    def findings(self, reading: Reading | None = None) -> tuple[Finding, ...]:
        return verify(self.config, self.plan, reading or self.reading)

    def changed(self) -> Reading:
        """A reading of its own, to be changed in place."""
        return copy.deepcopy(self.reading)


def healthy(config: StackConfig, folder: Path) -> Scene:
    """The platform of a stack, as it is after `up`."""
    made = plan.build(config)
    account = cloud(folder, max_real_nodes=20)
    network = account.call("POST", "/v2/vpcs", dict(made.external.vpc.arguments))[1]["vpc"]
    cluster = _cluster(account, made, network)
    services = [
        _cluster_ip("default", "kubernetes", str(made.addresses.kubernetes_service)),
        _cluster_ip("kube-system", "kube-dns", str(made.addresses.cluster_dns)),
        {**_cluster_ip("shop", "web-headless", "None")},
        *(_balanced(config, account, cluster, each) for each in planned(config)),
    ]
    for zone in made.external.zones:
        _zone(account, zone)
    _firewall(account, made, cluster)
    nodes = _nodes(cluster, made)
    reading = Reading(
        server=cluster["endpoint"],
        nodes=nodes,
        cilium_nodes=[_cilium_node(each) for each in nodes],
        cilium_config={"data": {"ipam": "kubernetes", "ipv4-native-routing-cidr": str(made.addresses.pods)}},
        pods=[pod for node in nodes for pod in _pods(node)],
        services=services,
        service_ranges=[
            {"metadata": {"name": "kubernetes"}, "spec": {"cidrs": [str(made.addresses.services)]}}
        ],
        api_endpoints=[
            {
                "addressType": "IPv4",
                "endpoints": [{"addresses": [str(made.addresses.vpc[2])]}],
                "ports": [{"name": "https", "port": 443, "protocol": "TCP"}],
            }
        ],
        workloads=_workloads(made),
        clusters=_listed(account, "kubernetes/clusters", "kubernetes_clusters"),
        vpcs=_listed(account, "vpcs", "vpcs"),
        members=_listed(account, f"vpcs/{network['id']}/members", "members"),
        peerings=_listed(account, "vpc_peerings", "vpc_peerings"),
        load_balancers=_listed(account, "load_balancers", "load_balancers"),
        firewalls=_listed(account, "firewalls", "firewalls"),
        domains=_listed(account, "domains", "domains"),
        records={
            zone.name: _listed(account, f"domains/{zone.name}/records", "domain_records")
            for zone in made.external.zones
        },
    )
    return Scene(config, made, account, copy.deepcopy(reading))


def _listed(account: Cloud, path: str, key: str) -> list[Json]:
    return account.call("GET", f"/v2/{path}", query={"per_page": "200"})[1][key]


def _cluster(account: Cloud, made: Plan, network: Json) -> Json:
    asked = dict(made.cluster.cluster.arguments)
    body = {
        **asked,
        "vpc_uuid": network["id"],
        "node_pools": [_pool(asked["node_pool"]), *(_pool_of(each) for each in made.cluster.pools)],
    }
    key = account.call("POST", "/v2/kubernetes/clusters", body)[1]["kubernetes_cluster"]["id"]
    account.fleet.settle(5)
    return account.store.account.get(Kind.CLUSTER, key)


def _pool_of(pool: CloudResource) -> Json:
    return _pool(pool.arguments)


def _pool(asked: Mapping[str, Any]) -> Json:
    count = asked["min_nodes"] if asked["auto_scale"] else asked["node_count"]
    return {**asked, "count": count}


def _cluster_ip(namespace: str, name: str, address: str) -> Json:
    return {
        "metadata": {"namespace": namespace, "name": name},
        "spec": {"type": "ClusterIP", "clusterIP": address, "clusterIPs": [address], "ports": []},
    }


def _balanced(config: StackConfig, account: Cloud, cluster: Json, asked: Any) -> Json:
    """A Service of Traefik's, with the load balancer that the lab's controller makes of it."""
    public = asked.balancer == "public"
    ports = [
        {"port": port, "nodePort": node_port + (0 if public else 1000), "protocol": "TCP"}
        for port, node_port in NODE_PORTS.items()
    ]
    name = "traefik" if public else "traefik-internal"
    address = str(config.cluster.service_range[50 if public else 51])
    service: Json = {
        "metadata": {
            "namespace": "traefik",
            "name": name,
            "uid": "0b7a1f6e-1111-2222-3333-444455556666",
            "annotations": dict(asked.annotations),
        },
        "spec": {
            "type": "LoadBalancer",
            "clusterIP": address,
            "clusterIPs": [address],
            "externalTrafficPolicy": "Local",
            "healthCheckNodePort": HEALTH_PORT,
            "loadBalancerSourceRanges": [str(each) for each in asked.settings.source_ranges],
            "ports": ports,
        },
    }
    made = account.call("POST", "/v2/load_balancers", body_of(service, cluster))[1]["load_balancer"]
    service["metadata"]["annotations"][ID] = made["id"]
    service["status"] = {"loadBalancer": {"ingress": [{"ip": made["ip"]}]}}
    return service


def _zone(account: Cloud, zone: ZonePlan) -> None:
    account.call("POST", "/v2/domains", {"name": zone.name})
    balancers = {each["network"]: each for each in account.store.account.all(Kind.LOAD_BALANCER)}
    for record in zone.records:
        balancer = balancers["INTERNAL" if record.internal else "EXTERNAL"]
        value = record.value or balancer["ipv6" if record.type == "AAAA" else "ip"]
        caa = {"flags": 0, "tag": record.tag} if record.type == "CAA" else {}
        body = {"type": record.type, "name": record.name, "data": value, "ttl": record.ttl, **caa}
        account.call("POST", f"/v2/domains/{zone.name}/records", body)


def _firewall(account: Cloud, made: Plan, cluster: Json) -> None:
    if made.external.firewall is None:
        return
    rules = [
        {
            "protocol": rule["protocol"],
            "ports": rule.get("port_range", ""),
            "sources": {"addresses": rule["source_addresses"]},
        }
        for rule in made.external.firewall.arguments["inbound_rules"]
    ]
    body = {"name": made.external.firewall.name, "inbound_rules": rules, "tags": [f"k8s:{cluster['id']}"]}
    account.call("POST", "/v2/firewalls", body)


def _nodes(cluster: Json, made: Plan) -> list[Json]:
    ranges = made.addresses.pods.subnets(new_prefix=25)
    return [
        {
            "metadata": {
                "name": node["name"],
                "labels": {
                    "doks.digitalocean.com/node-pool-id": pool["id"],
                    "doks.digitalocean.com/version": cluster["version"],
                },
            },
            "spec": {"podCIDR": (own := str(next(ranges))), "podCIDRs": [own]},
            "status": {
                "addresses": [
                    {"type": "InternalIP", "address": cluster["machines"]["nodes"][node["name"]]},
                    {"type": "ExternalIP", "address": "203.0.113.9"},
                ],
                "conditions": [{"type": "Ready", "status": "True"}],
                "nodeInfo": {"kubeletVersion": "v1.36.1"},
            },
        }
        for pool in cluster["node_pools"]
        for node in pool["nodes"]
    ]


def _cilium_node(node: Json) -> Json:
    return {
        "metadata": {"name": node["metadata"]["name"]},
        "spec": {"ipam": {"podCIDRs": list(node["spec"]["podCIDRs"])}},
    }


def _pods(node: Json) -> list[Json]:
    name, own = node["metadata"]["name"], IPv4Network(node["spec"]["podCIDR"])
    node_address = node["status"]["addresses"][0]["address"]

    def pod(called: str, address: str, phase: str = "Running", on_host: bool = False) -> Json:
        return {
            "metadata": {"namespace": "shop", "name": f"{called}-{name}"},
            "spec": {"nodeName": name, **({"hostNetwork": True} if on_host else {})},
            "status": {"phase": phase, "podIP": address},
        }

    return [
        pod("web", str(own[5])),
        pod("agent", node_address, on_host=True),
        pod("done", "10.99.0.1", phase="Succeeded"),
        {
            "metadata": {"namespace": "shop", "name": f"waits-{name}"},
            "spec": {},
            "status": {"phase": "Pending"},
        },
    ]


def _workloads(made: Plan) -> list[Json]:
    releases = [made.certificates.release, made.ingress.release, *made.telemetry.releases]
    releases += [each for each in (made.observability.stack, made.observability.prober) if each]
    return [
        {
            "metadata": {
                "namespace": release.namespace,
                "name": release.name,
                "labels": {"helm.sh/chart": f"{release.chart_name}-{release.chart.version}"},
                "annotations": {"meta.helm.sh/release-name": release.name},
            }
        }
        for release in releases
    ]
