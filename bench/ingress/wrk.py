"""Load by wrk, and what it tells."""

import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass

from lab.parts.provide import ensure

CONNECTIONS = 16
"""Kept open, each with one request at a time."""

_UNITS = {"us": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0}
_REFUSED = re.compile(r"Non-2xx or 3xx responses: (\d+)")
_BROKEN = re.compile(r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)")


class LoadError(Exception):
    """Not every request was answered as it should be, so figures would mean nothing."""


@dataclass(frozen=True)
class Load:
    """What wrk saw."""

    requests: int
    """All that were answered."""
    per_second: float
    p99: float
    """Seconds that 99 of 100 answers took at most."""


def run(url: str, headers: Mapping[str, str], seconds: int) -> Load:
    """Ask as fast as answers come. Raises LoadError if one is missing or refused."""
    program = ensure("wrk")["wrk"] / "wrk"
    command = [str(program), "--threads", "1", "--connections", str(CONNECTIONS)]
    command += ["--duration", f"{seconds}s", "--timeout", "10s", "--latency"]
    for name, value in headers.items():
        command += ["--header", f"{name}: {value}"]
    done = subprocess.run([*command, url], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise LoadError(f"{' '.join(command)} {url}:\n{done.stdout}{done.stderr}")
    return parse(done.stdout)


def parse(output: str) -> Load:
    """Return what `wrk --latency` printed. Raises LoadError if an answer is missing or refused."""
    broken = _BROKEN.search(output)
    if _REFUSED.search(output) or (broken and any(int(count) for count in broken.groups())):
        raise LoadError(output)
    count = _found(r"(\d+) requests in ", output)
    latency = _found(r"99%\s+([\d.]+)(us|ms|s|m)\b", output)
    rate = _found(r"Requests/sec:\s+([\d.]+)", output)
    if int(count[1]) == 0:
        raise LoadError(f"no request was answered:\n{output}")
    return Load(int(count[1]), float(rate[1]), float(latency[1]) * _UNITS[latency[2]])


def _found(pattern: str, output: str) -> re.Match[str]:
    match = re.search(pattern, output)
    if match is None:
        raise LoadError(f"nothing like {pattern} in what wrk printed:\n{output}")
    return match
