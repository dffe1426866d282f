"""A lab for proofs by requests: the dev stack with their overlays."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.lab.authority import Authority
from tests.lab.running_lab import RunningLab

OVERLAYS = Path(__file__).with_name("traffic")
"""Its YAML files are laid over the dev stack, in the order of their names: one for each module of proofs
that needs applications of its own."""
ZONE = "dev.k8s.webgrip.nl"


@dataclass
class TrafficLab(RunningLab):
    """The dev stack with the proofs' overlay, brought up."""

    staff: Authority
    """Vouches for the clients of `vault`'s route `staff`."""

    @contextmanager
    def changed(self, edit: Callable[[dict[str, Any]], None]) -> Generator[None]:
        """The overlay is edited within the block, by `pulumi up` as a user would; then what it was before."""
        overlay = self.platform.overlay
        assert overlay is not None
        before = overlay.read_text()
        content = yaml.safe_load(before)
        edit(content)
        try:
            overlay.write_text(yaml.safe_dump(content, sort_keys=False))
            self._up()
            yield
        finally:
            overlay.write_text(before)
            self._up()

    def _up(self) -> None:
        self.platform.run("pulumi", "up", "--yes", "--skip-preview", "--non-interactive")
