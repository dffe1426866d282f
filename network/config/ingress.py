"""Traefik and the load balancer in front of it (EXT-1, ING-1, ING-4 to ING-6)."""

from ipaddress import IPv4Network
from typing import Literal

from pydantic import Field

from network.config.model import Model
from network.config.quantities import Resources


class HealthCheck(Model):
    """The load balancer's check of the nodes; bounds are DigitalOcean's."""

    interval_seconds: int = Field(default=5, ge=3, le=300)
    response_timeout_seconds: int = Field(default=3, ge=3, le=300)
    unhealthy_threshold: int = Field(default=3, ge=2, le=10)
    healthy_threshold: int = Field(default=2, ge=2, le=10)


class LoadBalancer(Model):
    """The one public entry."""

    name: str
    """Name in the DigitalOcean account; unique there."""
    type: Literal["REGIONAL", "REGIONAL_NETWORK"] = "REGIONAL"
    """REGIONAL is a proxy and speaks PROXY protocol; REGIONAL_NETWORK passes packets through."""
    size_unit: int = Field(default=1, ge=1, le=100)
    """Nodes of the load balancer: each 10 000 requests per second and 10 000 connections."""
    proxy_protocol: bool = True
    """Send the client's address in a PROXY header; needs type REGIONAL."""
    source_ranges: tuple[IPv4Network, ...] = ()
    """Ranges that may connect; empty means everybody."""
    health_check: HealthCheck = Field(default_factory=HealthCheck)


class Scale(Model):
    """Horizontal scale of Traefik."""

    min_replicas: int = Field(default=2, ge=1, le=100)
    max_replicas: int = Field(default=5, ge=1, le=100)
    target_cpu_percent: int = Field(default=70, ge=10, le=95)


class Tls(Model):
    """TLS options of the default TLSOption."""

    min_version: Literal["VersionTLS12", "VersionTLS13"] = "VersionTLS12"
    cipher_suites: tuple[str, ...] = (
        "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
        "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
        "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
        "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
        "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
        "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
    )
    """Suites of TLS 1.2 (those of 1.3 are fixed); only forward-secret AEAD suites are accepted."""
    curve_preferences: tuple[str, ...] = ("X25519", "CurveP256", "CurveP384")
    sni_strict: bool = True
    """Refuse connections whose server name no certificate covers."""


class Timeouts(Model):
    """Responding timeouts of the public entrypoints, in seconds; 0 is none."""

    read_seconds: int = Field(default=60, ge=0, le=3600)
    write_seconds: int = Field(default=0, ge=0, le=3600)
    idle_seconds: int = Field(default=180, ge=1, le=3600)


class Shutdown(Model):
    """How a Traefik replica ends: keep accepting until the load balancer has noticed, then drain."""

    request_accept_grace_seconds: int = Field(default=20, ge=0, le=600)
    """Longer than the load balancer needs to see the node as unhealthy."""
    grace_seconds: int = Field(default=30, ge=0, le=600)
    termination_grace_seconds: int = Field(default=60, ge=1, le=1200)


class Ingress(Model):
    """Traefik."""

    load_balancer: LoadBalancer
    external_traffic_policy: Literal["Local", "Cluster"] = "Local"
    """Local keeps the client's address and lets nodes drain; Cluster adds a hop whose peer is a node."""
    scale: Scale = Field(default_factory=Scale)
    resources: Resources = Field(
        default_factory=lambda: Resources(
            cpu_request="250m", memory_request="256Mi", memory_limit="512Mi"
        )
    )
    tls: Tls = Field(default_factory=Tls)
    http2_max_concurrent_streams: int = Field(default=250, ge=1, le=10000)
    http3: bool = False
    """Refused while the load balancer passes TCP only: one port cannot carry TCP and UDP on DigitalOcean."""
    timeouts: Timeouts = Field(default_factory=Timeouts)
    shutdown: Shutdown = Field(default_factory=Shutdown)
    cdn_ranges: tuple[IPv4Network, ...] = ()
    """Ranges whose X-Forwarded-* headers are believed; only where a CDN stands in front."""
    log_level: Literal["DEBUG", "INFO", "WARN", "ERROR"] = "INFO"
    access_log: bool = True
    """JSON access log with credentials dropped."""
