"""Linux namespaces: leaving, joining, and a first process (PID 1) that ends with its parent."""

import ctypes
import os
import select
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import NoReturn

# <linux/sched.h> and <linux/prctl.h>; Python's os module has them from 3.12 on.
NEW_MOUNT = 0x00020000
NEW_CGROUP = 0x02000000
NEW_UTS = 0x04000000
NEW_IPC = 0x08000000
NEW_PID = 0x20000000
NEW_NETWORK = 0x40000000
_PR_SET_PDEATHSIG = 1

_libc = ctypes.CDLL(None, use_errno=True)


def _check(result: int, action: str) -> None:
    if result != 0:
        error = ctypes.get_errno()
        hint = " (the lab needs root on this machine)" if error in (1, 13) else ""
        raise OSError(error, f"{action}: {os.strerror(error)}{hint}")


def unshare(flags: int) -> None:
    """Leave the caller's namespaces for new ones; NEW_PID concerns only later children."""
    _check(_libc.unshare(flags), "unshare")


def join_network(handle: Path) -> None:
    """Enter the network namespace whose handle (`/run/netns/<name>`) is given."""
    descriptor = os.open(handle, os.O_RDONLY | os.O_CLOEXEC)
    try:
        _check(_libc.setns(descriptor, NEW_NETWORK), f"setns {handle}")
    finally:
        os.close(descriptor)


def start_first_process(stage: Callable[[], int]) -> int:
    """Fork PID 1 of a new PID namespace, which runs `stage` and ends with its result.

    Returns PID 1's number as the caller sees it. Whenever the caller ends, however it ends, the
    kernel kills PID 1 and with it every process of the namespace.
    """
    unshare(NEW_PID)
    read_end, write_end = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(write_end)
        _die_with_parent(read_end)
        _leave(stage)
    os.close(read_end)  # write_end stays open as long as the caller lives
    return child


def _die_with_parent(pipe: int) -> None:
    """End when the parent ends; it holds the other end of `pipe`."""
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    # A parent that died before prctl sends no signal; its end of the pipe is then closed.
    if select.select([pipe], [], [], 0)[0]:
        os._exit(1)


def run_and_reap(main: Callable[[], int]) -> int:
    """As PID 1: run `main` in a child, pass SIGTERM and SIGINT to it, reap every orphan.

    Returns the exit status of `main`'s process.
    """
    child = os.fork()
    if child == 0:
        _leave(main)
    forward_signals(child)
    return wait_for(child)


def forward_signals(child: int) -> None:
    """Pass SIGTERM and SIGINT on to `child` from now on."""

    def forward(number: int, _: FrameType | None) -> None:
        os.kill(child, number)

    signal.signal(signal.SIGTERM, forward)
    signal.signal(signal.SIGINT, forward)


def wait_for(child: int) -> int:
    """Reap children until `child` ends; its exit status, 128 + n if signal n ended it."""
    while True:
        pid, status = os.waitpid(-1, 0)
        if pid == child:
            code = os.waitstatus_to_exitcode(status)
            return code if code >= 0 else 128 - code


def _leave(main: Callable[[], int]) -> NoReturn:
    """Run `main` in a forked process and end it without returning into the parent's stack."""
    code = 1
    try:
        code = main()
    except BaseException as error:
        sys.excepthook(type(error), error, error.__traceback__)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
