"""The first process of a simulated machine: `python -m lab.droplet.init FOLDER`.

It has a network, a mount and a PID namespace of its own. /etc is the machine's, from its folder; /run is
empty at each boot.
"""

import subprocess
import sys
import threading
import time
from pathlib import Path

from lab.droplet import cloud_init, units
from lab.droplet.systemctl import enabled


def main() -> None:
    """Boot, and run timers until somebody pulls the plug."""
    folder = Path(sys.argv[1])
    subprocess.run(("mount", "--bind", str(folder / "etc"), "/etc"), check=True)
    subprocess.run(("mount", "-t", "tmpfs", "tmpfs", "/run"), check=True)
    subprocess.run(("ip", "link", "set", "lo", "up"), check=True)
    installed = folder / "installed"
    if not installed.exists():
        cloud_init.run((folder / "user-data").read_text())
        installed.touch()
    else:
        for settings in sorted(Path("/etc/sysctl.d").glob("*-vpn.conf")):
            subprocess.run(("sysctl", "-p", str(settings)), check=True)
        for name in enabled(folder):
            units.start(name)
    (folder / "booted").touch()
    timers = [units.timer(name) for name in enabled(folder) if name.endswith(".timer")]
    threads = [threading.Thread(target=_keep_running, args=(timer,)) for timer in timers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _keep_running(timer: units.Timer) -> None:
    time.sleep(timer.after_boot)
    while True:
        for command in units.commands(timer.service):
            subprocess.run(command, check=False)
        time.sleep(timer.pause)


if __name__ == "__main__":
    main()
