"""Admin interfaces on a local port: a port-forward, never a way in from the internet (ADM-2).

The listening socket is the machine's own; connections go into the lab's network namespace, where
`kubectl port-forward` listens. A socket stays in the namespace in which it was opened.
"""

import selectors
import signal
import socket
import subprocess
import threading
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from rich.console import Console

from lab.commands.foreground import running_engine
from lab.commands.interfaces import Interface
from lab.instance.lab import Lab
from lab.machine.namespaces import join_network
from lab.machine.sandbox import Record

CHUNK = 65536


def command(interface: Interface, port: int) -> list[str]:
    """What makes an interface answer at 127.0.0.1:`port`."""
    place = f"--namespace={interface.namespace}"
    return ["kubectl", "port-forward", place, interface.target, f"{port}:{interface.port}"]


def out_of_the_lab(lab: Lab, port: int, commands: Iterable[Sequence[str]], console: Console) -> None:
    """Run commands in a running lab, one of which listens at 127.0.0.1:`port` there, and let it answer at the
    same port here, until interrupted. Raises LabError."""
    engine = running_engine(lab)
    record = Record.read(lab.record)
    assert record is not None
    with socket.create_server(("127.0.0.1", port)) as listener:
        running = [
            subprocess.Popen(lab.entering(each, Path("/")), env=engine.environment, stdout=subprocess.DEVNULL)
            for each in commands
        ]
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        try:
            join_network(Path(f"/proc/{record.init}/ns/net"))
            _serve(listener, lambda: socket.create_connection(("127.0.0.1", port)))
        except KeyboardInterrupt:
            console.print("ended")
        finally:
            for each in running:
                each.terminate()
            for each in running:
                each.wait()


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
