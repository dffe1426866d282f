"""Entrypoints beside those of HTTP: ports of the load balancer that carry TCP or UDP as it is (ING-8)."""

from collections.abc import Iterator, Mapping
from typing import Literal

from pydantic import Field
from typing_extensions import override

from network.config.model import Finding, Model
from network.config.names import PortName
from network.config.quantities import Duration

Balancer = Literal["public", "internal"]
"""Which load balancer."""
HTTP: Mapping[Balancer, Mapping[str, int]] = {
    "public": {"web": 80, "websecure": 443},
    "internal": {"internalweb": 80, "internalsecure": 443},
}
"""Ports that carry HTTP, by load balancer and Traefik's entrypoint: plain, then with TLS."""
WITHIN = {"traefik": 8080, "metrics": 9100}
"""Entrypoints that no load balancer leads to, and where they listen: the chart's own ports."""
LISTENING = {"web": 8000, "websecure": 8443, "internalweb": 8001, "internalsecure": 8444, **WITHIN}
"""Where the platform's own entrypoints listen in Traefik's pods: the chart's defaults and their neighbours,
above 1024 so that no capability is needed."""

TAKEN = range(50053, 50056)
"""Ports that DigitalOcean's load balancers keep for themselves (docs.digitalocean.com, load balancers,
limits)."""
RULES = 40
"""Forwarding rules of one load balancer (the same page)."""
LIFTED: Mapping[Balancer, int] = {"public": 10_000, "internal": 20_000}
"""Added to ports that Traefik cannot listen on: privileged ones, and those of its own entrypoints."""


class EntryPoint(Model):
    """A port of the load balancer whose connections or packets Traefik passes on as they are."""

    port: int = Field(ge=1, le=65535)
    """Of the load balancer."""
    load_balancer: Balancer = "public"
    """Which one has the port."""
    protocol: Literal["TCP", "UDP"] = "TCP"
    """Of the port. A load balancer of type REGIONAL puts its own address in place of the client's in UDP, and
    drops packets above 1424 bytes."""
    udp_timeout: Duration | None = None
    """Silence after which a UDP client is forgotten, and may meet another pod; Traefik's own is 3s."""

    @override
    def findings(self) -> Iterator[Finding]:
        if self.udp_timeout is not None and self.protocol == "TCP":
            yield Finding(("udpTimeout",), "connections of TCP have an end of their own", "remove udpTimeout")
        if self.port in TAKEN:
            yield Finding(
                ("port",),
                "DigitalOcean's load balancers keep 50053 to 50055 for themselves",
                "choose another port",
            )

    @property
    def container_port(self) -> int:
        """Where Traefik's pods listen for it."""
        lifted = self.port < 1024 or self.port in LISTENING.values()
        return self.port + LIFTED[self.load_balancer] if lifted else self.port


def findings(entry_points: Mapping[PortName, EntryPoint]) -> Iterator[Finding]:
    """Yield what is wrong among all of them."""
    ports: dict[tuple[str, str, int], str] = {
        (balancer, "TCP", port): name for balancer, own in HTTP.items() for name, port in own.items()
    }
    listening = {("TCP", port): name for name, port in LISTENING.items()}
    for name, entry_point in entry_points.items():
        yield from _named(name)
        number, protocol, own = entry_point.port, entry_point.protocol, entry_point.load_balancer
        other = "UDP" if protocol == "TCP" else "TCP"
        across = next((ports[key] for each in HTTP if (key := (each, other, number)) in ports), None)
        same = ports.get((own, protocol, number))
        if across is not None:
            yield Finding(
                (name, "port"),
                f"entrypoint {across} takes port {number} for {other}, and the load balancers that "
                "DigitalOcean makes for a cluster carry only one of the two on a port",
                "choose another port",
            )
        elif same is not None:
            yield Finding(
                (name, "port"),
                f"entrypoint {same} has this port",
                "choose another port" + ("; HTTP is served by `routes`" if same in LISTENING else ""),
            )
        elif (protocol, entry_point.container_port) in listening:
            yield Finding(
                (name, "port"),
                f"in Traefik's pods it would listen on {entry_point.container_port}, as entrypoint "
                f"{listening[protocol, entry_point.container_port]} does",
                "choose another port",
            )
        ports.setdefault((own, protocol, number), name)
        listening.setdefault((protocol, entry_point.container_port), name)
    for balancer, http in HTTP.items():
        if sum(each.load_balancer == balancer for each in entry_points.values()) + len(http) > RULES:
            yield Finding(
                (),
                f"a load balancer of DigitalOcean has {RULES} forwarding rules at most, of which HTTP takes "
                f"{len(http)}",
                "remove those that can share a port: databases with TLS are told apart by `hosts`",
            )


def _named(name: str) -> Iterator[Finding]:
    if name in LISTENING:
        yield Finding((name,), f"Traefik's own entrypoint is called {name}", "give it another name")
