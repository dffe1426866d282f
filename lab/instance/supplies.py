"""What a lab's daemon is given by whoever starts it, as a file that only its owner may read."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from lab.internet.otlp import OtlpReceiver
from lab.internet.primary import PrimaryZone
from lab.toolbox.whole_files import write_secret


@dataclass(frozen=True)
class Supplies:
    """Everything that the daemon cannot find by itself."""

    cni: str
    """The pod network of its clusters, which lasts as long as they do."""
    elsewhere: PrimaryZone | None = None
    """Zones that another provider than DigitalOcean serves."""
    zones: tuple[str, ...] = ()
    """Zones that the account holds from the beginning, for a stack that adopts one."""
    told: tuple[tuple[str, int], ...] = ()
    """Host and port of whoever the stack's Alertmanager tells."""
    sent: tuple[OtlpReceiver, ...] = ()
    """Whoever the stack sends its logs and traces to."""
    parts: Mapping[str, Path] = field(default_factory=dict[str, Path])
    """The folder of each part, by name."""
    images: Mapping[str, Path] = field(default_factory=dict[str, Path])
    """The archive of each image, by name."""

    @staticmethod
    def read(file: Path) -> "Supplies":
        """What `write` wrote; of a lab from before there was a choice, what it was started with."""
        data: dict[str, Any] = json.loads(file.read_text())
        zone = data.get("elsewhere")
        return Supplies(
            cni=data.get("cni", "cilium"),
            elsewhere=PrimaryZone.read(zone) if zone else None,
            zones=tuple(data.get("zones", ())),
            told=tuple((host, port) for host, port in data.get("told", ())),
            sent=tuple(OtlpReceiver(**each) for each in data.get("sent", ())),
            parts=_paths(data.get("parts", {})),
            images=_paths(data.get("images", {})),
        )

    def lacks(self, wanted: "Supplies") -> bool:
        """Whether a daemon that was given these cannot do for one who wants others."""
        missing = wanted.images.keys() - self.images.keys() or set(wanted.told) - set(self.told)
        return bool(missing or set(wanted.sent) - set(self.sent))

    def write(self, file: Path) -> None:
        """Keep them for the daemon, and for the next start, which must be given the same."""
        write_secret(file, json.dumps(asdict(self), default=str))


def _paths(given: Mapping[str, str]) -> dict[str, Path]:
    return {name: Path(path) for name, path in given.items()}
