"""What a certificate says of itself (RFC 5280), as far as a stack must know: for which names it is, until
when, for which key. Python's standard library tells that of connections alone."""

import re
from base64 import b64decode
from binascii import Error
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

_BLOCK = re.compile(r"-----BEGIN ([A-Z0-9 ]+)-----\s+([A-Za-z0-9+/=\s]+?)\s*-----END \1-----")
_SEQUENCE, _OBJECT_ID = 0x30, 0x06
_UTC_TIME = 0x17
_VERSION, _EXTENSIONS = 0xA0, 0xA3
_DNS_NAME = 0x82
"""Tag of a name in the list of other names."""
_OTHER_NAMES = bytes.fromhex("551d11")
"""subjectAltName, 2.5.29.17."""
_RSA = bytes.fromhex("2a864886f70d010101")
"""rsaEncryption, 1.2.840.113549.1.1.1."""

Part = tuple[int, bytes]
"""A tag of DER and what it holds."""


@dataclass(frozen=True)
class X509:
    """A certificate."""

    names: tuple[str, ...]
    """Of hosts."""
    ends: datetime
    public: bytes
    """What its private key holds too: the modulus of RSA's, the point of a curve's."""

    def is_of(self, key: bytes) -> bool:
        """Whether a private key in DER is the certificate's; true also where it leaves that open, as one of a
        curve may that holds its number alone."""
        return self.public in key or len(key) < len(self.public) + 32


def blocks(pem: str) -> tuple[tuple[str, bytes], ...]:
    """Return the blocks of a text in PEM form (RFC 7468), each with what it is called. Raises ValueError."""
    try:
        return tuple((title, b64decode(body)) for title, body in _BLOCK.findall(pem))
    except Error as error:
        raise ValueError(str(error)) from None


def leaf_and_chain(pem: str) -> tuple[str, str]:
    """Return the first block of a text in PEM form and those behind it, for whoever asks for them apart."""
    first, *others = (found.group() + "\n" for found in _BLOCK.finditer(pem))
    return first, "".join(others)


def read(der: bytes) -> X509:
    """Return what a certificate says. Raises ValueError if it is none."""
    try:
        (_, signed), *_ = _parts(_sequence(der))
        fields = [(tag, held) for tag, held in _parts(signed) if tag != _VERSION]
        _, _, _, (_, validity), _, (_, public), *more = fields
        _, end = _parts(validity)
        extensions = [held for tag, held in more if tag == _EXTENSIONS]
        names = [name for each in extensions for name in _names(_sequence(each))]
        return X509(tuple(names), _time(end), _public(public))
    except (ValueError, IndexError, UnicodeDecodeError):
        raise ValueError("no certificate") from None


def _parts(content: bytes) -> Iterator[Part]:
    """Yield what stands one behind the other in DER."""
    at = 0
    while at < len(content):
        tag, length, at = content[at], content[at + 1], at + 2
        if length & 0x80:
            size = length & 0x7F
            length, at = int.from_bytes(content[at : at + size]), at + size
        if at + length > len(content):
            raise ValueError("cut off")
        yield tag, content[at : at + length]
        at += length


def _sequence(content: bytes) -> bytes:
    ((tag, held),) = _parts(content)
    if tag != _SEQUENCE:
        raise ValueError("no sequence")
    return held


def _time(part: Part) -> datetime:
    """Return a point in time: of the years 1950 to 2049 two digits are written (RFC 5280, 4.1.2.5)."""
    tag, held = part
    text = held.decode("ascii")
    if tag == _UTC_TIME:
        text = ("20" if int(text[:2]) < 50 else "19") + text
    return datetime.strptime(text, "%Y%m%d%H%M%SZ").replace(tzinfo=UTC)


def _public(content: bytes) -> bytes:
    (_, algorithm), (_, bits) = _parts(content)
    key = bits[1:]
    if (_OBJECT_ID, _RSA) in _parts(algorithm):
        (_, modulus), *_ = _parts(_sequence(key))
        return modulus
    return key


def _names(extensions: bytes) -> Iterator[str]:
    for _, extension in _parts(extensions):
        (_, kind), *_, (_, value) = _parts(extension)
        if kind == _OTHER_NAMES:
            yield from (name.decode("ascii") for tag, name in _parts(_sequence(value)) if tag == _DNS_NAME)
