"""Does what a cloud-config says, for the directives that ours uses; refuses every other.

What it does it does for real: files, commands. Packages are not installed: the programs that they bring must
be there.
"""

import os
import pwd
import shutil
import subprocess
from pathlib import Path
from typing import Any

import yaml

PROGRAMS = {
    "nftables": "nft",
    "python3": "python3",
    "wireguard-tools": "wg-quick",
    # Nothing is upgraded in the lab, which has no package sources.
    "unattended-upgrades": None,
}
"""What packages bring that is run here."""

KNOWN = {"package_update", "package_upgrade", "packages", "runcmd", "ssh_pwauth", "write_files"}
FILE_KEYS = {"path", "owner", "permissions", "content"}


class UserDataError(Exception):
    """The user data ask for something that is not simulated, or is wrong."""


def parsed(text: str) -> dict[str, Any]:
    """Return the cloud-config. Raises UserDataError for what cloud-init would not take, or we do not."""
    if not text.startswith("#cloud-config\n"):
        raise UserDataError("user data of this kind begin with `#cloud-config`")
    config = yaml.safe_load(text)
    unknown = sorted(config.keys() - KNOWN)
    if unknown:
        raise UserDataError(f"not simulated: {', '.join(unknown)}")
    for file in config.get("write_files", ()):
        if file.keys() != FILE_KEYS:
            raise UserDataError(f"a file has {', '.join(sorted(FILE_KEYS))}: {file}")
    for command in config.get("runcmd", ()):
        if not isinstance(command, list) or not all(isinstance(word, str) for word in command):
            raise UserDataError(f"a command is a list of words: {command}")
    if config.get("ssh_pwauth") is not False:
        raise UserDataError("passwords over SSH are to be refused")
    return config


def run(text: str) -> None:
    """Do it all, in cloud-init's order: files, packages, commands."""
    config = parsed(text)
    for file in config.get("write_files", ()):
        _write(file)
    for package in config.get("packages", ()):
        if package not in PROGRAMS:
            raise UserDataError(f"nobody says what package {package} brings")
        program = PROGRAMS[package]
        if program is not None and shutil.which(program) is None:
            raise UserDataError(f"package {package} would bring {program}, which is not here")
    for command in config.get("runcmd", ()):
        print(f"cloud-init: {' '.join(command)}", flush=True)
        subprocess.run(command, check=True)


def _write(file: dict[str, str]) -> None:
    path = Path(file["path"])
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(file["content"])
    path.chmod(int(file["permissions"], 8))
    user, _, group = file["owner"].partition(":")
    owner = pwd.getpwnam(user)
    if user != group:
        raise UserDataError(f"owner {file['owner']}")
    os.chown(path, owner.pw_uid, owner.pw_gid)
