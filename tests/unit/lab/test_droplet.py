"""The simulated machine does what its user data say, and refuses what it would only pretend to do."""

from pathlib import Path

import pytest

from lab.droplet import cloud_init, units
from lab.droplet.cloud_init import UserDataError
from network.plan.vpn.user_data import READS_TAGS_EVERY, cloud_config, user_data
from tests.unit.plan.test_vpn import config

STACK = config()
assert STACK.vpn is not None
OURS = cloud_config(STACK, STACK.vpn)
TEXT = user_data(STACK, STACK.vpn)


@pytest.fixture
def unit_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(units, "FOLDER", tmp_path)
    for file in OURS["write_files"]:
        if file["path"].startswith("/etc/systemd/system/"):
            (tmp_path / Path(file["path"]).name).write_text(file["content"])
    return tmp_path


def test_our_user_data_are_understood() -> None:
    assert cloud_init.parsed(TEXT) == OURS


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (TEXT.removeprefix("#cloud-config\n"), "begin with"),
        (TEXT.replace('"packages"', '"package"'), "not simulated: package"),
        (TEXT.replace('"permissions"', '"mode"'), "a file has"),
        ("#cloud-config\nssh_pwauth: false\nruncmd: [wg genkey]\n", "a list of words"),
        (TEXT.replace('"ssh_pwauth": false', '"ssh_pwauth": true'), "passwords"),
    ],
)
def test_what_is_not_simulated_is_refused(text: str, why: str) -> None:
    with pytest.raises(UserDataError, match=why):
        cloud_init.parsed(text)


def test_a_package_whose_program_is_not_there_is_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(UserDataError, match="would bring nft"):
        cloud_init.run("#cloud-config\nssh_pwauth: false\npackages: [nftables]\n")


def test_a_package_that_nobody_knows_is_refused() -> None:
    with pytest.raises(UserDataError, match="nobody says"):
        cloud_init.run("#cloud-config\nssh_pwauth: false\npackages: [netcat]\n")


@pytest.mark.usefixtures("unit_files")
def test_the_tags_are_read_as_often_as_is_said() -> None:
    timer = units.timer("vpn-peers.timer")
    assert (timer.service, timer.pause) == ("vpn-peers.service", READS_TAGS_EVERY)
    assert units.commands(timer.service) == (("/usr/bin/python3", "/etc/vpn/peers.py"),)


def test_a_directive_of_systemd_that_is_not_simulated_is_refused(unit_files: Path) -> None:
    service = unit_files / "vpn-peers.service"
    service.write_text(service.read_text() + "User=nobody\n")
    with pytest.raises(ValueError, match=r"not simulated: \[Service\] User"):
        units.commands("vpn-peers.service")
