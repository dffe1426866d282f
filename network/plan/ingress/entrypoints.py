"""Traefik's entrypoints: what listens, whom each believes, how requests and shutdown are bounded
(ING-1, ING-4, ING-5, ING-8)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from network.config import StackConfig
from network.config.entry_points import HTTP, LISTENING, Balancer, EntryPoint
from network.config.platform import TRAEFIK
from network.plan.ingress import tracing
from network.plan.model.flows import Port
from network.plan.model.traefik import traefik_name

WEB, WEBSECURE, INTERNAL, METRICS = "web", "websecure", "traefik", "metrics"
"""Names of the entrypoints: plain HTTP, HTTPS, dashboard and health, Prometheus."""

INTERNAL_WEB, INTERNAL_SECURE = HTTP["internal"]
"""Of the internal load balancer: plain HTTP, HTTPS."""

OF_HTTP = tuple(name for names in HTTP.values() for name in names)
"""Entrypoints of requests, of whichever load balancer."""

SERVICES: Mapping[Balancer, str] = {"public": "default", "internal": "internal"}
"""What the chart calls the Services before the load balancers."""

CONTAINER_PORTS = {name: LISTENING[name] for name in (WEB, WEBSECURE, INTERNAL, METRICS)}
"""Ports that Traefik's pods listen on in every stack, by entrypoint."""


@dataclass(frozen=True)
class Listener:
    """An entrypoint that a load balancer leads to."""

    load_balancer: Balancer
    name: str
    outside: int
    """Port of the load balancer."""
    inside: Port
    """Where Traefik's pods listen."""


def listeners(config: StackConfig) -> tuple[Listener, ...]:
    """Return what load balancers lead to: HTTP's entrypoints, then the stack's own."""
    return (
        *(
            Listener(balancer, name, port, Port(LISTENING[name]))
            for balancer in config.ingress.balancers
            for name, port in HTTP[balancer].items()
        ),
        *(
            Listener(each.load_balancer, name, each.port, Port(each.container_port, each.protocol))
            for name, each in config.ingress.entry_points.items()
        ),
    )


def of_tcp(config: StackConfig, *of: Balancer) -> tuple[str, ...]:
    """Return the entrypoints of some load balancers whose connections pass as they are."""
    return tuple(
        name
        for name, each in config.ingress.entry_points.items()
        if each.protocol == "TCP" and each.load_balancer in of
    )


def ports(config: StackConfig) -> dict[str, Any]:
    """Return the chart's `ports` values."""
    public = _public(config)
    return {
        WEB: {
            **public,
            "port": CONTAINER_PORTS[WEB],
            "http": {
                **_hygiene(config),
                "middlewares": _chain(config.traffic.web_chain),
                "redirections": _to_https(WEBSECURE),
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
                **_hygiene(config),
                # None here: the default chain is each route's own to name, so that one may leave it.
                "middlewares": [],
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
        **(_internal(config) if "internal" in config.ingress.balancers else {}),
        **{name: _layer_four(config, each) for name, each in config.ingress.entry_points.items()},
    }


def _internal(config: StackConfig) -> dict[str, Any]:
    """Return the ports of HTTP within the VPC. No CDN stands before them, and nobody redirects to the public
    ones."""
    common = {
        **_public(config),
        "expose": _exposed("internal"),
        "forwardedHeaders": {"trustedIPs": [], "insecure": False},
        "proxyProtocol": _believed(config),
    }
    return {
        INTERNAL_WEB: {
            **common,
            "port": LISTENING[INTERNAL_WEB],
            "exposedPort": HTTP["internal"][INTERNAL_WEB],
            "http": {**_hygiene(config), "redirections": _to_https(INTERNAL_SECURE)},
        },
        INTERNAL_SECURE: {
            **common,
            "port": LISTENING[INTERNAL_SECURE],
            "exposedPort": HTTP["internal"][INTERNAL_SECURE],
            "http": {**_hygiene(config), "tls": {"enabled": True}},
        },
    }


def _exposed(balancer: Balancer) -> dict[str, bool]:
    """Return which Service has a port; by the chart's default none but the named ones have it."""
    return {SERVICES["public"]: balancer == "public", SERVICES[balancer]: True}


def _believed(config: StackConfig) -> dict[str, Any]:
    """Return who is believed about clients: load balancers connect from the VPC, on all ports alike; nobody
    else is believed."""
    return {"trustedIPs": [str(config.external.vpc.ip_range)], "insecure": False}


def _to_https(entry_point: str) -> dict[str, Any]:
    return {"entryPoint": {"to": entry_point, "scheme": "https", "permanent": True}}


def _layer_four(config: StackConfig, entry_point: EntryPoint) -> dict[str, Any]:
    """Return a port whose traffic passes as it is."""
    common: dict[str, Any] = {
        "port": entry_point.container_port,
        "exposedPort": entry_point.port,
        "protocol": entry_point.protocol,
        "expose": _exposed(entry_point.load_balancer),
    }
    if entry_point.protocol == "UDP":
        # UDP has no header that tells the client's address, and nothing to drain.
        return common
    public = _public(config)
    return {
        **common,
        "proxyProtocol": (
            _believed(config) if entry_point.load_balancer == "internal" else public["proxyProtocol"]
        ),
        "transport": {"lifeCycle": public["transport"]["lifeCycle"]},
    }


def arguments(config: StackConfig) -> list[str]:
    """Return the options that the chart has no value for."""
    streams = config.ingress.http2_max_concurrent_streams
    internal = tuple(HTTP["internal"]) if "internal" in config.ingress.balancers else ()
    return [
        *(
            f"--entryPoints.{name}.http2.maxConcurrentStreams={streams}"
            for name in (WEBSECURE, *internal[1:])
        ),
        # `keep`, the default, lets a client send X_Auth_User or X.Auth.User beside the X-Auth-User that an
        # authentication sets; many backends read all three as one. Those of TCP have it too, since an Ingress
        # may put itself on any of them. Traefik warns of each entrypoint without.
        *(
            f"--entryPoints.{name}.http.aliasHeadersStrategy=delete"
            for name in (*CONTAINER_PORTS, *internal, *of_tcp(config, *config.ingress.balancers))
        ),
        *(
            f"--entryPoints.{name}.udp.timeout={each.udp_timeout}"
            for name, each in config.ingress.entry_points.items()
            if each.udp_timeout is not None
        ),
    ]


def _public(config: StackConfig) -> dict[str, Any]:
    """Return what every entrypoint behind the load balancer has in common."""
    ingress = config.ingress
    nobody = {"trustedIPs": [], "insecure": False}
    return {
        "expose": {"default": True},
        "proxyProtocol": _believed(config) if ingress.load_balancer.proxy_protocol else nobody,
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


def _hygiene(config: StackConfig) -> dict[str, Any]:
    # Each is written: Traefik lets all of them in by default since 3.6.7. A proxy and a backend may read them
    # differently.
    return {
        "encodedCharacters": config.ingress.encoded_characters.allowed,
        "sanitizePath": True,
    }


def _chain(name: str | None) -> list[str]:
    return [] if name is None else [traefik_name(TRAEFIK, name)]
