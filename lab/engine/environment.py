"""What a process needs to work against the lab: plugins, backend, credentials, environment.

Everything lies in `engine/` of the lab's state folder; nothing is written to the project or to the
user's own Pulumi home.
"""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path

import pulumi_kubernetes

from lab.engine import stack_file
from lab.engine.overrides import Override, overrides
from lab.engine.throwaway import throw_away
from lab.toolbox.whole_files import write_secret
from network.credentials.cache import FOLDER_VARIABLE

_FOREIGN = (
    *("PULUMI_", "DIGITALOCEAN_", "KUBE", "SSL_CERT_DIR"),
    *("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"),
)
"""Beginnings of variables of the user's that would lead a process out of the lab."""

_HARMLESS = ("PULUMI_SKIP_CONFIRMATIONS",)
"""Variables of the user's that only begin like those."""

_TRUST = ("SSL_CERT_FILE", "CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE")
"""Variables by which programs are told whom to trust: OpenSSL's and Go's, curl's, Python's requests'."""


class EngineError(Exception):
    """Pulumi could not be made ready; the message holds what it said."""


@dataclass(frozen=True)
class Engine:
    """The Pulumi CLI for one stack in one lab."""

    project: Path
    """The folder of Pulumi.yaml."""
    stack: str
    original: Path
    """The user's stack file."""
    state: Path
    """The lab's state folder."""
    pulumi: Path
    """The real CLI."""
    kubernetes_plugin: Path
    """The real resource plugin `pulumi-resource-kubernetes`."""
    commands: Mapping[str, Path]
    """Further programs for PATH by name, such as kubectl."""
    charts: Mapping[str, Path]
    """Chart folders by their key in `network:charts`; empty where repositories can be reached."""
    digitalocean_port: int
    """Port on 127.0.0.1 of the simulated DigitalOcean provider (gRPC)."""
    digitalocean_token: str
    """The simulated account's token."""
    bundle: Path
    """Certificate authorities to trust (PEM)."""
    cni: str
    """The lab's pod network, by its word in a stack's `cluster.cni`."""

    @property
    def home(self) -> Path:
        """The folder of everything below."""
        return self.state / "engine"

    @property
    def stack_file(self) -> Path:
        """The lab's copy of the user's stack file."""
        return self.home / "project" / f"Pulumi.{self.stack}.yaml"

    @property
    def kubeconfig(self) -> Path:
        """Where kubectl finds the lab's cluster; written by whoever starts the cluster."""
        return self.state / "kubeconfig"

    @property
    def environment(self) -> dict[str, str]:
        """The environment of a process that works against the lab."""
        own = {name: value for name, value in os.environ.items() if not _foreign(name)}
        return own | {
            "PATH": f"{self.home / 'bin'}:{os.environ.get('PATH', os.defpath)}",
            "PULUMI_HOME": str(self.home / "home"),
            "PULUMI_BACKEND_URL": (self.home / "backend").as_uri(),
            "PULUMI_CONFIG_PASSPHRASE_FILE": str(self.state / "secrets" / "passphrase"),
            "PULUMI_STACK": self.stack,
            "PULUMI_OPTION_CONFIG_FILE": str(self.stack_file),
            "PULUMI_DEBUG_PROVIDERS": f"digitalocean:{self.digitalocean_port}",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "DIGITALOCEAN_TOKEN": self.digitalocean_token,
            "KUBECONFIG": str(self.kubeconfig),
            FOLDER_VARIABLE: str(self.home / "credentials"),
            **dict.fromkeys(_TRUST, str(self.bundle)),
        }

    def overrides(self) -> tuple[Override, ...]:
        """The lab's overrides of this stack."""
        original = stack_file.load(self.original)
        config = original.get("config", {})
        return overrides(config, self.charts, self.digitalocean_token, self.state, self.cni)

    def prepare(self) -> None:
        """Lay plugins and commands, create the stack if need be, bring the stack file up to date.

        Safe to repeat. Raises EngineError when Pulumi refuses, OverrideError for a stack file that
        the lab cannot override.
        """
        throw_away(self.state, "passphrase")
        plugins = self.home / "home" / "plugins"
        kubernetes = plugins / f"resource-kubernetes-v{_kubernetes_version()}"
        _link(self.kubernetes_plugin, kubernetes / "pulumi-resource-kubernetes")
        host = Path(__file__).with_name("language_host.py")
        _script(
            plugins / f"language-python-v{version('pulumi')}" / "pulumi-language-python",
            f'exec "{sys.executable}" -P "{host}" "$@"',
        )
        _script(
            self.home / "bin" / "pulumi",
            f'PYTHONPATH="{Path(__file__).parents[2]}${{PYTHONPATH:+:$PYTHONPATH}}" '
            f'exec "{sys.executable}" -m lab.engine.command "{self._record}" "$@"',
        )
        for name, program in self.commands.items():
            _link(program, self.home / "bin" / name)
        (self.home / "backend").mkdir(parents=True, exist_ok=True)
        write_secret(self._record, json.dumps(asdict(self), default=str))
        self.refresh()

    def refresh(self) -> None:
        """Bring the lab's copy of the stack file up to date with the user's."""
        folder = self.stack_file.parent
        folder.mkdir(parents=True, exist_ok=True)
        project = (self.project / "Pulumi.yaml").read_bytes()
        (folder / "Pulumi.yaml").write_bytes(project)
        if not self._created:
            self._in_copy(["stack", "init", self.stack])
        stack_file.refresh(
            self.original,
            self.stack_file,
            self.overrides(),
            lambda path, value: self._in_copy(["config", "set", "--secret", "--path", path], value),
        )

    @property
    def _created(self) -> bool:
        """Whether the file backend knows the stack."""
        stacks = self.home / "backend" / ".pulumi" / "stacks"
        return any(stacks.glob(f"*/{self.stack}.json*"))

    @property
    def _record(self) -> Path:
        return self.home / "engine.json"

    @staticmethod
    def read(record: Path) -> "Engine":
        """The engine that `prepare` wrote down in `engine/engine.json` of a state folder."""
        data = json.loads(record.read_text())
        for name in ("project", "original", "state", "pulumi", "kubernetes_plugin", "bundle"):
            data[name] = Path(data[name])
        for name in ("commands", "charts"):
            data[name] = {key: Path(path) for key, path in data[name].items()}
        return Engine(**data)

    def _in_copy(self, arguments: Sequence[str], text: str = "") -> None:
        """Run the real CLI in the folder of the copied stack file, with `text` as its input."""
        environment = self.environment
        # In that folder Pulumi finds the file by itself, and `stack init` knows no such option.
        del environment["PULUMI_OPTION_CONFIG_FILE"]
        done = subprocess.run(
            [str(self.pulumi), "--non-interactive", *arguments],
            cwd=self.stack_file.parent,
            env=environment,
            input=text,
            text=True,
            capture_output=True,
            check=False,
        )
        if done.returncode != 0:
            raise EngineError(
                f"pulumi {' '.join(arguments)} failed in {self.stack_file.parent}:\n"
                f"{done.stdout}{done.stderr}"
            )


def _foreign(name: str) -> bool:
    return name.upper().startswith(_FOREIGN) and name not in _HARMLESS


def _kubernetes_version() -> str:
    """The plugin version that the installed SDK asks for."""
    plugin = Path(pulumi_kubernetes.__file__).with_name("pulumi-plugin.json")
    return json.loads(plugin.read_text())["version"]


def _link(program: Path, place: Path) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    if not (place.is_symlink() and place.readlink() == program):
        place.unlink(missing_ok=True)
        place.symlink_to(program)


def _script(place: Path, body: str) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(f"#!/bin/sh\n{body}\n")
    place.chmod(0o755)
