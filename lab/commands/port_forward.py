"""Admin interfaces on a local port: a port-forward, never a way in from the internet (ADM-2).

The listening socket is the machine's own; connections go into the lab's network namespace, where
`kubectl port-forward` listens. A socket stays in the namespace in which it was opened.
"""

import os
import selectors
import signal
import socket
import subprocess
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from lab.engine.environment import Engine
from lab.instance.lab import Lab, LabError
from lab.machine.namespaces import join_network
from lab.machine.sandbox import Record

CHUNK = 65536


@dataclass(frozen=True)
class Interface:
    """An admin interface in the cluster."""

    namespace: str
    target: str
    port: int
    path: str


INTERFACES = {"traefik": Interface("traefik", "deployment/traefik", 8080, "/dashboard/")}


def forward(what: str, lab: Lab, stack: str, port: int, console: Console) -> None:
    """Forward local `port` to the interface until interrupted.

    Where no lab of the stack runs, it is the real cluster: kubectl's current context must lead there.
    """
    if what not in INTERFACES:
        raise LabError(f"unknown interface {what}. Known: {', '.join(sorted(INTERFACES))}")
    interface = INTERFACES[what]
    console.print(f"http://localhost:{port}{interface.path}  (Ctrl-C ends it)", highlight=False)
    command = ["kubectl", "port-forward", f"--namespace={interface.namespace}", interface.target]
    if not lab.running():
        console.print(f"No lab {stack} runs: using kubectl's current context.")
        os.execvp("kubectl", [*command, f"{port}:{interface.port}"])
    record = Record.read(lab.record)
    assert record is not None
    engine = Engine.read(lab.folder / "engine" / "engine.json")
    with socket.create_server(("127.0.0.1", port)) as listener:
        forwarding = subprocess.Popen(
            lab.entering([*command, f"{port}:{interface.port}"], Path("/")),
            env=engine.environment,
            stdout=subprocess.DEVNULL,
        )
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        try:
            join_network(Path(f"/proc/{record.init}/ns/net"))
            _serve(listener, lambda: socket.create_connection(("127.0.0.1", port)))
        except KeyboardInterrupt:
            console.print("ended")
        finally:
            forwarding.terminate()
            forwarding.wait()


def _serve(listener: socket.socket, connect: Callable[[], socket.socket]) -> None:
    while True:
        client, _ = listener.accept()
        threading.Thread(target=_pass, args=(client, connect), daemon=True).start()


def _pass(client: socket.socket, connect: Callable[[], socket.socket]) -> None:
    """Carry bytes both ways until one side closes. A thread starts in its starter's namespace."""
    with client, connect() as server, selectors.DefaultSelector() as ready:
        ready.register(client, selectors.EVENT_READ, server)
        ready.register(server, selectors.EVENT_READ, client)
        while True:
            for key, _ in ready.select():
                data = key.fileobj.recv(CHUNK)  # type: ignore[union-attr]
                if not data:
                    return
                key.data.sendall(data)
