"""Whoever a stack sends its logs and traces to: a real collector, which writes down what it is sent."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

from lab.internet.addresses import OTLP
from lab.machine.process import Supervisor
from lab.toolbox.whole_files import write_secret

_PROCESS = "otlp-receivers"
_FIRST_PORT = 14318
"""Of the collector on 127.0.0.1: one for each place that is sent to, from here on."""
_OWN_PORT = 14888
"""Where the collector tells its own metrics, apart from the ports that clusters use."""


@dataclass(frozen=True)
class OtlpReceiver:
    """One of them."""

    signal: str
    """`logs` or `traces`."""
    host: str
    port: int
    path: str
    """Below which OTLP's own paths stand; empty or beginning with a slash."""
    authorization: str
    """What the header of that name must hold; empty: nothing."""


@dataclass(frozen=True)
class Place:
    """A host and port with everything that is sent there."""

    host: str
    address: IPv4Address
    port: int
    local_port: int
    """Of the collector on 127.0.0.1."""
    receivers: tuple[OtlpReceiver, ...]

    @property
    def name(self) -> str:
        """By which a configuration knows it."""
        return f"otlp-{self.local_port}"


def places(receivers: Sequence[OtlpReceiver]) -> Iterator[Place]:
    """Each host has an address of its own; there are two at most, since there are two signals."""
    addresses = dict(zip(dict.fromkeys(each.host for each in receivers), OTLP, strict=False))
    asked = dict.fromkeys((each.host, each.port) for each in receivers)
    for number, (host, port) in enumerate(asked):
        here = tuple(each for each in receivers if (each.host, each.port) == (host, port))
        yield Place(host, addresses[host], port, _FIRST_PORT + number, here)


def file(folder: Path, signal: str) -> Path:
    """What was sent of a signal: a line of OTLP's JSON for each request."""
    return folder / f"{signal}.jsonl"


def configuration(receivers: Sequence[OtlpReceiver], folder: Path) -> dict[str, Any]:
    """Return the collector's configuration. A place that is shown a credential wants one of everybody."""
    known = {place: _demanded(place) for place in places(receivers)}
    demanding = {place: demanded for place, demanded in known.items() if demanded}
    return {
        "extensions": {
            # Without a scheme the whole header is compared.
            f"bearertokenauth/{place.name}": {"scheme": "", "tokens": list(demanded)}
            for place, demanded in demanding.items()
        },
        "receivers": {
            f"otlp/{place.name}": {"protocols": {"http": _listening(place, known[place])}} for place in known
        },
        "exporters": {
            f"file/{each.signal}": {
                "path": str(file(folder, each.signal)),
                "append": True,
                "flush_interval": "200ms",
            }
            for each in receivers
        },
        "service": {
            "extensions": [f"bearertokenauth/{place.name}" for place in demanding],
            "telemetry": {
                "metrics": {
                    "readers": [
                        {"pull": {"exporter": {"prometheus": {"host": "127.0.0.1", "port": _OWN_PORT}}}}
                    ]
                }
            },
            "pipelines": {
                each.signal: {
                    "receivers": [f"otlp/{place.name}" for place in known if each in place.receivers],
                    "exporters": [f"file/{each.signal}"],
                }
                for each in receivers
            },
        },
    }


def _demanded(place: Place) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each.authorization for each in place.receivers if each.authorization))


def _listening(place: Place, demanded: Sequence[str]) -> Mapping[str, Any]:
    return {
        "endpoint": f"127.0.0.1:{place.local_port}",
        **{f"{each.signal}_url_path": f"{each.path}/v1/{each.signal}" for each in place.receivers},
        **({"auth": {"authenticator": f"bearertokenauth/{place.name}"}} if demanded else {}),
    }


def start(receivers: Sequence[OtlpReceiver], folder: Path, program: Path, supervisor: Supervisor) -> None:
    """Take what is sent; what was taken earlier stays. `folder` is the collector's own."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    settings = folder / "collector.yaml"
    # JSON is YAML.
    write_secret(settings, json.dumps(configuration(receivers, folder)))
    supervisor.ensure(_PROCESS, [str(program), f"--config={settings}"])
