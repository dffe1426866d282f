"""What Cilium's agents have put into the datapath of their nodes: the maps in which each packet's verdict is
looked up.

The look-up is that of bpf/lib/policy.h in Cilium 1.20: by the peer's identity, by the class that Cilium
counts this identity to, or by neither. Only allowing entries are modelled; one that denies is refused.
"""

import json
import os
import re
import signal
import subprocess
from collections.abc import Generator, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cached_property
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path
from typing import Any, Literal

from lab.packets.probe import Port
from tests.lab.platform import Platform

Direction = Literal["ingress", "egress"]

_PROTOCOLS = {"TCP": 6, "UDP": 17}
_DIRECTIONS: tuple[Direction, ...] = ("ingress", "egress")
_KEY_BITS = 40
"""Bits of a policy's key before protocol and port: identity and direction are always matched wholly."""
_WORLD = 2
_CLUSTER, _OUTSIDE, _REMOTE_NODES = 11, 13, 14
AGGREGATES = frozenset({0, _CLUSTER, 12, _OUTSIDE, _REMOTE_NODES})
"""Identities that only policies have; 12 is for pods of other clusters."""
_DENIES = 1


@dataclass(frozen=True)
class Entry:
    """Connections that one entry of an endpoint's policy map lets through."""

    direction: Direction
    identity: int
    rest: int
    """Protocol and port, 24 bits."""
    bits: int
    """How many of those count, from the left."""

    def covers(self, port: Port) -> bool:
        asked = _PROTOCOLS[port[0]] << 16 | port[1]
        return asked >> (24 - self.bits) == self.rest >> (24 - self.bits)


@dataclass(frozen=True)
class Agent:
    """The maps of one node."""

    node: str
    policies: Mapping[IPv4Address, tuple[Entry, ...]]
    """By the address of the pod that they are about."""
    addresses: Mapping[IPv4Network, int]
    """Identities of everything that the node knows by address."""
    labels: Mapping[int, tuple[str, ...]]

    def identity(self, address: IPv4Address) -> int:
        for length in range(32, -1, -1):
            found = self.addresses.get(IPv4Network((int(address), length), strict=False))
            if found is not None:
                return found
        return _WORLD

    def hosts(self, address: IPv4Address) -> tuple[str, ...]:
        """Host names and patterns, as policies spell them, that an address is known by at the moment."""
        labels = self.labels.get(self.identity(address), ())
        return tuple(label.removeprefix("fqdn:") for label in labels if label.startswith("fqdn:"))

    def allows(self, pod: IPv4Address, direction: Direction, peer: IPv4Address, port: Port) -> bool:
        identity = self.identity(peer)
        asked = {0, identity, _aggregate(identity)}
        return any(
            entry.direction == direction and entry.identity in asked and entry.covers(port)
            for entry in self.policies[pod]
        )

    @cached_property
    def meant(self) -> frozenset[int]:
        """Every identity that some policy names."""
        return frozenset(entry.identity for entries in self.policies.values() for entry in entries)


def _aggregate(identity: int) -> int:
    if identity < 100:
        return 0
    return {1: _OUTSIDE, 2: _REMOTE_NODES}.get(identity >> 24, _CLUSTER)


def agents(platform: Platform) -> list[Agent]:
    """Read the agents of a lab that runs."""
    return [
        read(node, *(json.loads(ask(process, *each)) for each in _ASKED))
        for node, process in running(platform)
    ]


_ASKED = (
    ("endpoint", "list", "--output=json"),
    ("bpf", "policy", "get", "--all", "--numeric", "--output=json"),
    ("bpf", "ipcache", "list", "--output=json"),
    ("identity", "list", "--output=json"),
)


def running(platform: Platform) -> Iterator[tuple[str, int]]:
    """Each agent's node, and its process."""
    for process in Path("/proc").iterdir():
        if not process.name.isdigit():
            continue
        try:
            command = (process / "cmdline").read_bytes().decode().split("\0")
            environment = (process / "environ").read_bytes().decode().split("\0")
        except (OSError, UnicodeDecodeError):
            continue
        if command[0].endswith("/cilium-agent") and any(str(platform.folder) in each for each in command):
            (node,) = (each.partition("=")[2] for each in environment if each.startswith("K8S_NODE_NAME="))
            yield node, int(process.name)


def command(agent: int, *arguments: str) -> list[str]:
    """The diagnosis command beside an agent, in the agent's node."""
    program = Path(f"/proc/{agent}/exe").readlink().with_name("cilium-dbg")
    return ["nsenter", "--mount", "--pid", f"--target={agent}", str(program), *arguments]


def ask(agent: int, *arguments: str) -> str:
    return subprocess.run(command(agent, *arguments), check=True, capture_output=True, text=True).stdout


@contextmanager
def verdicts(platform: Platform, file: Path) -> Generator[None]:
    """Meanwhile write down what every agent says of new connections."""
    with ExitStack() as stack:
        log = stack.enter_context(file.open("ab"))
        for _, agent in running(platform):
            monitor = subprocess.Popen(
                command(agent, "monitor", "--type", "policy-verdict"), stdout=log, start_new_session=True
            )
            stack.callback(monitor.wait)
            # With the command that entered the agent's namespaces ends the one that it runs there.
            stack.callback(os.killpg, monitor.pid, signal.SIGTERM)
        yield


def read(node: str, endpoints: Any, policies: Any, addresses: Any, identities: Any) -> Agent:
    """Return an agent from what its diagnosis command prints as JSON."""
    pods = {
        str(endpoint["id"]): IPv4Address(address["ipv4"])
        for endpoint in endpoints
        for address in endpoint["status"]["networking"]["addressing"]
        if "ipv4" in address
    }
    return Agent(
        node,
        {
            pods[each["EndpointID"]]: tuple(map(_entry, each["Content"]))
            for each in policies
            if each["EndpointID"] in pods
        },
        {IPv4Network(prefix): _identity(given[0]) for prefix, given in addresses.items()},
        {each["id"]: tuple(each["labels"]) for each in identities},
    )


def _entry(given: Any) -> Entry:
    assert not given["Flags"] & _DENIES, f"an entry that denies is not modelled: {given}"
    key = given["Key"]
    # The port stands in the order of the network, and was read in that of the machine.
    port = int.from_bytes(key["DestPortNetwork"].to_bytes(2, "little"), "big")
    return Entry(
        _DIRECTIONS[key["TrafficDirection"]],
        key["Identity"],
        key["Nexthdr"] << 16 | port,
        key["Prefixlen"] - _KEY_BITS,
    )


def _identity(text: str) -> int:
    match = re.match(r"identity=(\d+) ", text)
    assert match, text
    return int(match[1])
