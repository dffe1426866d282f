"""The account's file survives whatever happens to the process that writes it."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from ipaddress import IPv4Network
from pathlib import Path

from lab.cloud.state import Account, Kind, Store, add_vpc
from tests import stacks

WRITER = """
import sys
from pathlib import Path
from lab.cloud.state import Kind, Store
store = Store(Path(sys.argv[1]))
for number in range(100_000):
    with store.change() as account:
        for copy in range(50):
            account.put(Kind.TAG, f"tag-{copy}", {"name": f"tag-{copy}", "number": number})
    print(number, flush=True)
"""


def add(store: Store, name: str, ip_range: str) -> None:
    with store.change() as account:
        add_vpc(account, name, "ams3", IPv4Network(ip_range))


def test_what_was_changed_is_there_after_a_restart(tmp_path: Path) -> None:
    store = Store(tmp_path)
    add(store, "network-dev", "10.0.0.0/16")
    assert Store(tmp_path).account == store.account


def test_a_kill_in_the_middle_of_a_save_loses_at_most_the_change_being_saved(tmp_path: Path) -> None:
    """Killed at any moment, the file holds one change as a whole: the last that was confirmed or the next."""
    environment = {**os.environ, "PYTHONPATH": str(stacks.ROOT)}
    for pause in (0.0, 0.013, 0.031):
        with subprocess.Popen(
            [sys.executable, "-c", WRITER, str(tmp_path)], stdout=subprocess.PIPE, env=environment, text=True
        ) as writer:
            assert writer.stdout is not None
            confirmed = int(writer.stdout.readline())
            time.sleep(pause)
            writer.send_signal(signal.SIGKILL)
            confirmed = max([confirmed, *(int(line) for line in writer.stdout if line.endswith("\n"))])
        numbers = {tag["number"] for tag in Store(tmp_path).account.all(Kind.TAG)}
        assert len(numbers) == 1
        assert numbers <= {confirmed, confirmed + 1}


def test_a_change_that_fails_is_forgotten(tmp_path: Path) -> None:
    store = Store(tmp_path)
    before = (tmp_path / "cloud.json").read_text()
    with contextlib.suppress(LookupError), store.change() as account:
        account.put(Kind.TAG, "a", {"name": "a"})
        raise LookupError
    assert store.account.find(Kind.TAG, "a") is None
    assert (tmp_path / "cloud.json").read_text() == before


def test_only_the_owner_may_read_the_token(tmp_path: Path) -> None:
    Store(tmp_path)
    assert (tmp_path / "cloud.json").stat().st_mode & 0o777 == 0o600


def test_changes_from_many_threads_are_all_kept(tmp_path: Path) -> None:
    store = Store(tmp_path)

    def count() -> None:
        for _ in range(20):
            with store.change() as account:
                account.next_serial()

    before = store.account.serial
    threads = [threading.Thread(target=count) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert store.account.serial == before + 100


def test_listeners_see_each_change_once_and_in_order(tmp_path: Path) -> None:
    store = Store(tmp_path)
    seen: list[tuple[int, int]] = []

    def listener(before: Account, after: Account) -> None:
        seen.append((before.serial, after.serial))

    store.subscribe(listener)
    for _ in range(3):
        with store.change() as account:
            account.next_serial()
    with store.change():
        pass
    assert seen == [(1000, 1001), (1001, 1002), (1002, 1003)]


def test_a_fresh_account_holds_each_region_s_default_vpc_and_nothing_billable(tmp_path: Path) -> None:
    account = Store(tmp_path).account
    assert all(vpc["default"] for vpc in account.all(Kind.VPC))
    assert json.loads((tmp_path / "cloud.json").read_text())["objects"].keys() == {"vpcs"}
