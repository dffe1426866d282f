"""A Service of type LoadBalancer as the load balancer that it asks for."""

from collections.abc import Callable, Iterator, Mapping
from ipaddress import ip_network
from typing import Any

from lab.cloud.state import Json

PREFIX = "service.beta.kubernetes.io/do-loadbalancer-"
"""Of the annotations that DigitalOcean's cloud controller reads (docs/facts/digitalocean.md#annotations)."""

ID = "kubernetes.digitalocean.com/load-balancer-id"
"""Written by the controller; names the load balancer of a Service."""

DISOWN = "service.kubernetes.io/do-loadbalancer-disown"
"""`"true"`: the controller leaves the load balancer as it is, also when the Service goes
(docs/facts/kubernetes.md#a-load-balancer-that-is-let-go)."""

_BOOLEAN = frozenset({"true", "false"})


def _words(*words: str) -> Callable[[str], bool]:
    return lambda value: value in words


def _between(smallest: int, largest: int) -> Callable[[str], bool]:
    return lambda value: value.isdecimal() and smallest <= int(value) <= largest


def _anything(_: str) -> bool:
    return True


def _firewall_rules(text: str) -> list[str]:
    """Rules such as `ip:192.0.2.1` and `cidr:198.51.100.0/24`, separated by commas."""
    return [rule.strip() for rule in text.split(",") if rule.strip()]


def _is_firewall_rules(value: str) -> bool:
    return all(_is_firewall_rule(rule) for rule in _firewall_rules(value))


def _is_firewall_rule(rule: str) -> bool:
    kind, _, address = rule.partition(":")
    try:
        network = ip_network(address)
    except ValueError:
        return False
    return kind == "cidr" or (kind == "ip" and network.num_addresses == 1)


_ALLOWED: Mapping[str, Callable[[str], bool]] = {
    "name": lambda value: 0 < len(value) <= 255,
    "protocol": _words("tcp", "http", "https", "http2", "http3"),
    "type": _words("REGIONAL", "REGIONAL_NETWORK"),
    "network": _words("EXTERNAL", "INTERNAL"),
    "network-stack": _words("IPV4", "DUALSTACK"),
    "size-unit": _between(1, 100),
    "size-slug": _words("lb-small", "lb-medium", "lb-large"),
    "algorithm": _anything,
    "hostname": lambda value: "," not in value and " " not in value,
    "http-ports": _anything,
    "tls-ports": _anything,
    "http2-ports": _anything,
    "http3-port": _anything,
    "tls-passthrough": _BOOLEAN.__contains__,
    "certificate-id": _anything,
    "certificate-name": _anything,
    "sticky-sessions-type": _words("none", "cookies"),
    "sticky-sessions-cookie-name": _anything,
    "sticky-sessions-cookie-ttl": str.isdecimal,
    "redirect-http-to-https": _BOOLEAN.__contains__,
    "disable-lets-encrypt-dns-records": _BOOLEAN.__contains__,
    "enable-proxy-protocol": _BOOLEAN.__contains__,
    "enable-backend-keepalive": _BOOLEAN.__contains__,
    "http-idle-timeout-seconds": _between(30, 600),
    "override-health-check": _BOOLEAN.__contains__,
    "healthcheck-port": _between(1, 65535),
    "healthcheck-path": lambda value: value.startswith("/"),
    "healthcheck-protocol": _words("tcp", "http", "https"),
    "healthcheck-check-interval-seconds": _between(3, 300),
    "healthcheck-response-timeout-seconds": _between(3, 300),
    "healthcheck-unhealthy-threshold": _between(2, 10),
    "healthcheck-healthy-threshold": _between(2, 10),
    "deny-rules": _is_firewall_rules,
    "allow-rules": _is_firewall_rules,
    "ip": _anything,
    "subnet-uuid": _anything,
}


def refusals(service: Json) -> Iterator[str]:
    """What DOKS' admission webhook refuses about a Service's annotations."""
    settings = settings_of(service)
    for suffix, value in settings.items():
        if suffix not in _ALLOWED:
            yield f"{PREFIX}{suffix}: no such annotation"
        elif not _ALLOWED[suffix](value):
            yield f"{PREFIX}{suffix}: invalid value {value!r}"
    if settings.get("enable-proxy-protocol") == "true" and _type(settings) == "REGIONAL_NETWORK":
        yield f"{PREFIX}enable-proxy-protocol: needs {PREFIX}type REGIONAL"
    for text in service["spec"].get("loadBalancerSourceRanges", ()):
        try:
            ip_network(text)
        except ValueError:
            yield f"spec.loadBalancerSourceRanges: invalid range {text!r}"


def settings_of(service: Json) -> dict[str, str]:
    """The annotations for the controller, by suffix."""
    annotations: dict[str, str] = service["metadata"].get("annotations") or {}
    return {key.removeprefix(PREFIX): each for key, each in annotations.items() if key.startswith(PREFIX)}


def disowned(service: Json) -> bool:
    """Whether a Service's load balancer is no longer its own."""
    return (service["metadata"].get("annotations") or {}).get(DISOWN) == "true"


def addresses(balancer: Json) -> list[str]:
    """The addresses of a load balancer, as the controller reports them: IPv4 first."""
    return [balancer["ip"], *([balancer["ipv6"]] if balancer["ipv6"] else [])]


def body_of(service: Json, cluster: Json) -> Json:
    """The load balancer that a valid Service asks for, as the body of a call.

    Behind it are the nodes that have joined. Targets are NodePorts for both types: the lab's load balancers
    are proxies, while a real one of type REGIONAL_NETWORK passes packets on to the Service's own port.
    """
    settings, spec = settings_of(service), service["spec"]
    return {
        "name": settings.get("name", f"a{service['metadata']['uid'].replace('-', '')[:31]}"),
        "type": _type(settings),
        "size_unit": int(settings.get("size-unit", 1)),
        "network": settings.get("network", "EXTERNAL"),
        "network_stack": _stack(settings),
        "region": cluster["region"],
        "vpc_uuid": cluster["vpc_uuid"],
        "tags": [f"k8s:{cluster['id']}"],
        "droplet_ids": [
            int(node["droplet_id"])
            for pool in cluster["node_pools"]
            for node in pool["nodes"]
            if node["name"] in cluster["machines"]["nodes"]
        ],
        "enable_proxy_protocol": settings.get("enable-proxy-protocol") == "true",
        "http_idle_timeout_seconds": int(settings.get("http-idle-timeout-seconds", 60)),
        "forwarding_rules": [
            {
                "entry_protocol": port.get("protocol", "TCP").lower(),
                "entry_port": port["port"],
                "target_protocol": port.get("protocol", "TCP").lower(),
                "target_port": port["nodePort"],
            }
            for port in spec["ports"]
        ],
        "health_check": _health_check(settings, spec),
        "firewall": {
            "allow": [f"cidr:{text}" for text in spec.get("loadBalancerSourceRanges", ())]
            or _firewall_rules(settings.get("allow-rules", "")),
            "deny": _firewall_rules(settings.get("deny-rules", "")),
        },
    }


def _type(settings: Mapping[str, str]) -> str:
    """REGIONAL_NETWORK unless said otherwise, since DOKS 1.33 (docs/facts/digitalocean.md#load-balancers)."""
    return settings.get("type", "REGIONAL_NETWORK")


def _stack(settings: Mapping[str, str]) -> str:
    """Both for an external one of type REGIONAL, unless said otherwise; the others have IPv4 alone
    (docs/facts/digitalocean.md#load-balancers)."""
    both = _type(settings) == "REGIONAL" and settings.get("network") != "INTERNAL"
    return settings.get("network-stack", "DUALSTACK") if both else "IPV4"


def _health_check(settings: Mapping[str, str], spec: Mapping[str, Any]) -> Json:
    """With policy Local, whether a node has a pod of the Service; otherwise, whether its NodePort answers."""
    check: Json = {"protocol": "tcp", "port": spec["ports"][0]["nodePort"], "path": "/healthz"}
    if spec.get("externalTrafficPolicy") == "Local" and spec.get("healthCheckNodePort"):
        check |= {"protocol": "http", "port": spec["healthCheckNodePort"]}
    if settings.get("override-health-check") == "true":
        check["protocol"] = settings.get("healthcheck-protocol", check["protocol"])
        check["port"] = int(settings.get("healthcheck-port", check["port"]))
        check["path"] = settings.get("healthcheck-path", check["path"])
    return check | {
        "check_interval_seconds": int(settings.get("healthcheck-check-interval-seconds", 3)),
        "response_timeout_seconds": int(settings.get("healthcheck-response-timeout-seconds", 5)),
        "unhealthy_threshold": int(settings.get("healthcheck-unhealthy-threshold", 3)),
        "healthy_threshold": int(settings.get("healthcheck-healthy-threshold", 5)),
    }
