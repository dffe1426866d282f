"""Rules of cloud firewalls, load balancers and tags."""

import re
from ipaddress import ip_network

from lab.cloud.errors import unprocessable
from lab.cloud.state import Account, Json, Kind

_TAG = re.compile(r"[A-Za-z0-9_:-]{1,255}")
_MOST_RULES = 40
_KEPT = frozenset(range(50053, 50056))
_PORTS = re.compile(r"(\d+)(?:-(\d+))?")


def firewall(account: Account, body: Json) -> None:
    """Ports and addresses are valid, each rule has a far end, every tag exists
    (docs/facts/provider.md#what-a-preview-refuses)."""
    if not body["inbound_rules"] and not body["outbound_rules"]:
        raise unprocessable("at least one rule must be specified")
    for end, rules in (("sources", body["inbound_rules"]), ("destinations", body["outbound_rules"])):
        for rule in rules:
            _ports(rule)
            _far_end(account, end, rule.get(end) or {})
    for name in body["tags"]:
        existing_tag(account, name)


def _ports(rule: Json) -> None:
    ports = rule.get("ports") or "all"
    if rule["protocol"] == "icmp" or ports in ("all", "0"):
        return
    match = _PORTS.fullmatch(ports)
    bounds = [int(port) for port in match.groups() if port] if match else []
    if not bounds or sorted(bounds) != bounds or not all(1 <= port <= 65535 for port in bounds):
        raise unprocessable(f"ports must be a port or a range from 1 to 65535, not {ports!r}")


def _far_end(account: Account, end: str, where: Json) -> None:
    if not any(where.values()):
        raise unprocessable(f"a firewall rule needs {end}")
    for address in where.get("addresses") or ():
        try:
            ip_network(address)
        except ValueError:
            raise unprocessable(f"invalid address in {end}: {address!r}") from None
    for name in where.get("tags") or ():
        existing_tag(account, name)


def existing_tag(account: Account, name: str) -> None:
    """A firewall may only name tags that exist
    (docs/facts/provider.md#what-a-preview-refuses)."""
    if account.find(Kind.TAG, name) is None:
        raise unprocessable(f"tag {name} does not exist")


def tag_name(name: str) -> None:
    """Tags are up to 255 letters, digits, ':', '-' and '_'."""
    if not _TAG.fullmatch(name):
        raise unprocessable(f"invalid tag name {name!r}")


def load_balancer(account: Account, body: Json) -> None:
    """PROXY protocol works on REGIONAL load balancers only [api], and no port carries TCP and UDP
    (docs/facts/digitalocean.md#load-balancers)."""
    if body["type"] == "REGIONAL_NETWORK" and body["enable_proxy_protocol"]:
        raise unprocessable("PROXY protocol is not supported on load balancers of type REGIONAL_NETWORK")
    rules = body["forwarding_rules"]
    if not rules:
        raise unprocessable("a load balancer needs at least one forwarding rule")
    if len(rules) > _MOST_RULES:
        raise unprocessable(f"a load balancer has {_MOST_RULES} forwarding rules at most")
    kept = sorted({rule["entry_port"] for rule in rules} & _KEPT)
    if kept:
        raise unprocessable(f"entry_port {kept[0]} is reserved")
    # Those of the other Services of its cluster too.
    others = [
        rule
        for each in account.all(Kind.LOAD_BALANCER)
        if each["id"] != body["id"] and set(each["tags"]) & set(body["tags"])
        for rule in each["forwarding_rules"]
    ]
    udp, tcp = (
        {each["entry_port"] for each in (*rules, *others) if (each["entry_protocol"] == "udp") is is_udp}
        for is_udp in (True, False)
    )
    both = sorted(udp & tcp & {rule["entry_port"] for rule in rules})
    if both:
        raise unprocessable(f"entry_port {both[0]} cannot be shared between TCP and UDP")
