"""The load balancer before Traefik: itself, its check of the nodes, its rules (EXT-1, ING-9)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from network.diagnosis.facts import Facts, Object, seen
from network.diagnosis.links import names
from network.diagnosis.walk import Link, Outcome
from network.live.balancers import let_in
from network.live.finding import CannotLookError

LIST = "GET /v2/load_balancers"


@dataclass(frozen=True)
class Front:
    """A load balancer as it is planned."""

    name: str
    type: str
    proxy_protocol: bool
    service: str
    """Of Kubernetes, in Traefik's namespace."""
    ports: Sequence[tuple[str, int]]
    """Protocol and port of each way in."""
    check: Mapping[str, int]
    """Settings of its health check, in the API's words."""
    node_local: bool
    """Whether nodes without a pod of Traefik fail the check."""
    sources: str
    """Whom it lets in, in the words of `let_in`."""
    is_reached_from_everywhere: bool
    """Whether anybody may connect: it is public, and no ranges are named."""
    declared: str


def balancer(front: Front, host: str) -> Link:
    """Return the link of the load balancer itself, met by way of a host."""

    def judge(facts: Facts) -> Outcome:
        describe = f"kubectl describe service -n traefik {front.service}"
        points = list(names.told(facts.objects, front.service))
        if not points:
            return Outcome(f"Service traefik/{front.service} has no address", describe, describe)
        known = None
        if not isinstance(facts.balancers, CannotLookError):
            command = f"doctl compute load-balancer list --format Name,Status,IP; {describe}"
            known = next((each for each in facts.balancers if each["name"] == front.name), None)
            if known is None:
                return Outcome(f"the account has no load balancer {front.name}", LIST, command)
            if wrong := _wrong(front, known, points):
                return Outcome(wrong, LIST, command)
            if all(rule["entry_port"] != 443 for rule in known.get("forwarding_rules", ())):
                return Outcome(f"active at {', '.join(points)}, without a rule for 443", LIST)
        dial = facts.host(host).dials.get(443)
        if isinstance(dial, CannotLookError):
            if front.is_reached_from_everywhere:
                return Outcome(
                    f"443 takes no connection: {dial.reason}", dial.source, f"nc -vz {points[0]} 443"
                )
            raise CannotLookError(
                dial.source,
                f"{dial.reason}; not everybody may connect to it",
                "look from within the ranges that may",
            )
        seen(facts.balancers)
        return Outcome(f"active at {', '.join(points)}, takes connections", LIST)

    proxy = " with PROXY protocol" if front.proxy_protocol else ""
    planned = f"active, of type {front.type}{proxy}, of Service traefik/{front.service}, open on 443"
    return Link("load-balancer", front.name, planned, judge, front.declared)


def _wrong(front: Front, known: Object, points: Sequence[str]) -> str | None:
    if known.get("status") != "active":
        return f"its state is {known.get('status')}"
    # The API tells no type of those that are older than the choice.
    if known.get("type", front.type) != front.type:
        return f"it is of type {known['type']}"
    if bool(known.get("enable_proxy_protocol")) != front.proxy_protocol:
        return f"PROXY protocol is {'on' if known.get('enable_proxy_protocol') else 'off'}"
    if known.get("ip") not in points:
        return f"its address is {known.get('ip')}, and Traefik's Service has {', '.join(points)}"
    if let_in(known) != front.sources:
        return f"it lets in {let_in(known)}, planned is {front.sources}"
    return None


def node_check(front: Front) -> Link:
    """Return the link of its health check."""

    def judge(facts: Facts) -> Outcome:
        service = facts.objects.get("Service", front.service, "traefik") or {}
        check = _of_account(facts, front).get("health_check") or {}
        command = f"kubectl describe service -n traefik {front.service}"
        asked = service.get("spec", {}).get("healthCheckNodePort")
        if front.node_local and check.get("port") != asked:
            return Outcome(
                f"it asks port {check.get('port')}, and the Service tells port {asked}", LIST, command
            )
        for key, value in front.check.items():
            if check.get(key) != value:
                return Outcome(f"{key} is {check.get(key)}, planned is {value}", LIST, command)
        return Outcome(f"asks port {check.get('port')} of each node", LIST)

    where = "`healthCheckNodePort` of the Service" if front.node_local else "nodes"
    planned = f"asks {where} every {front.check['check_interval_seconds']} s"
    return Link("node-check", front.name, planned, judge, "ingress.loadBalancer.healthCheck")


def node_port(front: Front) -> Link:
    """Return the link of its forwarding rules."""

    def judge(facts: Facts) -> Outcome:
        service = facts.objects.get("Service", front.service, "traefik") or {}
        opened = {
            (port.get("protocol", "TCP"), port["port"]): port.get("nodePort")
            for port in service.get("spec", {}).get("ports", ())
        }
        rules = {
            (_transport(rule["entry_protocol"]), rule["entry_port"]): rule["target_port"]
            for rule in _of_account(facts, front).get("forwarding_rules", ())
        }
        command = f"kubectl get service -n traefik {front.service} -o yaml"
        for protocol, port in front.ports:
            if (protocol, port) not in opened:
                return Outcome(
                    f"Service traefik/{front.service} has no port {port}/{protocol}", command, command
                )
            # One that passes packets on may lead to the Service's own port.
            right = (opened[protocol, port], *((port,) if front.type == "REGIONAL_NETWORK" else ()))
            if rules.get((protocol, port)) not in right:
                target = rules.get((protocol, port), "nowhere")
                return Outcome(
                    f"{port}/{protocol} leads to {target}, and the Service's node port is {right[0]}",
                    LIST,
                    command,
                )
        return Outcome(", ".join(f"{port} to {opened[proto, port]}" for proto, port in front.ports), LIST)

    wanted = ", ".join(f"{port}/{protocol}" for protocol, port in front.ports)
    return Link("node-port", front.name, f"{wanted} to Traefik's node ports", judge, front.declared)


def _transport(protocol: str) -> str:
    return "UDP" if protocol == "udp" else "TCP"


def _of_account(facts: Facts, front: Front) -> Object:
    known = next((each for each in seen(facts.balancers) if each["name"] == front.name), None)
    if known is None:
        raise CannotLookError(
            LIST, f"the account has no load balancer {front.name}", "doctl compute load-balancer list"
        )
    return known
