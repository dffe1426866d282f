"""The lab's certificate authority: it vouches for the names of the outside world.

Pods trust it because the lab makes their images, so the authority lives in the cache beside them and
changes only when they are made anew. Its key signs for no name outside the lab's network namespaces.
"""

import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from lab.toolbox.certificates import CertificateAuthority, Usage, hosts
from lab.toolbox.whole_files import write_secret

SYSTEM_BUNDLES = (Path("/etc/ssl/certs/ca-certificates.crt"), Path("/etc/pki/tls/cert.pem"))
"""Where Linux distributions keep the authorities that the machine trusts."""


@dataclass(frozen=True)
class Authority:
    """A certificate authority whose key and certificate lie in `folder`."""

    folder: Path

    @classmethod
    def at(cls, folder: Path) -> "Authority":
        """The authority in `folder`, made there if there is none; safe against a second caller."""
        if not folder.exists():
            folder.parent.mkdir(parents=True, exist_ok=True)
            draft = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
            _make_root(draft)
            try:
                draft.rename(folder)
            except OSError:  # somebody else was first
                shutil.rmtree(draft)
        return cls(folder)

    @property
    def certificate(self) -> Path:
        """The root certificate (PEM)."""
        return self.folder / "root.pem"

    @property
    def bundle(self) -> Path:
        """The machine's own trusted authorities and this one (PEM): what the lab's pods trust."""
        return self.folder / "bundle.pem"

    def issue(self, names: Sequence[str], target: Path) -> Path:
        """A server certificate for `names`: chain and key in one file (PEM, 0600), as HAProxy wants.

        A certificate that `target` holds already is replaced.
        """
        root = CertificateAuthority.read(self.certificate, self.folder / "root.key")
        issued = root.issue(names[0], Usage.SERVER, hosts(*names))
        target.parent.mkdir(parents=True, exist_ok=True)
        write_secret(target, issued.pem + root.pem + issued.key_pem())
        return target


def _make_root(folder: Path) -> None:
    root = CertificateAuthority.make("Lab of the network platform")
    write_secret(folder / "root.key", root.key_pem())
    (folder / "root.pem").write_bytes(root.pem)
    system = next((path.read_bytes() for path in SYSTEM_BUNDLES if path.exists()), b"")
    (folder / "bundle.pem").write_bytes(system + root.pem)
    folder.chmod(0o755)
