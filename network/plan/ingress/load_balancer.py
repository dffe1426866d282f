"""The Service in front of Traefik, which DigitalOcean turns into the load balancer (EXT-1)."""

from typing import Any

from network.config import StackConfig
from network.config.ingress import LoadBalancer

PREFIX = "service.beta.kubernetes.io/do-loadbalancer-"
"""Of the annotations that DigitalOcean's cloud controller reads."""


def service(config: StackConfig) -> dict[str, Any]:
    """Return the chart's `service` values."""
    ingress = config.ingress
    spec: dict[str, Any] = {
        "type": "LoadBalancer",
        "externalTrafficPolicy": ingress.external_traffic_policy,
    }
    if ingress.load_balancer.source_ranges:
        spec["loadBalancerSourceRanges"] = [str(source) for source in ingress.load_balancer.source_ranges]
    # Type and policy work under `spec` only: the chart accepts them above it and drops them.
    return {"annotations": annotations(ingress.load_balancer), "spec": spec}


def annotations(load_balancer: LoadBalancer) -> dict[str, str]:
    """Return the annotations. All values are strings: a bare `true` makes Kubernetes drop all.

    The type is always written, since its default became REGIONAL_NETWORK with DOKS 1.33, which
    speaks no PROXY protocol. The protocol is TCP, so TLS ends at Traefik.
    """
    check = load_balancer.health_check
    settings = {
        "name": load_balancer.name,
        "type": load_balancer.type,
        "protocol": "tcp",
        # Left out, an external one of type REGIONAL has IPv6 as well, which no record or limit knew of.
        "network-stack": "DUALSTACK" if load_balancer.ipv6 else "IPV4",
        "enable-proxy-protocol": str(load_balancer.proxy_protocol).lower(),
        "healthcheck-check-interval-seconds": str(check.interval_seconds),
        "healthcheck-response-timeout-seconds": str(check.response_timeout_seconds),
        "healthcheck-unhealthy-threshold": str(check.unhealthy_threshold),
        "healthcheck-healthy-threshold": str(check.healthy_threshold),
    }
    if load_balancer.type == "REGIONAL":
        settings["size-unit"] = str(load_balancer.size_unit)
        settings["http-idle-timeout-seconds"] = str(load_balancer.http_idle_timeout_seconds)
    return {f"{PREFIX}{suffix}": value for suffix, value in settings.items()}
