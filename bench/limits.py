"""What Traefik takes for handshakes and for connections, beside what `network capacity` reckons.

A Traefik of our settings for TLS serves a certificate of each kind of key in turn. Each handshake is a whole
one, nothing resumed, and what the process takes of a processor meanwhile is counted, so that other work on
the machine matters little. Connections are asked once and kept open; their memory is the process's own.
"""

import argparse
import json
import resource
import socket
import ssl
import tempfile
from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from bench.ingress import processes
from bench.ingress.dynamic import Surroundings, configuration, host
from lab.toolbox.certificates import CertificateAuthority
from network import plan
from network.config import x509 as plain_x509
from network.plan.ingress.capacity import EMPTY_MEBIBYTES, KIBIBYTES_PER_CONNECTION, handshake_microseconds
from network.plan.ingress.entrypoints import WEBSECURE
from tests.stacks import stack_config

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey

KEYS: dict[str, Callable[[], Key]] = {
    "ECDSA P-256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "ECDSA P-521": lambda: ec.generate_private_key(ec.SECP521R1()),
    "RSA-2048": lambda: rsa.generate_private_key(65537, 2048),
    "RSA-4096": lambda: rsa.generate_private_key(65537, 4096),
}


def main() -> None:
    """Print a line for each figure: computed, measured, and the ratio of both."""
    parser = argparse.ArgumentParser(prog="python -m bench.limits", description=__doc__)
    parser.add_argument("--handshakes", type=int, default=1000, help="by each kind of key")
    parser.add_argument("--connections", type=int, default=3000)
    options = parser.parse_args()
    # Each connection has two ends on this machine.
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    print(f"{'':42} {'computed':>10} {'measured':>10} {'ratio':>6}")
    with tempfile.TemporaryDirectory() as folder:
        certificate = _certificate(KEYS["ECDSA P-256"](), Path(folder))
        with _traefik(certificate, Path(folder)) as traefik:
            empty, each = _connections(traefik, options.connections)
    _tell("memory without a connection, MiB", EMPTY_MEBIBYTES, empty)
    _tell(f"memory of each of {options.connections} connections, KiB", KIBIBYTES_PER_CONNECTION, each)
    for name, make in KEYS.items():
        with tempfile.TemporaryDirectory() as folder:
            key = make()
            certificate = _certificate(key, Path(folder))
            with _traefik(certificate, Path(folder)) as traefik:
                _tell(
                    f"handshake by {name}, µs of a core",
                    handshake_microseconds(_public(certificate)),
                    _handshakes(traefik, options.handshakes),
                )


def _tell(what: str, computed: float, measured: float) -> None:
    print(f"{what:42} {computed:10.0f} {measured:10.0f} {computed / measured:6.2f}", flush=True)


def _certificate(key: Key, folder: Path) -> Path:
    """Return the file of a certificate for a key, and the key, in PEM form."""
    authority = CertificateAuthority.make("Benchmark")
    own = authority.certificate
    built = (
        x509.CertificateBuilder()
        .subject_name(own.subject)
        .issuer_name(own.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(own.not_valid_before_utc)
        .not_valid_after(own.not_valid_after_utc)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host(()))]), critical=False)
        .sign(authority.key, hashes.SHA256())
    )
    file = folder / "certificate.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(built.public_bytes(Encoding.PEM) + private)
    return file


def _public(certificate: Path) -> bytes:
    ((_, leaf), *_) = plain_x509.blocks(certificate.read_text())
    return plain_x509.read(leaf).public


@contextmanager
def _traefik(certificate: Path, folder: Path) -> Generator[processes.Traefik]:
    """Yield a Traefik that serves the certificate by the TLS options of the dev stack."""
    options = plan.build(stack_config("dev")).ingress.tls_options[0]["spec"]
    port = processes.free_port()
    with processes.backend() as backend:
        content = configuration({}, [()], certificate, options, Surroundings(backend, "", []))
        file = folder / "dynamic.yaml"
        file.write_text(json.dumps(content))
        arguments = [
            f"--entryPoints.{WEBSECURE}.address=127.0.0.1:{port}",
            f"--entryPoints.{WEBSECURE}.http.tls=true",
            f"--providers.file.filename={file}",
            "--providers.file.watch=false",
        ]
        with processes.traefik(arguments, {}, port, host(()), folder / "traefik.log") as running:
            yield running


def _connected(port: int) -> ssl.SSLSocket:
    """A connection by TLS that resumes nothing."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    plain = socket.create_connection(("127.0.0.1", port), 60)
    return context.wrap_socket(plain, server_hostname=host(()))


def _handshakes(traefik: processes.Traefik, count: int) -> float:
    """Return microseconds of a core for each of so many."""
    before = traefik.seconds()
    for _ in range(count):
        _connected(traefik.port).close()
    return (traefik.seconds() - before) / count * 1e6


def _connections(traefik: processes.Traefik, count: int) -> tuple[float, float]:
    """Return mebibytes without a connection, and kibibytes for each of so many."""
    empty = _resident(traefik)
    with ExitStack() as kept:
        for _ in range(count):
            connection = kept.enter_context(_connected(traefik.port))
            connection.sendall(f"GET / HTTP/1.1\r\nHost: {host(())}\r\n\r\n".encode())
            connection.recv(4096)
        full = _resident(traefik)
    return empty, (full - empty) * 1024 / count


def _resident(traefik: processes.Traefik) -> float:
    """Return the memory that a Traefik holds, in mebibytes."""
    lines = Path(f"/proc/{traefik.pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:")) / 1024


if __name__ == "__main__":
    main()
