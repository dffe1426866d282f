"""Who comes into the VPC by the VPN, and what each reaches (ADM-3)."""

from collections.abc import Iterator, Mapping
from typing import Any

from network.config.vpn import API_SERVER, INTERNAL_LOAD_BALANCER, MACHINE
from network.review import kinds
from network.review.kinds import Finding
from network.review.markdown import change, code, codes, table
from network.review.sections import Section
from network.review.side import Side

_OWN = {
    API_SERVER: "the API server",
    INTERNAL_LOAD_BALANCER: "the internal load balancer",
    MACHINE: "SSH of the machine",
}


def compare(base: Side, head: Side) -> Section:
    """Return which peers come and go, and what is opened to and closed from those that stay."""
    old, new = _peers(base), _peers(head)
    findings: list[Finding] = []
    rows: list[tuple[str, str, str]] = []
    for name in [*old, *(name for name in new if name not in old)]:
        before, after = old.get(name), new.get(name)
        if before != after:
            findings += _difference(name, before, after)
            rows.append((code(name), _described(before), _described(after)))
    return Section("VPN", tuple(findings), table(("peer", "before", "after"), rows))


def _peers(side: Side) -> dict[str, Mapping[str, Any]]:
    """Return key, address and what is reached, by peer."""
    vpn: Mapping[str, Any] = side.config.get("vpn") or {}
    described = {name: _destination(each) for name, each in vpn.get("destinations", {}).items()} | _OWN
    internal = (side.config.get("ingress") or {}).get("internalLoadBalancer")
    usual = [API_SERVER, INTERNAL_LOAD_BALANCER] if internal else [API_SERVER]
    return {
        name: {
            "key": peer["publicKey"],
            "address": peer["address"],
            "reaches": sorted(described.get(each, each) for each in peer.get("reaches") or usual),
        }
        for name, peer in vpn.get("peers", {}).items()
    }


def _destination(destination: Mapping[str, Any]) -> str:
    ports = ", ".join(map(str, destination["ports"]))
    return f"{destination['range']} {destination['protocol']} {ports}"


def _difference(
    name: str, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None
) -> Iterator[Finding]:
    peer = f"Peer {code(name)}"
    if after is None:
        yield Finding(kinds.VPN_PEER_REMOVED, f"{peer} is let in no more.")
        return
    if before is None:
        yield Finding(
            kinds.VPN_PEER_ADDED,
            f"{peer} comes into the VPC as {code(after['address'])}, and reaches {codes(after['reaches'])}.",
        )
        return
    if before["key"] != after["key"]:
        yield Finding(
            kinds.VPN_PEER_ADDED,
            f"{peer} is another device: whoever has the key {code(after['key'])} comes in by its name.",
        )
    if before["address"] != after["address"]:
        moved = change(before["address"], after["address"])
        text = f"{peer} has another address, {moved}: its own configuration must say so too."
        yield Finding(kinds.VPN_PEER_MOVED, text)
    opened = [each for each in after["reaches"] if each not in before["reaches"]]
    closed = [each for each in before["reaches"] if each not in after["reaches"]]
    if opened:
        yield Finding(kinds.VPN_WIDENED, f"{peer} also reaches {codes(opened)}.")
    if closed:
        yield Finding(kinds.VPN_NARROWED, f"{peer} no longer reaches {codes(closed)}.")


def _described(peer: Mapping[str, Any] | None) -> str:
    return "nobody" if peer is None else f"{code(peer['address'])}: {codes(peer['reaches'])}"
