"""A host as a client on the internet meets it: connections, TLS, answers."""

import http.client
import socket
import ssl
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager

from network.config import x509
from network.diagnosis.facts import Handshake, Reply
from network.live.finding import CannotLookError

HTTP, HTTPS = 80, 443
WAIT = 4.0
"""Seconds for a connection, for a handshake, and for an answer's first byte."""
TRAEFIK_S_OWN = b"404 page not found\n"
_PART = 4096
_ALERTS = ("TLSV1_", "TLSV13_", "SSLV3_")
"""How OpenSSL's reasons begin that are the peer's own words; others are what it did not understand."""
USER_AGENT = "network-doctor"


def dial(addresses: Sequence[str], port: int) -> str:
    """Return the address that takes a connection. Raises CannotLookError."""
    if not addresses:
        raise CannotLookError("dig", "the name has no address here", "look at its record first")
    source, why = f"nc -vz {addresses[0]} {port}", ""
    for address in addresses:
        try:
            with socket.create_connection((address, port), timeout=WAIT):
                return address
        except OSError as error:
            why = f"{address}: {_reason(error)}"
    raise CannotLookError(source, why, f"{source}, and from elsewhere")


def shake(host: str, address: str) -> Handshake:
    """Return what TLS gives for a host at an address, whoever vouches for it."""
    try:
        with (
            _connected(address, HTTPS) as plain,
            _nobody_trusted().wrap_socket(plain, server_hostname=host) as secure,
        ):
            served = secure.getpeercert(binary_form=True) or b""
    except ssl.SSLError as error:
        if (error.reason or "").startswith(_ALERTS):
            return Handshake("alert", _alert(error), address=address)
        return Handshake("closed", error.reason or str(error), address=address)
    except TimeoutError:
        return Handshake("silent", f"no answer within {WAIT:g} s", address=address)
    except (ConnectionResetError, BrokenPipeError, EOFError) as error:
        return Handshake("closed", _reason(error), address=address)
    except OSError as error:
        return Handshake("not connected", _reason(error), address=address)
    try:
        certificate = x509.read(served)
    except ValueError as error:
        return Handshake("alert", str(error), address=address)
    return Handshake("shaken", "", certificate.names, certificate.ends, _distrust(host, address), address)


def _distrust(host: str, address: str) -> str:
    """Return why a client that knows the usual authorities refuses the certificate."""
    try:
        context = ssl.create_default_context()
        with _connected(address, HTTPS) as plain, context.wrap_socket(plain, server_hostname=host):
            return ""
    except ssl.SSLCertVerificationError as error:
        return error.verify_message or str(error)
    except OSError as error:
        return _reason(error)


def get(host: str, address: str, path: str, *, encrypted: bool = True) -> Reply:
    """Return the answer to one GET; with TLS whoever vouches for the certificate."""
    began = time.monotonic()
    try:
        with _connected(address, HTTPS if encrypted else HTTP) as plain:
            talking = _nobody_trusted().wrap_socket(plain, server_hostname=host) if encrypted else plain
            headers = {"Host": host, "User-Agent": USER_AGENT, "Connection": "close", "Accept": "*/*"}
            connection = http.client.HTTPConnection(host)
            connection.sock = talking
            connection.request("GET", path, headers=headers)
            answer = connection.getresponse()
            seconds = time.monotonic() - began
            body = answer.read(_PART) if answer.status == 404 else b""
            own = answer.status == 404 and body == TRAEFIK_S_OWN
            return Reply(answer.status, "", own, answer.getheader("Location", ""), seconds)
    except TimeoutError:
        return Reply(None, f"no answer within {WAIT:g} s")
    except (OSError, http.client.HTTPException) as error:
        return Reply(None, _reason(error))


@contextmanager
def connected_by_tls(host: str, address: str) -> Generator[socket.socket]:
    """Yield a connection to a host at an address, by TLS, whoever vouches for it. Raises OSError."""
    with (
        _connected(address, HTTPS) as plain,
        _nobody_trusted().wrap_socket(plain, server_hostname=host) as secure,
    ):
        yield secure


@contextmanager
def _connected(address: str, port: int) -> Generator[socket.socket]:
    with socket.create_connection((address, port), timeout=WAIT) as connection:
        yield connection


def _nobody_trusted() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _alert(error: ssl.SSLError) -> str:
    return f"TLS alert `{(error.reason or '').lower().replace('_', ' ')}`"


def _reason(error: BaseException) -> str:
    text = getattr(error, "strerror", None) or str(error)
    return text or type(error).__name__
