"""The DNS of the outside world: CoreDNS, with DigitalOcean's zones and the names of everybody else."""

import signal
import threading
import time
from collections.abc import Mapping, Sequence
from ipaddress import IPv4Address
from pathlib import Path

import dns.exception
import dns.message
import dns.query
import dns.rdatatype

from lab.internet.addresses import NAMES, PRIMARY, RESOLVER
from lab.internet.primary import PrimaryZone
from lab.internet.zones import Record, root_file, server_configuration, zone_file
from lab.machine.process import Supervisor
from lab.toolbox.waiting import until
from lab.toolbox.whole_files import write_whole

_PROCESS = "outside-dns"
_ROOT = "."
_PATIENCE = 10.0
"""Seconds until a change must be served."""


class Dns:
    """What names mean outside the clusters. A change is served when the call that made it returns."""

    def __init__(
        self,
        folder: Path,
        program: Path,
        supervisor: Supervisor,
        elsewhere: PrimaryZone | None,
        names: Mapping[str, IPv4Address],
    ) -> None:
        """`folder` holds the zone files; the resolver's address must exist in this network namespace.

        `elsewhere` are zones to ask their own primary name server for; `names` are known beside the lab's
        own.
        """
        self._folder = folder
        self._program = program
        self._supervisor = supervisor
        self._elsewhere = dict.fromkeys(elsewhere.names, f"{PRIMARY}:{elsewhere.port}") if elsewhere else {}
        self._names = {**NAMES, **names, **({elsewhere.server: PRIMARY} if elsewhere else {})}
        self._lock = threading.Lock()
        self._contents: dict[str, object] = {}
        self._serial = 0

    def serve(
        self, zones: Mapping[str, Sequence[Record]], names: Mapping[str, IPv4Address] | None = None
    ) -> None:
        """Serve exactly these zones (without final dot) of DigitalOcean, and `names` beside the lab's own.

        Raises TimeoutError when CoreDNS does not serve them within ten seconds; its log says why.
        """
        contents: dict[str, object] = {zone: list(records) for zone, records in zones.items()}
        contents[_ROOT] = {**self._names, **(names or {})}
        with self._lock:
            changed = [zone for zone, content in contents.items() if self._contents.get(zone) != content]
            if not changed and contents.keys() == self._contents.keys():
                return
            self._serial = max(self._serial + 1, int(time.time()))
            self._folder.mkdir(parents=True, exist_ok=True)
            for zone in changed:
                text = (
                    root_file({**self._names, **(names or {})}, self._serial)
                    if zone == _ROOT
                    else zone_file(zone, zones[zone], self._serial)
                )
                write_whole(self._file(zone), text)
            self._configure(list(contents))
            for zone in changed:
                self._wait(zone)
            self._contents = contents

    def _configure(self, zones: Sequence[str]) -> None:
        """Tell CoreDNS which zones exist; a change of their files it notices by itself."""
        file = self._folder / "Corefile"
        text = server_configuration({zone: str(self._file(zone)) for zone in zones}, self._elsewhere)
        if _PROCESS not in self._supervisor.pids:
            write_whole(file, text)
            self._supervisor.ensure(_PROCESS, [str(self._program), "-conf", str(file)])
        elif file.read_text() != text:
            write_whole(file, text)
            self._supervisor.signal(_PROCESS, signal.SIGUSR1)

    def _file(self, zone: str) -> Path:
        return self._folder / ("root.zone" if zone == _ROOT else f"{zone}.zone")

    def _wait(self, zone: str) -> None:
        if not until(lambda: self._is_served(zone), _PATIENCE, pause=0.02):
            raise TimeoutError(
                f"{RESOLVER} does not serve the zone {zone} from {self._file(zone)}; "
                f"see {self._supervisor.log(_PROCESS)}"
            )

    def _is_served(self, zone: str) -> bool:
        """Whether the resolver answers with the zone as it was written last."""
        question = dns.message.make_query(zone, dns.rdatatype.SOA)
        try:
            answer = dns.query.udp(question, str(RESOLVER), timeout=0.5)
        except (dns.exception.DNSException, OSError):
            return False
        return any(
            record.serial == self._serial
            for found in answer.answer
            if found.rdtype == dns.rdatatype.SOA
            for record in found
        )
