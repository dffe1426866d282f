"""Runs BIND for zones that another provider than DigitalOcean serves, and writes to them.

`python -m lab.internet.bind` puts records into the zones that its input names (JSON: `zone`, `records` by the
name of their zone); run it with `Lab.entering`.
"""

import json
import sys
from functools import partial
from pathlib import Path

import dns.exception
import dns.query
import dns.rcode
import dns.update

from lab.internet.addresses import PRIMARY
from lab.internet.primary import PrimaryZone, configuration, first_file, replacing, zone_file
from lab.machine.process import Supervisor
from lab.toolbox.waiting import patiently
from lab.toolbox.whole_files import write_secret

_PROCESS = "primary-dns"
_PATIENCE = 10.0
"""Seconds until BIND must take updates."""


class UpdateRefusedError(RuntimeError):
    """BIND did not take an update; the text is its answer."""


def start(zone: PrimaryZone, folder: Path, program: Path, supervisor: Supervisor) -> None:
    """Serve the zones on their server's address; what was written to them earlier is still there."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name in zone.names:
        file = zone_file(zone, name, folder)
        if not file.exists():
            file.write_text(first_file(zone, name))
    settings = folder / "named.conf"
    write_secret(settings, configuration(zone, folder, str(PRIMARY)))
    supervisor.ensure(_PROCESS, [str(program), "-g", "-c", str(settings)])


def send(zone: PrimaryZone, message: dns.update.UpdateMessage) -> None:
    """Change a zone; it answers with the change when this returns. Raises UpdateRefusedError."""
    ask = partial(dns.query.tcp, message, str(PRIMARY), timeout=_PATIENCE, port=zone.port)
    answer = patiently(ask, (OSError, dns.exception.DNSException), _PATIENCE)
    if answer.rcode() != dns.rcode.NOERROR:
        raise UpdateRefusedError(f"{zone.server} answers {dns.rcode.to_text(answer.rcode())}")


def main() -> None:
    """Put the platform's records into the zones, as their operator would."""
    given = json.load(sys.stdin)
    zone = PrimaryZone.read(given["zone"])
    for name, records in given["records"].items():
        send(zone, replacing(zone, name, records))


if __name__ == "__main__":
    main()
