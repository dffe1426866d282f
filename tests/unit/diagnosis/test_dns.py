"""Questions and answers of the DNS, beside dnspython, and over real sockets (RFC 1035)."""

import socket
import struct
import threading
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest

from network.diagnosis.facts import NameAnswer
from network.diagnosis.read import dns as ours
from network.live.finding import CannotLookError


def answer(kind: str, *records: str, name: str = "www.example.org", code: int = 0) -> bytes:
    message = dns.message.make_response(dns.message.make_query(name, kind))
    message.set_rcode(dns.rcode.Rcode.make(code))
    message.flags |= dns.flags.AA
    for record in records:
        owner, type_, text = record.split(" ", 2)
        message.answer.append(dns.rrset.from_text(owner, 60, "IN", type_, text))
    return message.to_wire()


def test_a_question_is_what_dnspython_asks() -> None:
    asked = dns.message.from_wire(ours.question(7, "www.example.org.", "CAA", recursive=True))
    wanted = dns.message.make_query("www.example.org", "CAA", id=7)
    assert asked == wanted
    assert not dns.message.from_wire(ours.question(7, "a.b", "A", recursive=False)).flags & dns.flags.RD


@pytest.mark.parametrize(
    ("kind", "records", "values", "aliases"),
    [
        (
            "A",
            ["www.example.org. A 192.0.2.2", "www.example.org. A 192.0.2.1"],
            ("192.0.2.1", "192.0.2.2"),
            (),
        ),
        ("AAAA", ["www.example.org. AAAA 2001:db8::1"], ("2001:db8::1",), ()),
        ("NS", ["www.example.org. NS ns1.example.org."], ("ns1.example.org",), ()),
        (
            "CAA",
            ['www.example.org. CAA 0 issue "letsencrypt.org; a=b"'],
            ("0 issue letsencrypt.org; a=b",),
            (),
        ),
        (
            "A",
            ["WWW.example.org. CNAME lb.example.net.", "lb.example.net. A 192.0.2.1"],
            ("192.0.2.1",),
            ("lb.example.net",),
        ),
        ("A", ["other.example.org. A 192.0.2.1"], (), ()),
    ],
)
def test_an_answer_is_read(
    kind: str, records: list[str], values: tuple[str, ...], aliases: tuple[str, ...]
) -> None:
    told = ours.read(answer(kind, *records), "www.example.org", kind)
    assert (told.status, told.values, told.aliases, told.is_authoritative) == (
        "NOERROR",
        values,
        aliases,
        True,
    )


@pytest.mark.parametrize(("code", "status"), [(2, "SERVFAIL"), (3, "NXDOMAIN"), (5, "REFUSED"), (9, "9")])
def test_a_refusal_has_its_name(code: int, status: str) -> None:
    assert ours.read(answer("A", code=code), "www.example.org", "A").status == status


def test_a_name_that_leads_to_itself_is_no_answer() -> None:
    loop = (
        struct.pack("!6H", 0, 0x8000, 0, 1, 0, 0) + b"\xc0\x0c" + struct.pack("!2HIH", 1, 1, 60, 4) + b"1234"
    )
    with pytest.raises(ValueError, match="leads to itself"):
        ours.read(loop, "www.example.org", "A")


@pytest.mark.parametrize("name", ["", "a..b", f"{'x' * 64}.org", "bücher.example"])
def test_what_is_no_name_is_not_asked(name: str) -> None:
    with pytest.raises(ValueError, match="no name"):
        ours.question(1, name, "A", recursive=True)


def test_resolvers_are_the_machine_s_first_two(tmp_path: Path) -> None:
    file = tmp_path / "resolv.conf"
    file.write_text(
        "# nameserver 192.0.2.9\nsearch x\nnameserver 192.0.2.1\nnameserver 192.0.2.2\nnameserver 192.0.2.3\n"
    )
    assert ours.resolvers(file) == ("192.0.2.1", "192.0.2.2")
    assert ours.resolvers(tmp_path / "absent") == ()


@contextmanager
def server(patch: pytest.MonkeyPatch, udp: list[bytes | None], tcp: bytes | None = None) -> Generator[None]:
    """A name server on loopback: answers datagrams in turn (None: loses it), and one connection."""
    datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    datagrams.bind(("127.0.0.1", 0))
    port = datagrams.getsockname()[1]
    stream = socket.create_server(("127.0.0.1", port))

    def work() -> None:
        for each in udp:
            query, client = datagrams.recvfrom(4096)
            if each is not None:
                datagrams.sendto(query[:2] + each[2:], client)
        if tcp is not None:
            connection, _ = stream.accept()
            with connection:
                query = connection.recv(4096)[2:]
                connection.sendall(len(tcp).to_bytes(2) + query[:2] + tcp[2:])

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    patch.setattr(ours, "PORT", port)
    patch.setattr(ours, "TRY", 0.5)
    try:
        yield
        thread.join(5)
    finally:
        datagrams.close()
        stream.close()


def test_a_lost_question_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    with server(monkeypatch, [None, answer("A", "www.example.org. A 192.0.2.1")]):
        assert ours.ask("127.0.0.1", "www.example.org", "A").values == ("192.0.2.1",)


def test_what_is_cut_off_is_asked_for_by_tcp(monkeypatch: pytest.MonkeyPatch) -> None:
    cut = dns.message.make_response(dns.message.make_query("www.example.org", "A"))
    cut.flags |= dns.flags.TC
    with server(monkeypatch, [cut.to_wire()], answer("A", "www.example.org. A 192.0.2.1")):
        assert ours.ask("127.0.0.1", "www.example.org", "A").values == ("192.0.2.1",)


def test_a_server_that_is_silent_could_not_be_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    with server(monkeypatch, [None, None]), pytest.raises(CannotLookError, match="does not answer"):
        ours.ask("127.0.0.1", "www.example.org", "A")


def test_a_server_that_tells_no_answer_could_not_be_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    with server(monkeypatch, [b"\0\0\x80\0\0\0\0\1\0\0\0\0"]), pytest.raises(CannotLookError):
        ours.ask("127.0.0.1", "www.example.org", "A")


def test_both_kinds_of_addresses_are_one_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    answers: list[bytes | None] = [
        answer("A", "www.example.org. A 192.0.2.1"),
        answer("AAAA", "www.example.org. AAAA 2001:db8::1"),
    ]
    with server(monkeypatch, answers):
        told = ours.addresses("127.0.0.1", "www.example.org")
    assert told == NameAnswer("NOERROR", ("192.0.2.1", "2001:db8::1"), (), is_authoritative=True)
