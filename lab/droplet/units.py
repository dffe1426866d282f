"""Units of systemd, as far as the VPN's machine has them: oneshot services and timers."""

import configparser
import shlex
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path("/etc/systemd/system")

PACKAGED: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "wg-quick@wg0.service": (("wg-quick", "up", "wg0"),),
    "ssh.service": (),
}
"""What Debian's packages bring, and what starting it runs."""

_KNOWN = {
    "Unit": {"Description", "After", "Before", "Wants"},
    "Service": {"Type", "ExecStart", "RemainAfterExit"},
    "Timer": {"OnBootSec", "OnUnitInactiveSec", "AccuracySec"},
    "Install": {"WantedBy"},
}


@dataclass(frozen=True)
class Timer:
    """When a service of the same name is run."""

    service: str
    after_boot: float
    """Seconds; so is the other."""
    pause: float


def commands(name: str) -> tuple[tuple[str, ...], ...]:
    """Return what starting a service runs."""
    if name in PACKAGED:
        return PACKAGED[name]
    unit = _read(name)
    if unit["Service"].get("Type") != "oneshot":
        raise ValueError(f"{name}: only oneshot services are simulated")
    return (tuple(shlex.split(unit["Service"]["ExecStart"])),)


def timer(name: str) -> Timer:
    """Return what a timer says."""
    told = _read(name)["Timer"]
    return Timer(
        f"{name.removesuffix('.timer')}.service",
        float(told["OnBootSec"]),
        float(told["OnUnitInactiveSec"]),
    )


def start(name: str) -> None:
    """Run a service to its end; a timer is run by the first process of the machine."""
    if not name.endswith(".timer"):
        for command in commands(name):
            subprocess.run(command, check=True)


def _read(name: str) -> configparser.ConfigParser:
    unit = configparser.ConfigParser(interpolation=None)
    unit.optionxform = str  # pyright: ignore[reportAttributeAccessIssue] -- its documentation's own way
    unit.read_string((FOLDER / name).read_text(), name)
    for section in unit.sections():
        unknown = set(unit[section]) - _KNOWN.get(section, set())
        if unknown:
            raise ValueError(f"{name}: not simulated: [{section}] {', '.join(sorted(unknown))}")
    return unit
