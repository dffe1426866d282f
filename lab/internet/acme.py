"""Let's Encrypt, production and staging: two Pebbles, each with a root of its own.

Pebble serves its directory at `/dir`; the front (`load_balancer.TlsFront`) answers Let's Encrypt's
`/directory`. Accounts and orders live in Pebble's memory and end with it.
"""

import json
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import IPv4Address
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from lab.internet.addresses import (
    ACME_PRODUCTION,
    ACME_PRODUCTION_NAME,
    ACME_STAGING,
    ACME_STAGING_NAME,
    RESOLVER,
)
from lab.internet.ca import Authority
from lab.internet.load_balancer import TlsFront
from lab.machine.process import Supervisor
from lab.toolbox.waiting import patiently
from lab.toolbox.whole_files import write_whole

ENVIRONMENT: Mapping[str, str] = {
    "PEBBLE_VA_NOSLEEP": "1",  # validate at once, not after up to 15 s
    "PEBBLE_WFE_NONCEREJECT": "0",  # else one request in twenty is refused, on purpose
}


PATIENCE = 10.0
"""Seconds until a server must answer."""


@dataclass(frozen=True)
class AcmeServer:
    """One of Let's Encrypt's two environments; the ports are Pebble's on 127.0.0.1."""

    name: str
    host: str
    address: IPv4Address
    port: int
    management_port: int


PRODUCTION = AcmeServer("acme-production", ACME_PRODUCTION_NAME, ACME_PRODUCTION, 14000, 15000)
STAGING = AcmeServer("acme-staging", ACME_STAGING_NAME, ACME_STAGING, 14001, 15001)
SERVERS = (PRODUCTION, STAGING)


def fronts(folder: Path, authority: Authority) -> tuple[TlsFront, ...]:
    """The fronts of both servers, with certificates kept in `folder`."""
    return tuple(
        TlsFront(
            name=server.host,
            address=server.address,
            certificate=authority.issue([server.host], folder / f"{server.host}.pem"),
            port=server.port,
            server_authority=authority.certificate,
            rewrites=(("/directory", "/dir"),),
        )
        for server in SERVERS
    )


def configuration(server: AcmeServer, certificate: Path, validity: timedelta) -> str:
    """Pebble's configuration file, with Let's Encrypt's profiles.

    Every order must name one: Pebble gives a random one to those that do not.
    """
    lives = {"classic": validity, "tlsserver": timedelta(days=45), "shortlived": timedelta(hours=160)}
    return json.dumps(
        {
            "pebble": {
                "listenAddress": f"127.0.0.1:{server.port}",
                "managementListenAddress": f"127.0.0.1:{server.management_port}",
                "certificate": str(certificate),
                "privateKey": str(certificate),
                "httpPort": 80,
                "tlsPort": 443,
                "externalAccountBindingRequired": False,
                "domainBlocklist": [],
                "keyAlgorithm": "ecdsa",
                "retryAfter": {"authz": 1, "order": 1},
                "profiles": {
                    name: {
                        "description": f"Let's Encrypt's profile {name}",
                        "validityPeriod": int(life.total_seconds()),
                    }
                    for name, life in lives.items()
                },
            }
        },
        indent=1,
    )


def start(
    folder: Path,
    program: Path,
    supervisor: Supervisor,
    authority: Authority,
    validity: timedelta = timedelta(days=90),
) -> None:
    """Start both servers; their certificates live for `validity` (Let's Encrypt's classic: 90 days)."""
    certificate = authority.issue(["localhost"], folder / "localhost.pem")
    for server in SERVERS:
        file = folder / f"{server.name}.json"
        file.write_text(configuration(server, certificate, validity))
        command = [str(program), "-config", str(file), "-dnsserver", f"{RESOLVER}:53"]
        supervisor.ensure(server.name, command, ENVIRONMENT)


def collect_roots(file: Path, authority: Authority) -> None:
    """Add the root certificates of both servers to `file` (PEM), as soon as they answer.

    Each start of a Pebble makes a new root; earlier ones stay, since certificates that they vouch for
    are in use. Raises TimeoutError when a server does not answer within ten seconds.
    """
    context = ssl.create_default_context(cafile=str(authority.certificate))
    known = file.read_text() if file.exists() else ""
    for server in SERVERS:
        root = _fetch(f"https://localhost:{server.management_port}/roots/0", context)
        if root not in known:
            known += root
    write_whole(file, known)


def _fetch(url: str, context: ssl.SSLContext) -> str:
    def fetch() -> str:
        with urlopen(url, timeout=2, context=context) as answer:
            return answer.read().decode()

    try:
        return patiently(fetch, URLError, PATIENCE, pause=0.05)
    except URLError as error:
        raise TimeoutError(f"{url} does not answer: {error}") from error
