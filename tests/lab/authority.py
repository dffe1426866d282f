"""An authority of a test's own, which vouches for clients."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from lab.toolbox.certificates import CertificateAuthority, Usage, hosts

A_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Authority:
    """Issues into files."""

    name: str
    root: CertificateAuthority

    @classmethod
    def make(cls, name: str) -> "Authority":
        return cls(name, CertificateAuthority.make(name, A_DAY))

    @property
    def pem(self) -> str:
        return self.root.pem.decode()

    def issue(self, name: str, file: Path, *names: str) -> Path:
        """A certificate and its key, in one file: a client's, or a server's of these hosts."""
        usage = Usage.SERVER if names else Usage.CLIENT
        issued = self.root.issue(name, usage, hosts(*names), lifetime=A_DAY)
        file.write_bytes(issued.pem + issued.key_pem())
        return file
