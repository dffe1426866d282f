"""The Services in front of Traefik, which DigitalOcean turns into load balancers (EXT-1, ING-9)."""

from collections.abc import Sequence
from ipaddress import IPv4Network
from typing import Any

from network.config import StackConfig
from network.config.entry_points import Balancer
from network.config.ingress import InternalLoadBalancer, LoadBalancer
from network.config.platform import TRAEFIK
from network.plan.ingress.entrypoints import SERVICES

PREFIX = "service.beta.kubernetes.io/do-loadbalancer-"
"""Of the annotations that DigitalOcean's cloud controller reads."""


def service(config: StackConfig) -> dict[str, Any]:
    """Return the chart's `service` values."""
    ingress = config.ingress
    internal = ingress.internal_load_balancer
    service = {
        **_single(config, "public"),
        "annotations": annotations(ingress.load_balancer),
        "spec": _spec(config, ingress.load_balancer.source_ranges),
    }
    if internal is None:
        return service
    additional = {
        **_single(config, "internal"),
        "annotations": _internal_annotations(internal, ingress.load_balancer),
        "spec": _spec(config, internal.source_ranges),
    }
    return {**service, "additionalServices": {SERVICES["internal"]: additional}}


def _single(config: StackConfig, balancer: Balancer) -> dict[str, bool]:
    """Return that one load balancer has both protocols, where it has: a second Service would have another
    address."""
    entry_points = config.ingress.entry_points.values()
    both = any(each.load_balancer == balancer and each.protocol == "UDP" for each in entry_points)
    return {"single": True} if both else {}


def service_name(balancer: Balancer) -> str:
    """Return the name of the Service before a load balancer, as the chart makes it."""
    return TRAEFIK if balancer == "public" else f"{TRAEFIK}-{SERVICES[balancer]}"


def _spec(config: StackConfig, sources: Sequence[IPv4Network]) -> dict[str, Any]:
    # Type and policy work under `spec` only: the chart accepts them above it and drops them.
    return {
        "type": "LoadBalancer",
        "externalTrafficPolicy": config.ingress.external_traffic_policy,
        **({"loadBalancerSourceRanges": [str(source) for source in sources]} if sources else {}),
    }


def _internal_annotations(internal: InternalLoadBalancer, public: LoadBalancer) -> dict[str, str]:
    """Return those of the internal one, which is checked as the public one is: behind both are the same
    pods."""
    shared = LoadBalancer(
        name=internal.name,
        size_unit=internal.size_unit,
        health_check=public.health_check,
        http_idle_timeout_seconds=public.http_idle_timeout_seconds,
    )
    return {**annotations(shared), f"{PREFIX}network": "INTERNAL"}


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
