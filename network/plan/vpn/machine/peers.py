#!/usr/bin/env python3
"""Gives WireGuard the peers that this machine's tags name, and opens to each what it reaches.

Run every few seconds. The tags come from the metadata service, which only this machine can ask and which
holds no secret. Where it does not answer for longer than PATIENCE, nobody is let in any more: a peer that was
removed meanwhile would otherwise stay.
"""

import base64
import ipaddress
import json
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

TAGS = "http://169.254.169.254/metadata/v1/tags/"
PATIENCE = 120
"""Seconds."""
SETTINGS = Path("/etc/vpn/settings.json")
LAST_READ = Path("/run/vpn/last-read")
"""Its time is when the tags were last read; gone after a restart."""
INTERFACE = "wg0"
MACHINE = "ssh"
SSH = 22


@dataclass(frozen=True)
class Peer:
    """Somebody's device."""

    name: str
    address: str
    key: str
    reaches: tuple[str, ...]


@dataclass(frozen=True)
class Destination:
    """Addresses and ports that may be reached."""

    name: str
    protocol: str
    ports: tuple[str, ...]
    network: str = ""
    host: str = ""
    """Name to resolve, where there is no network."""


@dataclass(frozen=True)
class Told:
    """What the tags say."""

    peers: tuple[Peer, ...] = ()
    destinations: tuple[Destination, ...] = ()


def read_tags() -> list[str]:
    """Ask the metadata service. Raises OSError without an answer."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(TAGS, timeout=5) as answer:
        return answer.read().decode().split()


def told(tags: Iterable[str], prefix: str, tunnel: ipaddress.IPv4Network) -> Told:
    """Return what the tags say. A tag that cannot be understood opens nothing."""
    peers: list[Peer] = []
    destinations: list[Destination] = []
    for tag in sorted(tags):
        kind, *parts = tag.removeprefix(prefix).split(":") if tag.startswith(prefix) else [""]
        try:
            if kind == "peer":
                peers.append(_peer(parts, tunnel))
            elif kind in ("to", "at"):
                destinations.append(_destination(kind, parts))
        except ValueError as error:
            print(f"tag {tag} is not understood: {error}", file=sys.stderr)
    return Told(tuple(_unmistakable(peers)), tuple(destinations))


def _unmistakable(peers: Sequence[Peer]) -> Iterator[Peer]:
    """Yield the peers whose address and key nobody else has: of two, nobody says which is meant."""
    for peer in peers:
        others = [each for each in peers if each != peer]
        if any(peer.address == each.address or peer.key == each.key for each in others):
            print(f"peer {peer.name} has the address or the key of another", file=sys.stderr)
        else:
            yield peer


def _peer(parts: Sequence[str], tunnel: ipaddress.IPv4Network) -> Peer:
    name, dashed, key, reaches = parts
    address = ipaddress.IPv4Address(dashed.replace("-", "."))
    if address not in tunnel or address in (tunnel[0], tunnel[1], tunnel[-1]):
        raise ValueError(f"{address} is no peer's")
    raw = bytes.fromhex(key)
    if len(raw) != 32:
        raise ValueError("a key has 32 bytes")
    return Peer(name, str(address), base64.b64encode(raw).decode(), tuple(reaches.split("_")))


def _destination(kind: str, parts: Sequence[str]) -> Destination:
    name, protocol, where, ports = parts
    if protocol not in ("tcp", "udp"):
        raise ValueError(f"protocol {protocol}")
    listed = tuple(ports.split("_"))
    if not all(re.fullmatch(r"[0-9]{1,5}(-[0-9]{1,5})?", each) for each in listed):
        raise ValueError(f"ports {ports}")
    if kind == "at":
        if not re.fullmatch(r"[A-Za-z0-9_-]+", where):
            raise ValueError(f"host {where}")
        return Destination(name, protocol, listed, host=where.replace("_", "."))
    address, _, prefix = where.rpartition("-")
    network = ipaddress.IPv4Network(f"{address.replace('-', '.')}/{prefix}")
    return Destination(name, protocol, listed, network=str(network))


def addresses(destination: Destination) -> list[str]:
    """Return where a destination is; nowhere, if its name does not resolve."""
    if destination.network:
        return [destination.network]
    try:
        found = socket.getaddrinfo(destination.host, None, socket.AF_INET, socket.SOCK_STREAM)
    except OSError as error:
        print(f"{destination.host}: {error}", file=sys.stderr)
        return []
    return sorted({str(each[4][0]) for each in found})


def rules(wanted: Told, located: Mapping[Destination, Sequence[str]]) -> str:
    """Return what nftables is to do: which of the machine's and of the others' ports each peer reaches."""
    machine = [
        f"ip saddr {peer.address} tcp dport {SSH} accept" for peer in wanted.peers if MACHINE in peer.reaches
    ]
    through = [
        f"ip saddr {peer.address} ip daddr {{ {', '.join(located[destination])} }} "
        f"{destination.protocol} dport {{ {', '.join(destination.ports)} }} accept"
        for peer in wanted.peers
        for destination in wanted.destinations
        if destination.name in peer.reaches and located[destination]
    ]
    lines = ["flush chain inet vpn machine", "flush chain inet vpn peers"]
    lines += [f"add rule inet vpn machine {rule}" for rule in machine]
    lines += [f"add rule inet vpn peers {rule}" for rule in through]
    return "\n".join(lines) + "\n"


def changes(wanted: Told, present: Mapping[str, str]) -> tuple[list[str], list[Peer]]:
    """Return the keys that go and the peers that come, by address of those that WireGuard has."""
    addresses = {peer.key: f"{peer.address}/32" for peer in wanted.peers}
    going = [key for key in present if present[key] != addresses.get(key)]
    coming = [peer for peer in wanted.peers if present.get(peer.key) != addresses[peer.key]]
    return going, coming


def _present() -> dict[str, str]:
    """Return address by key of WireGuard's peers."""
    shown = _run("wg", "show", INTERFACE, "allowed-ips").splitlines()
    return {key: " ".join(allowed) for key, *allowed in (line.split() for line in shown)}


def _run(*command: str, text: str | None = None) -> str:
    return subprocess.run(command, check=True, input=text, stdout=subprocess.PIPE, text=True).stdout


def _apply(wanted: Told) -> None:
    """Close before opening: nobody has, for a moment, what another had."""
    going, coming = changes(wanted, _present())
    for key in going:
        _run("wg", "set", INTERFACE, "peer", key, "remove")
    located = {each: addresses(each) for each in wanted.destinations}
    _run("nft", "-f", "-", text=rules(wanted, located))
    for peer in coming:
        _run("wg", "set", INTERFACE, "peer", peer.key, "allowed-ips", f"{peer.address}/32")
    if going or coming:
        print(f"{len(going)} removed, {len(coming)} added: {', '.join(peer.name for peer in wanted.peers)}")


def _is_recent() -> bool:
    try:
        return time.time() - LAST_READ.stat().st_mtime < PATIENCE
    except OSError:
        return False


def main() -> int:
    """Bring WireGuard and the packet filter in line with the tags."""
    settings = json.loads(SETTINGS.read_text())
    try:
        tags = read_tags()
    except (OSError, ValueError) as error:
        print(f"the tags cannot be read: {error}", file=sys.stderr)
        if not _is_recent():
            _apply(Told())
        return 1
    _apply(told(tags, settings["tags"], ipaddress.IPv4Network(settings["tunnel"])))
    LAST_READ.parent.mkdir(parents=True, exist_ok=True)
    LAST_READ.touch()
    return 0


if __name__ == "__main__":
    sys.exit(main())
