"""The account's load balancers as those that the lab's HAProxy shall be."""

from collections.abc import Mapping, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, ip_network

from lab.cloud.state import Account, Json, Kind
from lab.internet.addresses import of_ipv4
from lab.internet.global_load_balancer import GlobalLoadBalancer, Target
from lab.internet.load_balancer import HealthCheck, LoadBalancer, Node, Rule


def load_balancers(account: Account) -> list[LoadBalancer]:
    """Every load balancer of a region, with the real nodes of its cluster; none, when that has gone."""
    clusters = {f"k8s:{cluster['id']}": cluster for cluster in account.all(Kind.CLUSTER)}
    vpcs = {vpc["id"]: IPv4Network(vpc["ip_range"]) for vpc in account.all(Kind.VPC)}
    return [
        _balancer(each, clusters, vpcs) for each in account.all(Kind.LOAD_BALANCER) if not _is_global(each)
    ]


def global_load_balancers(account: Account) -> list[GlobalLoadBalancer]:
    """Every load balancer over those of regions."""
    return [_global(account, each) for each in account.all(Kind.LOAD_BALANCER) if _is_global(each)]


def _is_global(balancer: Json) -> bool:
    return balancer["type"] == "GLOBAL"


def _global(account: Account, balancer: Json) -> GlobalLoadBalancer:
    settings = balancer["glb_settings"]
    targets = (account.get(Kind.LOAD_BALANCER, key) for key in balancer["target_load_balancer_ids"])
    edges: Sequence[str] = balancer["edges"]
    return GlobalLoadBalancer(
        id=balancer["id"],
        name=balancer["name"],
        addresses=(*map(IPv4Address, edges), *map(of_ipv4, edges)),
        hosts=tuple(domain["name"] for domain in balancer["domains"]),
        targets=tuple(
            Target(each["name"], each["region"]["slug"], IPv4Address(each["ip"])) for each in targets
        ),
        target_protocol=settings["target_protocol"],
        target_port=settings["target_port"],
        health_check=_health_check(balancer["health_check"]),
        priorities=tuple(sorted((settings.get("region_priorities") or {}).items())),
        failover_threshold=settings.get("failover_threshold") or 0,
        redirects=balancer["redirect_http_to_https"],
    )


def _balancer(balancer: Json, clusters: Mapping[str, Json], vpcs: Mapping[str, IPv4Network]) -> LoadBalancer:
    return LoadBalancer(
        id=balancer["id"],
        name=balancer["name"],
        address=IPv4Address(balancer["ip"]),
        address_6=IPv6Address(balancer["ipv6"]) if balancer["ipv6"] else None,
        rules=tuple(
            Rule(rule["entry_protocol"], rule["entry_port"], rule["target_port"])
            for rule in balancer["forwarding_rules"]
            if rule["entry_protocol"] in ("tcp", "udp")
        ),
        nodes=tuple(
            Node(name, IPv4Address(address))
            for tag in balancer["tags"]
            if tag in clusters
            for name, address in clusters[tag]["machines"]["nodes"].items()
        ),
        health_check=_health_check(balancer["health_check"]),
        proxy_protocol=balancer["enable_proxy_protocol"],
        source_ranges=_ranges(balancer["firewall"]["allow"]),
        denied_ranges=_ranges(balancer["firewall"]["deny"]),
        within=vpcs[balancer["vpc_uuid"]] if balancer["network"] == "INTERNAL" else None,
    )


def _ranges(rules: Sequence[str]) -> tuple[IPv4Network, ...]:
    """The IPv4 ranges of firewall rules such as `ip:192.0.2.1` and `cidr:198.51.100.0/24`."""
    networks = (ip_network(rule.partition(":")[2]) for rule in rules)
    return tuple(network for network in networks if isinstance(network, IPv4Network))


def _health_check(check: Json) -> HealthCheck:
    return HealthCheck(
        protocol="http" if check["protocol"] == "http" else "tcp",
        port=check["port"],
        path=check["path"],
        interval_seconds=check["check_interval_seconds"],
        response_timeout_seconds=check["response_timeout_seconds"],
        unhealthy_threshold=check["unhealthy_threshold"],
        healthy_threshold=check["healthy_threshold"],
    )
