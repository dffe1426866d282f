"""Admin interfaces of a running lab on a local port, by a port-forward: the only way in."""

import json
import socket
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode
from urllib.request import urlopen

from lab.toolbox.waiting import patiently
from tests.lab.platform import Platform


@contextmanager
def forwarded(platform: Platform, interface: str) -> Generator[str]:
    """The URL at which an interface answers within the block."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    forwarding = platform.start("view", interface, f"--port={port}")
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        forwarding.terminate()
        forwarding.wait(30)


def answer(url: str, **query: str) -> Any:
    """What an interface answers, as JSON, as soon as it does."""

    def ask() -> Any:
        with urlopen(f"{url}?{urlencode(query)}", timeout=10) as found:
            return json.load(found)

    return patiently(ask, OSError, seconds=60)
