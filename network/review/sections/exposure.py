"""Who reaches the platform from outside: the API server, the load balancer, the nodes."""

from collections.abc import Iterable, Iterator, Mapping
from ipaddress import IPv4Network, IPv6Network, collapse_addresses, ip_network
from typing import Any

from network.config.platform import TRAEFIK
from network.review import kinds
from network.review.kinds import Finding, Kind
from network.review.markdown import code, codes, counted, table
from network.review.sections import Section
from network.review.side import Side

Network = IPv4Network | IPv6Network

EVERYBODY = 8
"""Prefix length from which on a public range counts as the whole internet: nobody owns a /8 for an office."""


def compare(base: Side, head: Side) -> Section:
    """Return which doors open or close."""
    old, new = dict(_doors(base)), dict(_doors(head))
    findings: list[Finding] = []
    rows: list[tuple[str, str, str]] = []
    for door in [*old, *(door for door in new if door not in old)]:
        before, after = old.get(door), new.get(door)
        if before == after:
            continue
        rows.append((door, _listed(before), _listed(after)))
        findings += _difference(door, before or [], after or [])
    return Section("Exposure", tuple(findings), table(("door", "open to, before", "open to, after"), rows))


API = "the Kubernetes API"


def _doors(side: Side) -> Iterator[tuple[str, list[str]]]:
    """Yield each door and the ranges that may pass it."""
    cluster = side.resources.get(("KubernetesCluster", ""))
    if cluster is not None:
        firewall: Mapping[str, Any] = cluster["inputs"].get("controlPlaneFirewall", {})
        allowed = firewall.get("allowedAddresses", [])
        # An enabled firewall without addresses, or none at all, admits everybody.
        yield API, sorted(allowed) if firewall.get("enabled") and allowed else ["0.0.0.0/0"]
    for release in side.releases.values():
        service: Mapping[str, Any] = release["values"].get("service", {})
        spec = service.get("spec", {})
        if spec.get("type") == "LoadBalancer":
            door = "the load balancer" if release["name"] == TRAEFIK else f"load balancer {release['name']}"
            yield door, sorted(spec.get("loadBalancerSourceRanges") or ["0.0.0.0/0"])
        for name, additional in service.get("additionalServices", {}).items():
            # Its address is one of the VPC's, which nobody else has a way to.
            within = side.document.get("addresses", {}).get("vpc")
            sources = additional["spec"].get("loadBalancerSourceRanges") or [within]
            yield f"the {name} load balancer", sorted(sources)
    for (type_name, name), resource in side.resources.items():
        if type_name == "Cdn":
            yield f"what is in {code(resource['inputs']['origin'])}", ["0.0.0.0/0"]
        elif type_name == "Firewall":
            whose = "the VPN" if name else "the nodes"
            for rule in resource["inputs"].get("inboundRules", []):
                ports = rule.get("portRange", "")
                sources = rule.get("sourceAddresses", [])
                yield f"{whose}, {rule['protocol']} {ports}".strip(), sorted(sources)
    for (namespace, name), manifest in side.of_kind("Service").items():
        if manifest["spec"].get("type") in ("NodePort", "LoadBalancer"):
            yield (
                f"Service {namespace}/{name} ({manifest['spec']['type']})",
                sorted(manifest["spec"].get("loadBalancerSourceRanges") or ["0.0.0.0/0"]),
            )


def _listed(ranges: list[str] | None) -> str:
    return "nobody" if not ranges else codes(ranges)


def _difference(door: str, before: Iterable[str], after: Iterable[str]) -> Iterator[Finding]:
    opened, closed = _beyond(after, before), _beyond(before, after)
    public = [each for each in opened if not each.is_private and each.prefixlen <= EVERYBODY]
    if public:
        yield Finding(
            kinds.OPENED_TO_INTERNET,
            f"**{_capital(door)} {'open' if door.startswith('the nodes') else 'opens'} to the internet**: "
            f"{codes(after)}, before {codes(before) or 'nobody'}.",
        )
    elif opened:
        kind: Kind = kinds.API_WIDENED if door == API else kinds.FIREWALL_WIDENED
        yield Finding(kind, f"{_capital(door)} also admits {_sized(opened)}.")
    if closed:
        kind = kinds.API_NARROWED if door == API else kinds.EXPOSURE_CLOSED
        care = ": make sure that CI, which deploys through it, is not among them" if door == API else ""
        yield Finding(kind, f"{_capital(door)} no longer admits {_sized(closed)}{care}.")


def _sized(networks: list[Network]) -> str:
    count = sum(each.num_addresses for each in networks)
    return f"{codes(map(str, networks))} ({counted(count, 'address', 'addresses')})"


def _beyond(ranges: Iterable[str], known: Iterable[str]) -> list[Network]:
    """Return the parts of the ranges that none of the known ones holds."""
    left: list[Network] = [ip_network(each) for each in ranges]
    for other in map(ip_network, known):
        left = [part for each in left for part in _without(each, other)]
    return [*_collapsed(left, 4), *_collapsed(left, 6)]


def _collapsed(networks: Iterable[Network], version: int) -> Iterator[Network]:
    same: list[Any] = [each for each in networks if each.version == version]
    yield from collapse_addresses(same)


def _without(network: Any, taken: Any) -> Iterable[Network]:
    if network.version != taken.version or not network.overlaps(taken):
        return (network,)
    return () if network.subnet_of(taken) else network.address_exclude(taken)


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]
