"""Runs inside a sandbox: the VPN's machine with its real user data, peers, and what stands around it. Prints
what was seen as one JSON object.

`python -m tests.lab.vpn_scenario FOLDER TOOLS...`

    203.0.113.0/24 "the internet": the machine's eth0, anna, bert, a stranger, the API server
    10.0.0.0/16    the VPC: the machine's eth1, the internal load balancer, somebody else; none of them has a
                   way out of it, and so none back into the tunnel
"""

import json
import os
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

from lab.droplet import Machine, serve_tags
from lab.machine.namespaces import join_network
from lab.machine.network import HANDLES, ip
from lab.toolbox.waiting import until
from network.config import StackConfig
from network.plan import build
from network.plan.vpn import MachinePlan, tags
from network.plan.vpn.client import Places, client_config
from network.plan.vpn.user_data import READS_TAGS_EVERY
from tests import stacks

T = TypeVar("T")

PUBLIC, PRIVATE = "203.0.113", "10.0.0"
MACHINE, BALANCER, OTHER = f"{PUBLIC}.8", f"{PRIVATE}.9", f"{PRIVATE}.10"
API = f"{PUBLIC}.9"
API_HOST = "7e57.k8s.ondigitalocean.com"
PLACES = Places(f"{MACHINE}:51820", [API], BALANCER)
TUNNEL = "100.64.0"
ASKED = {
    "load balancer": (BALANCER, 443),
    "database": (BALANCER, 5432),
    "closed port of both": (BALANCER, 9000),
    "somebody else in the VPC": (OTHER, 443),
    "API server": (API, 443),
    "SSH by the tunnel": (f"{TUNNEL}.1", 22),
    "SSH from the internet": (MACHINE, 22),
    "metadata service": ("169.254.169.254", 80),
    "anna": (f"{TUNNEL}.2", 7000),
}
WAIT = READS_TAGS_EVERY + 10


def place(name: str, links: dict[str, str]) -> Path:
    """Make a network namespace with an interface on each bridge: address by bridge."""
    ip("netns", "add", name)
    for number, (bridge, address) in enumerate(links.items()):
        inside = f"eth{number}"
        ip("link", "add", f"{name}{number}", "type", "veth", "peer", "name", inside, "netns", name)
        ip("link", "set", f"{name}{number}", "master", bridge, "up")
        ip("-n", name, "address", "add", address, "dev", inside)
        ip("-n", name, "link", "set", inside, "up")
    ip("-n", name, "link", "set", "lo", "up")
    return HANDLES / name


def bridges() -> None:
    for name, addresses in {
        "internet": (f"{PUBLIC}.1/24", "169.254.169.254/32"),
        "vpc": (f"{PRIVATE}.1/16",),
    }.items():
        ip("link", "add", name, "type", "bridge")
        ip("link", "set", name, "up")
        for address in addresses:
            ip("address", "add", address, "dev", name)


def plug_in(machine: Machine) -> None:
    """Give the machine its two interfaces and start it."""
    handle = place("vpn", {"internet": f"{MACHINE}/24", "vpc": f"{PRIVATE}.5/16"})
    ip("-n", "vpn", "route", "add", "default", "via", f"{PUBLIC}.1")
    machine.boot(handle)


def pull(machine: Machine) -> None:
    machine.end()
    # What listens on SSH in its place would keep the namespace, and so its cables.
    for cable in ("vpn0", "vpn1"):
        ip("link", "delete", cable)
    ip("netns", "delete", "vpn")


def within(handle: Path, action: Callable[[], T]) -> T:
    def enter_and_act() -> T:
        join_network(handle)
        return action()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(enter_and_act).result()


def listen(handle: Path, *ports: int) -> None:
    """Tell whoever connects by which address it comes, and keep the connection."""

    def serve(server: socket.socket) -> None:
        kept: list[socket.socket] = []
        while True:
            connection, (address, _) = server.accept()
            connection.sendall(f"{address}\n".encode())
            threading.Thread(target=echo, args=(connection,), daemon=True).start()
            kept.append(connection)

    def echo(connection: socket.socket) -> None:
        while data := connection.recv(100):
            connection.sendall(data)

    for port in ports:
        server = within(handle, lambda port=port: socket.create_server(("0.0.0.0", port)))
        threading.Thread(target=serve, args=(server,), daemon=True).start()


def connect(target: tuple[str, int], seconds: float = 1) -> socket.socket | None:
    try:
        connection = socket.create_connection(target, timeout=seconds)
    except OSError:
        return None
    return connection


def asked(target: tuple[str, int]) -> str | None:
    """By which address one came there; None if one did not."""
    connection = connect(target)
    if connection is None:
        return None
    with connection:
        connection.settimeout(1)
        try:
            return connection.recv(100).decode().strip() or "answered"
        except OSError:
            return "connected"


def reached(handle: Path) -> dict[str, str]:
    """What is reached from a place, all tried at once."""
    with ThreadPoolExecutor(len(ASKED)) as pool:
        found = pool.map(lambda target: within(handle, lambda: asked(target)), ASKED.values())
        return {name: answer for name, answer in zip(ASKED, found, strict=True) if answer is not None}


def wg(*command: str, text: str | None = None) -> str:
    return subprocess.run(
        ("wg", *command), check=True, input=text, stdout=subprocess.PIPE, text=True
    ).stdout.strip()


class Device:
    """Somebody's laptop: its key is made on it."""

    def __init__(self, name: str, folder: Path, number: int) -> None:
        self.name = name
        self.handle = place(name, {"internet": f"{PUBLIC}.{number}/24"})
        self._file = folder / f"{name}.conf"
        self._private = wg("genkey")
        self.public_key = wg("pubkey", text=self._private)

    def configure(self, text: str) -> None:
        """Bring up what the command told, with the key that only the device has."""
        self._file.write_text(text.replace("PrivateKey = ", f"PrivateKey = {self._private}"))
        self._file.chmod(0o600)
        subprocess.run(
            ("nsenter", f"--net={self.handle}", "wg-quick", "up", str(self._file)),
            check=True, stdout=sys.stderr,
        )  # fmt: skip

    def reaches(self) -> dict[str, str]:
        """What it reaches, beside itself."""
        return {name: answer for name, answer in reached(self.handle).items() if name != self.name}

    def kept(self, target: str) -> socket.socket:
        """A connection that stays."""
        connection = within(self.handle, lambda: connect(ASKED[target], 5))
        assert connection is not None
        connection.settimeout(2)
        connection.recv(100)
        return connection


def lives(connection: socket.socket) -> bool:
    try:
        connection.sendall(b"still here?")
        return bool(connection.recv(100))
    except OSError:
        return False


def config(peers: dict[str, Any], public_key: str | None = None) -> StackConfig:
    vpn = {
        "range": f"{TUNNEL}.0/24",
        "sshKeys": ["7"],
        "destinations": {"database": {"range": f"{BALANCER}/32", "ports": [5432]}},
        "peers": peers,
        **({"publicKey": public_key} if public_key else {}),
    }
    internal = {"internalLoadBalancer": {"name": "network-dev-internal"}}
    return stacks.stack_config("dev", {"network:vpn": vpn, "network:ingress": internal})


def planned(stack: StackConfig) -> MachinePlan:
    found = build(stack).vpn.machine
    assert found is not None
    return found


def tags_of(stack: StackConfig) -> list[str]:
    """What `up` puts on the Droplet, where the API server and the load balancer are where they are here."""
    machine = planned(stack)
    found = [each.arguments["name"] for each in (machine.mark, *machine.peers, *machine.destinations)]
    if machine.api_server is not None:
        found.append(tags.to_api_server("dev", f"https://{API_HOST}"))
    found += [
        tags.to_internal_load_balancer("dev", each.protocol, BALANCER, each.ports)
        for each in machine.internal_load_balancer
    ]
    return found


def eventually(look: Callable[[], bool], what: str) -> None:
    began = time.monotonic()
    if not until(look, WAIT):
        raise TimeoutError(what)
    print(f"{what}: after {time.monotonic() - began:.1f} s", file=sys.stderr)


def scenario(folder: Path, tools: tuple[Path, ...]) -> dict[str, Any]:
    seen: dict[str, Any] = {}
    bridges()
    balancer = place("balancer", {"vpc": f"{BALANCER}/16"})
    other = place("other", {"vpc": f"{OTHER}/16"})
    api = place("api", {"internet": f"{API}/24"})
    listen(balancer, 80, 443, 5432, 9000)
    listen(other, 443)
    listen(api, 443)
    anna, bert, eve = (Device(name, folder, 21 + at) for at, name in enumerate(("anna", "bert", "eve")))
    listen(anna.handle, 7000)
    peers: dict[str, Any] = {
        "anna": {"publicKey": anna.public_key, "address": f"{TUNNEL}.2"},
        "bert": {
            "publicKey": bert.public_key, "address": f"{TUNNEL}.3", "reaches": ["ssh", "database"],
        },
    }  # fmt: skip
    stack = config(peers)
    told = tags_of(stack)
    machine = Machine(folder / "machine", tools)
    machine.create(planned(stack).droplet.arguments["user_data"], {API_HOST: API})

    def present() -> set[str]:
        return set(machine.run("wg", "show", "wg0", "peers").split())

    def ways() -> None:
        """A device that called before the machine knew it calls again after some seconds."""
        eventually(lambda: bool(anna.reaches()) and bool(bert.reaches()), "the ways of both")

    with serve_tags(lambda: told):
        plug_in(machine)
        listen(HANDLES / "vpn", 22)
        key = shown_key(machine)
        seen["key"] = {
            "shown on the console": key,
            "of the interface": machine.run("wg", "show", "wg0", "public-key").strip(),
            "mode": oct((machine.folder / "etc/wireguard/private.key").stat().st_mode & 0o777),
        }
        stack = config(peers, key)
        assert stack.vpn is not None
        anna.configure(client_config(stack, stack.vpn, "anna", PLACES))
        bert.configure(client_config(stack, stack.vpn, "bert", PLACES))
        # Somebody who has read anna's configuration, and has another key.
        stolen = client_config(stack, stack.vpn, "anna", PLACES)
        eve.configure(stolen.replace(f"{TUNNEL}.2/32", f"{TUNNEL}.9/32"))
        eventually(lambda: present() == {anna.public_key, bert.public_key}, "the peers of the tags")
        ways()
        seen["anna"], seen["bert"], seen["a stranger"] = anna.reaches(), bert.reaches(), eve.reaches()

        widen(anna)
        widen(bert)
        ways()
        seen["anna, asking for all"], seen["bert, asking for all"] = anna.reaches(), bert.reaches()

        # Less is reached, and somebody goes: what is open is cut.
        before, of_bert = anna.kept("load balancer"), bert.kept("database")
        stays = anna.kept("API server")
        less = {"anna": peers["anna"] | {"reaches": ["api-server"]}}
        told = tags_of(config(less))
        eventually(lambda: present() == {anna.public_key}, "bert's end")
        seen["anna, with less"], seen["bert, removed"] = anna.reaches(), bert.reaches()
        seen["open connections"] = {
            "anna to the load balancer": lives(before),
            "bert to the database": lives(of_bert),
            "anna to the API server": lives(stays),
        }
        told = tags_of(stack)
        eventually(lambda: present() == {anna.public_key, bert.public_key}, "bert's return")

        pull(machine)
        seen["while the machine is off"] = anna.reaches()
        plug_in(machine)
        listen(HANDLES / "vpn", 22)
        eventually(lambda: present() == {anna.public_key, bert.public_key}, "the peers after a restart")
        seen["key after a restart"] = machine.run("wg", "show", "wg0", "public-key").strip()
        ways()
        seen["after a restart"] = {"anna": anna.reaches(), "bert": bert.reaches()}

    # Nobody answers for the tags.
    look = ("sh", "-c", "python3 /etc/vpn/peers.py >/dev/null 2>&1 || true")
    machine.run(*look)
    seen["peers, just after the tags fell silent"] = len(present())
    machine.run("touch", "--date=3 minutes ago", "/run/vpn/last-read")
    machine.run(*look)
    seen["peers, long after"] = len(present())
    seen["private key was told"] = leaks(machine, anna)
    pull(machine)
    return seen


def widen(device: Device) -> None:
    """Let a device send everything into its tunnel: what it reaches is not its own to say."""
    (peer,) = within_wg(device, "show", device.name, "peers").split()
    everything = f"{PRIVATE}.0/16,{API}/32,{TUNNEL}.0/24,169.254.169.254/32"
    within_wg(device, "set", device.name, "peer", peer, "allowed-ips", everything)
    for network in everything.split(","):
        ip("-n", device.name, "route", "replace", network, "dev", device.name)


def within_wg(device: Device, *command: str) -> str:
    inside = ("nsenter", f"--net={device.handle}", "wg", *command)
    return subprocess.run(inside, check=True, stdout=subprocess.PIPE, text=True).stdout


def shown_key(machine: Machine) -> str:
    """What somebody reads on the console's log-in screen."""
    issue = (machine.folder / "etc/issue.d/60-vpn.issue").read_text()
    found = re.search(r"Public key of the VPN: (\S+)\n", issue)
    assert found, issue
    return found[1]


def leaks(machine: Machine, device: Device) -> bool:
    """Whether the machine's private key stands anywhere but in its own file."""
    private = (machine.folder / "etc/wireguard/private.key").read_text().strip()
    told = [machine.console(), (machine.folder / "user-data").read_text()]
    told += [(machine.folder / "etc/issue.d/60-vpn.issue").read_text(), device.name]
    return any(private in each for each in told)


def main() -> None:
    folder, *tools = map(Path, sys.argv[1:])
    os.environ["PATH"] = ":".join((*map(str, tools), os.environ["PATH"], "/usr/sbin", "/sbin"))
    print(json.dumps(scenario(folder, tuple(tools))), flush=True)


if __name__ == "__main__":
    main()
