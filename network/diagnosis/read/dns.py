"""Asks name servers (RFC 1035), each by itself: the system's resolver hides which one answered, and what."""

import random
import socket
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path

from network.diagnosis.facts import NameAnswer
from network.live.finding import CannotLookError

TYPES = {"A": 1, "NS": 2, "CNAME": 5, "SOA": 6, "AAAA": 28, "CAA": 257}
_CODES = {0: "NOERROR", 2: "SERVFAIL", 3: "NXDOMAIN", 5: "REFUSED"}
_IN = 1
_AUTHORITATIVE, _CUT_OFF, _RECURSION = 0x0400, 0x0200, 0x0100
_LARGEST = 65535
_JUMPS = 64
"""Pointers followed within one name, against one that leads to itself."""
TRY = 1.5
"""Seconds for one question by UDP, which may be lost."""
TRIES = 2
PORT = 53
RESOLVERS = Path("/etc/resolv.conf")
_MOST_RESOLVERS = 2


@dataclass(frozen=True)
class Record:
    """A record of an answer."""

    name: str
    type: int
    value: str


def resolvers(file: Path = RESOLVERS) -> tuple[str, ...]:
    """Return the addresses of this machine's first resolvers."""
    try:
        lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ()
    words = (line.split() for line in lines)
    return tuple(each[1] for each in words if len(each) > 1 and each[0] == "nameserver")[:_MOST_RESOLVERS]


def ask(server: str, name: str, kind: str, *, recursive: bool = True) -> NameAnswer:
    """Return what a server says of a name. Raises CannotLookError."""
    source = f"dig {kind} {name} @{server}"
    number = random.randrange(1 << 16)
    query = question(number, name, kind, recursive=recursive)
    try:
        answer = _by_udp(server, query, number)
        if len(answer) > 3 and struct.unpack("!H", answer[2:4])[0] & _CUT_OFF:
            answer = _by_tcp(server, query)
        return read(answer, name, kind)
    except TimeoutError:
        raise CannotLookError(
            source, f"{server} does not answer", "is port 53 open from here? `dig` tells the same"
        ) from None
    except (OSError, ValueError, IndexError, struct.error) as error:
        raise CannotLookError(source, f"{server}: {error}", "does `dig` tell the same?") from None


def addresses(server: str, name: str, *, recursive: bool = True) -> NameAnswer:
    """Return the addresses of a name, of both kinds. Raises CannotLookError."""
    four, six = (ask(server, name, kind, recursive=recursive) for kind in ("A", "AAAA"))
    return NameAnswer(
        four.status, (*four.values, *six.values), four.aliases or six.aliases, four.is_authoritative
    )


def question(number: int, name: str, kind: str, *, recursive: bool) -> bytes:
    """Return a question as it goes to a server. Raises ValueError for what is no name."""
    head = struct.pack("!6H", number, _RECURSION if recursive else 0, 1, 0, 0, 0)
    try:
        labels = [label.encode("ascii") for label in name.rstrip(".").split(".")]
    except UnicodeEncodeError:
        raise ValueError(f"{name} is no name of the DNS") from None
    if not all(0 < len(label) < 64 for label in labels):
        raise ValueError(f"{name} is no name of the DNS")
    written = b"".join(bytes([len(label)]) + label for label in labels)
    return head + written + b"\0" + struct.pack("!2H", TYPES[kind], _IN)


def read(message: bytes, name: str, kind: str) -> NameAnswer:
    """Return what an answer says of a name, CNAME followed within it. Raises ValueError, IndexError or
    struct.error for what is no answer."""
    _, flags, questions, answers, *_ = struct.unpack("!6H", message[:12])
    at = 12
    for _ in range(questions):
        _, at = _name(message, at)
        at += 4
    records = list(_records(message, at, answers))
    wanted, aliases = name.rstrip(".").lower(), list[str]()
    while len(aliases) < _JUMPS:
        following = next(
            (each.value for each in records if each.type == TYPES["CNAME"] and each.name == wanted), None
        )
        if following is None:
            break
        aliases.append(following)
        wanted = following
    values = tuple(sorted(each.value for each in records if each.type == TYPES[kind] and each.name == wanted))
    code = flags & 0xF
    return NameAnswer(_CODES.get(code, str(code)), values, tuple(aliases), bool(flags & _AUTHORITATIVE))


def _records(message: bytes, at: int, count: int) -> Iterator[Record]:
    for _ in range(count):
        name, at = _name(message, at)
        kind, _, _, length = struct.unpack("!2HIH", message[at : at + 10])
        at += 10
        yield Record(name, kind, _value(message, at, length, kind))
        at += length


def _value(message: bytes, at: int, length: int, kind: int) -> str:
    data = message[at : at + length]
    if kind == TYPES["A"]:
        return str(IPv4Address(data))
    if kind == TYPES["AAAA"]:
        return str(IPv6Address(data))
    if kind in (TYPES["NS"], TYPES["CNAME"], TYPES["SOA"]):
        return _name(message, at)[0]
    if kind == TYPES["CAA"]:
        end = 2 + data[1]
        return f"{data[0]} {data[2:end].decode('ascii').lower()} {data[end:].decode('utf-8', 'replace')}"
    return data.hex()


def _name(message: bytes, at: int) -> tuple[str, int]:
    """Return a name, and where what follows it begins: a pointer leads to the rest of a name elsewhere."""
    labels, behind, jumps = list[str](), -1, 0
    while True:
        length = message[at]
        if length & 0xC0 == 0xC0:
            behind = at + 2 if behind < 0 else behind
            at, jumps = struct.unpack("!H", message[at : at + 2])[0] & 0x3FFF, jumps + 1
            if jumps > _JUMPS:
                raise ValueError("a name that leads to itself")
        elif length == 0:
            return ".".join(labels).lower(), at + 1 if behind < 0 else behind
        else:
            labels.append(message[at + 1 : at + 1 + length].decode("ascii", "replace"))
            at += 1 + length


def _family(server: str) -> int:
    return socket.AF_INET6 if ip_address(server).version == 6 else socket.AF_INET


def _by_udp(server: str, query: bytes, number: int) -> bytes:
    with socket.socket(_family(server), socket.SOCK_DGRAM) as asking:
        asking.settimeout(TRY)
        # Connected, so that nobody else is heard, and a closed port is told at once.
        asking.connect((server, PORT))
        for left in reversed(range(TRIES)):
            asking.send(query)
            try:
                while True:
                    answer = asking.recv(_LARGEST)
                    if len(answer) >= 12 and answer[:2] == number.to_bytes(2) and answer[2] & 0x80:
                        return answer
            except TimeoutError:
                if not left:
                    raise
    raise TimeoutError


def _by_tcp(server: str, query: bytes) -> bytes:
    with socket.create_connection((server, PORT), timeout=TRY) as asking:
        asking.sendall(len(query).to_bytes(2) + query)
        with asking.makefile("rb") as told:
            length = int.from_bytes(told.read(2))
            answer = told.read(length)
    if len(answer) < length:
        raise ValueError("the answer is cut off")
    return answer
