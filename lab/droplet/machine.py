"""A machine with a folder that outlives it, as a Droplet's disk does, started and ended from outside."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from lab.paths import project_dir
from lab.toolbox.waiting import until

SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


class Machine:
    """One Droplet. Its network namespace is made by whoever makes the network around it."""

    def __init__(self, folder: Path, tools: tuple[Path, ...]) -> None:
        """`tools`: folders of the programs that the packages of the user data would bring."""
        self.folder = folder
        self._tools = tools
        self._process: subprocess.Popen[bytes] | None = None

    def create(self, user_data: str, hosts: Mapping[str, str]) -> None:
        """Lay out the disk: this machine's own /etc, the user data, and names by address beside DNS."""
        self.folder.mkdir(parents=True)
        etc = self.folder / "etc"
        shutil.copytree("/etc", etc, symlinks=True, ignore=_unreadable)
        with (etc / "hosts").open("a") as file:
            file.writelines(f"{address} {name}\n" for name, address in hosts.items())
        (self.folder / "user-data").write_text(user_data)
        systemctl = self.folder / "bin" / "systemctl"
        systemctl.parent.mkdir()
        systemctl.write_text(
            f'#!/bin/sh\nexec {sys.executable} -m lab.droplet.systemctl {self.folder} "$@"\n'
        )
        systemctl.chmod(0o755)

    def boot(self, namespace: Path) -> None:
        """Start it in the network namespace of this handle; returns once its units have been started."""
        path = ":".join((str(self.folder / "bin"), *map(str, self._tools), SYSTEM_PATH))
        command = ["nsenter", f"--net={namespace}", "unshare", "--mount", "--pid", "--fork", "--kill-child"]
        command += ["--mount-proc", sys.executable, "-m", "lab.droplet.init", str(self.folder)]
        booted = self.folder / "booted"
        booted.unlink(missing_ok=True)
        with (self.folder / "console.log").open("ab") as log:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={"PATH": path, "PYTHONPATH": str(project_dir()), "HOME": "/root"},
                start_new_session=True,
            )
        process = self._process
        until(lambda: booted.exists() or process.poll() is not None, 60)
        if not booted.exists():
            raise RuntimeError(f"the machine does not boot:\n{self.console()}")

    def run(self, *command: str) -> str:
        """Run a command on it, as one would who is logged in; what it prints."""
        return subprocess.run(
            self.command(*command), check=True, stdout=subprocess.PIPE, text=True, env=self.environment
        ).stdout

    def command(self, *command: str) -> list[str]:
        """The command line that runs a command on it, with its `environment`."""
        return ["nsenter", f"--target={self.init}", "--mount", "--net", "--pid", "--", *command]

    @property
    def environment(self) -> dict[str, str]:
        """Of whoever is logged in."""
        return {"PATH": ":".join((*map(str, self._tools), SYSTEM_PATH))}

    @property
    def init(self) -> int:
        """Its first process, as numbered out here."""
        assert self._process is not None, "the machine is off"
        outer = self._process.pid
        (child,) = Path(f"/proc/{outer}/task/{outer}/children").read_text().split()
        return int(child)

    def console(self) -> str:
        """Everything that was printed since it was made."""
        return (self.folder / "console.log").read_text()

    def end(self) -> None:
        """Pull the plug."""
        process, self._process = self._process, None
        if process is not None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _unreadable(folder: str, names: list[str]) -> list[str]:
    """Leave out what is no file, folder or link."""
    paths = {name: Path(folder, name) for name in names}
    return [
        name
        for name, path in paths.items()
        if not (path.is_symlink() or path.is_dir() or path.is_file()) or not os.access(path, os.R_OK)
    ]
