"""The VPN: a WireGuard machine in the VPC, and who reaches what through it (ADM-3)."""

import base64
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network
from typing import Annotated, Literal

from pydantic import AfterValidator, Field
from typing_extensions import override

from network.config.model import Finding, Model, refusal, repeated
from network.config.names import DropletSize, Name
from network.config.port_ranges import FIRST, LAST, PortItem, overlaps
from network.config.ranges import AllowedRange, Range, overlapping
from network.config.text import Form

API_SERVER = "api-server"
INTERNAL_LOAD_BALANCER = "internal-load-balancer"
MACHINE = "ssh"
OWN_DESTINATIONS = (API_SERVER, INTERNAL_LOAD_BALANCER, MACHINE)
"""What peers may reach that no stack file describes: the API server, the internal load balancer with its
ports, and SSH of the machine itself."""

LONGEST_TAG = 255
"""Characters of a tag at DigitalOcean: letters, digits, `:`, `-` and `_`
(docs/facts/digitalocean.md#firewalls-and-tags)."""

_TUNNELS = (
    IPv4Network("10.0.0.0/8"),
    IPv4Network("172.16.0.0/12"),
    IPv4Network("192.168.0.0/16"),
    IPv4Network("100.64.0.0/10"),
)
"""RFC 1918, and RFC 6598: a range of the latter meets no office's and no home's."""


def _tunnel(network: IPv4Network) -> IPv4Network:
    if not any(network.subnet_of(block) for block in _TUNNELS):
        raise refusal(
            "the addresses of a tunnel must be private (RFC 1918, or 100.64.0.0/10 of RFC 6598)",
            "choose it inside " + ", ".join(map(str, _TUNNELS)),
        )
    if not 16 <= network.prefixlen <= 29:
        raise refusal(
            "a tunnel has 6 to 65534 addresses, one of them the machine's", "choose a prefix from /16 to /29"
        )
    return network


TunnelRange = Annotated[Range, AfterValidator(_tunnel)]
"""Range of the peers' addresses within the tunnel."""

PublicKey = Annotated[
    str,
    Form(
        # 32 bytes are 43 digits, of which the last has two bits that must be zero. Of 32 zeros every shared
        # secret would be known.
        pattern=r"(?!A{43}=)[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=",
        rule="a public key of WireGuard is 32 bytes in base64: 43 digits and `=`, not all of them zero",
        fix="write what `wg pubkey < private.key` prints on the peer's own machine; the private key stays "
        "there",
        longest=44,
    ),
]

PeerAddress = Annotated[
    str,
    Form(
        pattern=r"((25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])\.){3}(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])",
        rule="an address within the tunnel is an IPv4 address without a prefix",
        fix="write it like `10.250.0.2`",
        longest=15,
    ),
]

SshKey = Annotated[
    str,
    Form(
        pattern=r"[0-9a-f]{2}(:[0-9a-f]{2}){15}|[1-9][0-9]*",
        rule="an SSH key is named by its fingerprint (MD5, 16 pairs of hexadecimal digits) or its number",
        fix="write what `doctl compute ssh-key list` shows",
        longest=47,
    ),
]

ImageSlug = Annotated[
    str,
    Form(
        pattern=r"(debian|ubuntu)-[0-9]+(-[0-9]+)?-x64",
        rule="the machine is set up for Debian or Ubuntu, of a stated version",
        fix="write it like `debian-12-x64`",
        longest=63,
    ),
]


class Destination(Model):
    """Something that peers may reach, beside what is there in every stack."""

    range: AllowedRange
    """Addresses of what is reached."""
    protocol: Literal["tcp", "udp"] = "tcp"
    """Of its ports."""
    ports: tuple[PortItem, ...] = Field(min_length=1, examples=[[5432], [443]])
    """Numbers, or ranges of them such as `8000-8010`."""

    @override
    def findings(self) -> Iterator[Finding]:
        yield from overlaps(("ports",), self.ports)
        for index, port in enumerate(self.ports):
            if isinstance(port, str) and not port[0].isdecimal():
                yield Finding(
                    ("ports", index),
                    "names of ports are of workloads, which the VPN knows nothing of",
                    f"write its number, {FIRST} to {LAST}",
                )


class Peer(Model):
    """Somebody's device. Its private key is made there and stays there."""

    public_key: PublicKey = Field(
        examples=[
            "HIgo9xNzJMWLKASShiTqIybxZ0U3wGLiUeJ1PKf8ykw=",
            "xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=",
        ]
    )
    """Of its WireGuard interface; no two peers have the same."""
    address: PeerAddress = Field(examples=["10.250.0.2", "10.250.0.3"])
    """Its own within the tunnel, by which the machine tells it apart. Given by hand: one that is assigned
    would move when another peer goes."""
    reaches: tuple[Name, ...] | None = Field(default=None, min_length=1)
    """`api-server`, `internal-load-balancer`, `ssh` (of the machine itself) and names of `destinations`.
    Left out: the API server, and the internal load balancer where there is one."""

    @override
    def findings(self) -> Iterator[Finding]:
        yield from repeated("reaches", self.reaches or ())


class Vpn(Model):
    """A Droplet in the VPC that ends WireGuard tunnels. Peers come and go without replacing it; whatever
    else is changed here replaces it, and with it its key."""

    range: TunnelRange = Field(examples=["10.250.0.0/24", "100.64.0.0/24"])
    """Addresses within the tunnel: private, /16 to /29, apart from every other range. The first is the
    machine's own."""
    port: int = Field(default=51820, ge=1, le=65535)
    """Of UDP, on which it listens: the one port that is open to the internet."""
    size: DropletSize = "s-1vcpu-1gb"
    """Slug of the Droplet's size. Changed in place, with a restart."""
    image: ImageSlug = "debian-12-x64"
    """Slug of the Droplet's image."""
    ssh_keys: tuple[SshKey, ...] = ()
    """Keys in the account of those who may log in as root, through the tunnel only. Without any, nobody
    logs in, save on the console."""
    public_key: PublicKey | None = None
    """The machine's own, once it is read there: what peers are told to expect. The machine makes it."""
    destinations: dict[Name, Destination] = Field(default_factory=dict)
    """What peers may reach besides, by name."""
    peers: dict[Name, Peer] = Field(default_factory=dict)
    """By name."""

    @override
    def findings(self) -> Iterator[Finding]:
        yield from repeated("sshKeys", self.ssh_keys)
        yield from self._wrong_destinations()
        yield from self._wrong_peers()

    def _wrong_destinations(self) -> Iterator[Finding]:
        for name, destination in self.destinations.items():
            if name in OWN_DESTINATIONS:
                yield Finding(
                    ("destinations", name),
                    f"{name} stands for something that every stack has",
                    "give it another name",
                )
            if overlapping(self.range, (destination.range,)):
                yield Finding(
                    ("destinations", name, "range"),
                    f"it holds addresses of the tunnel ({self.range}), and peers do not reach each other",
                    "choose a range outside the tunnel",
                )

    def _wrong_peers(self) -> Iterator[Finding]:
        keys: dict[str, str] = {} if self.public_key is None else {self.public_key: "the machine"}
        addresses: dict[str, str] = {}
        for name, peer in self.peers.items():
            if peer.public_key in keys:
                yield Finding(
                    ("peers", name, "publicKey"),
                    f"it is the key of {keys[peer.public_key]} already: WireGuard tells peers apart by it",
                    "give each device a key of its own",
                )
            if peer.address in addresses:
                yield Finding(
                    ("peers", name, "address"),
                    f"{addresses[peer.address]} has this address already",
                    f"choose a free address of {self.range}",
                )
            elif not self.is_a_peers(IPv4Address(peer.address)):
                yield Finding(
                    ("peers", name, "address"),
                    f"peers have addresses of {self.range}, without its first two (network, machine) and "
                    "its last (broadcast)",
                    f"write it like `{self.range[2]}`",
                )
            keys.setdefault(peer.public_key, f"peer {name}")
            addresses.setdefault(peer.address, f"peer {name}")
            for index, reached in enumerate(peer.reaches or ()):
                if reached not in (*OWN_DESTINATIONS, *self.destinations):
                    yield Finding(
                        ("peers", name, "reaches", index),
                        f"there is no destination {reached}",
                        f"declare it in vpn.destinations, or name one of {', '.join(OWN_DESTINATIONS)}",
                    )
                elif reached == MACHINE and not self.ssh_keys:
                    yield Finding(
                        ("peers", name, "reaches", index),
                        "without sshKeys nobody can log in there",
                        "name the keys in vpn.sshKeys, or remove it",
                    )

    def is_a_peers(self, address: IPv4Address) -> bool:
        """Whether a peer can have an address."""
        return address in self.range and address not in (
            self.range.network_address,
            self.gateway,
            self.range.broadcast_address,
        )

    @property
    def gateway(self) -> IPv4Address:
        """The machine's own address within the tunnel."""
        return self.range[1]

    def reached_by(self, name: str, *, internal: bool) -> tuple[str, ...]:
        """Return what a peer reaches. `internal`: whether there is an internal load balancer."""
        reaches = self.peers[name].reaches
        if reaches is not None:
            return reaches
        return (API_SERVER, INTERNAL_LOAD_BALANCER) if internal else (API_SERVER,)


def tags_of(environment: str) -> str:
    """Return what the tags begin with that the machine of an environment reads."""
    return f"vpn:{environment}:"


def peer_tag(vpn: Vpn, environment: str, name: str, *, internal: bool) -> str:
    """Return the tag that tells the machine of a peer: name, address, key in hexadecimal digits, since tags
    that differ in capitals alone are the same, and what it reaches."""
    peer = vpn.peers[name]
    key = base64.b64decode(peer.public_key).hex()
    reaches = "_".join(vpn.reached_by(name, internal=internal))
    return f"{tags_of(environment)}peer:{name}:{peer.address.replace('.', '-')}:{key}:{reaches}"
