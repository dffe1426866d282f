"""Traefik's entrypoints: what listens, whom each believes, how requests and shutdown are bounded
(ING-1, ING-4, ING-5)."""

from typing import Any

from network.config import StackConfig
from network.config.platform import TRAEFIK
from network.plan.ingress import tracing
from network.plan.model.traefik import traefik_name

WEB, WEBSECURE, INTERNAL, METRICS = "web", "websecure", "traefik", "metrics"
"""Names of the entrypoints: plain HTTP, HTTPS, dashboard and health, Prometheus."""

CONTAINER_PORTS = {WEB: 8000, WEBSECURE: 8443, INTERNAL: 8080, METRICS: 9100}
"""Ports that Traefik's pods listen on, by entrypoint; the chart's defaults, above 1024 so that
no capability is needed."""

ENCODED_CHARACTERS = (
    "allowEncodedSlash",
    "allowEncodedBackSlash",
    "allowEncodedNullCharacter",
    "allowEncodedSemicolon",
    "allowEncodedPercent",
    "allowEncodedQuestionMark",
    "allowEncodedHash",
)
"""Encodings in paths that proxy and backend may read differently. Traefik allows them by default
since 3.6.7; refusing is an explicit choice."""


def ports(config: StackConfig) -> dict[str, Any]:
    """Return the chart's `ports` values."""
    public = _public(config)
    return {
        WEB: {
            **public,
            "port": CONTAINER_PORTS[WEB],
            "http": {
                **_hygiene(),
                "middlewares": _chain(config.traffic.web_chain),
                "redirections": {
                    "entryPoint": {
                        "to": WEBSECURE,
                        "scheme": "https",
                        "permanent": True,
                    }
                },
            },
            # Lets challenges that cert-manager's solver pods answer past the redirect.
            "allowACMEByPass": config.certificates.http01 is not None,
        },
        WEBSECURE: {
            **public,
            "port": CONTAINER_PORTS[WEBSECURE],
            # Without a default entrypoint, routers that name none would answer on all of them.
            "asDefault": True,
            "http": {
                **_hygiene(),
                "middlewares": _chain(config.traffic.default_chain),
                "tls": {"enabled": True},
            },
            "http3": {"enabled": config.ingress.http3},
        },
        INTERNAL: {
            "port": CONTAINER_PORTS[INTERNAL],
            "expose": {"default": False},
            **tracing.untraced(config),
        },
        METRICS: {"port": CONTAINER_PORTS[METRICS], "expose": {"default": False}},
    }


def arguments(config: StackConfig) -> list[str]:
    """Return the options that the chart has no value for."""
    streams = config.ingress.http2_max_concurrent_streams
    return [
        f"--entryPoints.{WEBSECURE}.http2.maxConcurrentStreams={streams}",
        # `keep`, the default, lets a client send X_Auth_User or X.Auth.User beside the X-Auth-User that an
        # authentication sets; many backends read all three as one. Traefik warns of each entrypoint without.
        *(f"--entryPoints.{name}.http.aliasHeadersStrategy=delete" for name in CONTAINER_PORTS),
    ]


def _public(config: StackConfig) -> dict[str, Any]:
    """Return what every entrypoint behind the load balancer has in common."""
    ingress = config.ingress
    proxies = (
        # The load balancer connects from the VPC, on all ports alike; nobody else is believed.
        [str(config.external.vpc.ip_range)] if ingress.load_balancer.proxy_protocol else []
    )
    return {
        "expose": {"default": True},
        "proxyProtocol": {"trustedIPs": proxies, "insecure": False},
        "forwardedHeaders": {
            "trustedIPs": [str(network) for network in ingress.cdn_ranges],
            "insecure": False,
        },
        "transport": {
            "respondingTimeouts": {
                "readTimeout": f"{ingress.timeouts.read_seconds}s",
                "writeTimeout": f"{ingress.timeouts.write_seconds}s",
                "idleTimeout": f"{ingress.timeouts.idle_seconds}s",
            },
            "lifeCycle": {
                "requestAcceptGraceTimeout": f"{ingress.shutdown.request_accept_grace_seconds}s",
                "graceTimeOut": f"{ingress.shutdown.grace_seconds}s",
            },
        },
    }


def _hygiene() -> dict[str, Any]:
    return {
        "encodedCharacters": dict.fromkeys(ENCODED_CHARACTERS, False),
        "sanitizePath": True,
    }


def _chain(name: str | None) -> list[str]:
    return [] if name is None else [traefik_name(TRAEFIK, name)]
