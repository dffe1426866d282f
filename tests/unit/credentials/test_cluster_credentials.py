"""`bin/cluster-credentials`, as client-go runs it, against the simulated account's API on loopback."""

import json
import os
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

from lab.cloud import api
from lab.cloud.cloud import Cloud, calls
from lab.cloud.faults import Fault, inject
from lab.cloud.options import choose
from network.plan.cluster.kubeconfig import COMMAND
from tests.stacks import ROOT
from tests.unit.lab.cloud.fakes import cloud as fake_cloud

STACK = "organization/network/dev"


@dataclass
class Scene:
    """An account with one cluster, and a machine on which somebody asks for its credentials."""

    cloud: Cloud
    cluster: str
    home: Path
    variables: dict[str, str] = field(default_factory=dict[str, str])

    def pulumi(self, script: str) -> None:
        """Lay a `pulumi` on PATH."""
        program = self.home / "bin" / "pulumi"
        program.parent.mkdir(exist_ok=True)
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)

    def ask(self, *arguments: str, cluster: str = "") -> "subprocess.CompletedProcess[str]":
        command = [str(ROOT / COMMAND), cluster or self.cluster, "--stack", STACK, *arguments]
        return subprocess.run(
            command, cwd=self.home, env=self.environment, capture_output=True, text=True, check=False
        )

    def token(self, *arguments: str) -> str:
        done = self.ask(*arguments)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)["status"]["token"]

    def refusal(self, cluster: str = "") -> str:
        done = self.ask(cluster=cluster)
        assert done.returncode == 1
        assert done.stdout == ""
        (sentence,) = done.stderr.splitlines()
        return sentence

    @property
    def environment(self) -> dict[str, str]:
        path = f"{self.home / 'bin'}:/usr/bin:/bin"
        return {"PATH": path, "HOME": str(self.home), **self.variables}

    def asked(self) -> int:
        """How often the account was asked for credentials."""
        return sum(call.operation == "get_credentials" for call in calls(self.cloud.store.folder))


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    cloud = fake_cloud(tmp_path / "cloud")
    pool = {"name": "default", "size": "s-2vcpu-4gb", "count": 1}
    body = {"name": "network-dev", "region": "ams3", "version": "1.36.1-do.0", "node_pools": [pool]}
    cluster = cloud.call("POST", "/v2/kubernetes/clusters", body)[1]["kubernetes_cluster"]["id"]
    assert cloud.fleet.settle(10)
    made = Scene(cloud, cluster, tmp_path)
    made.variables["DIGITALOCEAN_API_URL"] = f"http://127.0.0.1:{api.serve(cloud)}"
    made.variables["DIGITALOCEAN_TOKEN"] = cloud.store.account.token
    made.pulumi(
        "echo \"error: configuration key 'digitalocean:token' not found for stack 'dev'\" >&2; exit 255"
    )
    return made


def test_what_it_prints_is_what_client_go_reads(scene: Scene) -> None:
    credential = json.loads(scene.ask().stdout)
    assert credential["apiVersion"] == "client.authentication.k8s.io/v1"
    assert credential["kind"] == "ExecCredential"
    assert credential["status"]["token"] in scene.cloud.store.account.grants
    assert datetime.fromisoformat(credential["status"]["expirationTimestamp"]) > datetime.now(UTC)


def test_client_go_asks_again_before_the_token_ends(scene: Scene) -> None:
    status = json.loads(scene.ask().stdout)["status"]
    end = scene.cloud.store.account.grants[status["token"]]["expires_at"]
    left = datetime.fromisoformat(end) - datetime.fromisoformat(status["expirationTimestamp"])
    assert left.total_seconds() == pytest.approx(300, abs=1)


def test_one_token_serves_for_its_whole_life(scene: Scene) -> None:
    assert len({scene.token() for _ in range(3)}) == 1
    assert scene.asked() == 1


def test_processes_that_start_together_need_one_token(scene: Scene) -> None:
    found: list[str] = []
    threads = [threading.Thread(target=lambda: found.append(scene.token())) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    assert len(set(found)) == 1
    assert scene.asked() == 1


def test_a_token_that_has_ended_is_replaced(scene: Scene) -> None:
    choose(scene.cloud.store.folder, credentials_seconds=2)
    first = scene.token()
    time.sleep(2)
    assert scene.token() != first


def test_the_life_that_the_stack_wishes_is_asked_for(scene: Scene) -> None:
    token = scene.token("--expire-seconds", "7200")
    end = datetime.fromisoformat(scene.cloud.store.account.grants[token]["expires_at"])
    assert (end - datetime.now(UTC)).total_seconds() == pytest.approx(7200, abs=30)


def test_only_the_owner_can_read_what_is_kept(scene: Scene) -> None:
    scene.token()
    folder = scene.home / ".cache" / "webgrip-network" / "credentials"
    (kept,) = [file for file in folder.iterdir() if file.suffix != ".lock"]
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


@pytest.mark.parametrize(
    "damage", ["", "{", "[]", '{"token": 1}', '{"token": "x", "granted": 3, "expires": 4}']
)
def test_a_damaged_file_is_no_token(scene: Scene, damage: str) -> None:
    first = scene.token()
    folder = scene.home / ".cache" / "webgrip-network" / "credentials"
    for file in folder.iterdir():
        file.write_text(damage)
    assert scene.token() != first


def test_without_a_place_to_keep_it_the_token_serves_all_the_same(scene: Scene) -> None:
    (scene.home / "file").touch()
    scene.variables["CLUSTER_CREDENTIALS_DIR"] = str(scene.home / "file" / "below")
    assert scene.token() != scene.token()


def test_the_stacks_own_token_wins_as_it_does_for_the_provider(scene: Scene) -> None:
    scene.pulumi(f"echo {scene.cloud.store.account.token}")
    scene.variables["DIGITALOCEAN_TOKEN"] = "of-another-account"
    assert scene.token()


def test_pulumi_is_asked_in_the_projects_folder_for_the_stack(scene: Scene) -> None:
    scene.pulumi(
        f'pwd > {scene.home}/where; echo "$@" > {scene.home}/what; echo {scene.cloud.store.account.token}'
    )
    scene.token()
    assert (scene.home / "where").read_text().strip() == str(ROOT)
    assert (scene.home / "what").read_text().split() == [
        *("--non-interactive", "config", "get", "digitalocean:token"),
        *("--stack", STACK),
    ]


@pytest.mark.parametrize("name", ["DIGITALOCEAN_TOKEN", "DIGITALOCEAN_ACCESS_TOKEN"])
def test_both_variables_of_the_provider_serve(scene: Scene, name: str) -> None:
    del scene.variables["DIGITALOCEAN_TOKEN"]
    scene.variables[name] = scene.cloud.store.account.token
    assert scene.token()


def test_a_stack_that_cannot_be_decrypted_is_named_unless_a_variable_stands_in(scene: Scene) -> None:
    scene.pulumi("echo 'error: incorrect passphrase' >&2; exit 255")
    assert scene.token()
    del scene.variables["DIGITALOCEAN_TOKEN"]
    assert "digitalocean:token of stack organization/network/dev cannot be read (incorrect passphrase)" in (
        scene.refusal()
    )


def test_no_token_anywhere_is_told_with_both_places(scene: Scene) -> None:
    del scene.variables["DIGITALOCEAN_TOKEN"]
    assert scene.refusal() == (
        "error: no token of the DigitalOcean account to ask for the cluster's credentials with: stack "
        "organization/network/dev has no digitalocean:token, and DIGITALOCEAN_TOKEN is not set; set one of "
        "them (`pulumi config set --secret digitalocean:token`)"
    )


def test_a_revoked_account_token_gives_one_sentence_that_names_its_place(scene: Scene) -> None:
    choose(scene.cloud.store.folder, token_accepted=False)
    assert scene.refusal() == (
        "error: DigitalOcean does not accept the account token in DIGITALOCEAN_TOKEN (Unable to authenticate "
        "you): it was revoked, replaced or has ended; give the one that is valid now "
        "(`pulumi config set --secret digitalocean:token`)"
    )


def test_client_go_is_told_the_sentence_in_the_only_words_that_it_quotes(scene: Scene) -> None:
    scene.variables["KUBERNETES_EXEC_INFO"] = "{}"
    choose(scene.cloud.store.folder, token_accepted=False)
    done = scene.ask()
    assert done.returncode == 0
    assert done.stderr == ""
    assert json.loads(done.stdout)["kind"].startswith("DigitalOcean does not accept the account token in")


def test_a_new_account_token_does_not_use_what_the_old_one_was_given(scene: Scene) -> None:
    first = scene.token()
    with scene.cloud.store.change() as account:
        account.token = "dop_v1_new"
    scene.variables["DIGITALOCEAN_TOKEN"] = "dop_v1_new"
    assert scene.token() != first


def test_what_one_api_gave_does_not_stand_in_for_anothers(scene: Scene) -> None:
    scene.token()
    scene.variables["DIGITALOCEAN_API_URL"] = "http://127.0.0.1:9"
    assert "Connection refused" in scene.refusal()


def test_another_life_is_asked_for_anew_and_each_is_kept(scene: Scene) -> None:
    usual, short = scene.token(), scene.token("--expire-seconds", "7200")
    assert usual != short
    assert (scene.token(), scene.token("--expire-seconds", "7200")) == (usual, short)
    assert scene.asked() == 2


def test_a_cluster_that_is_gone_is_named(scene: Scene) -> None:
    assert "has no cluster 11111111-1111-1111-1111-111111111111" in scene.refusal(
        "11111111-1111-1111-1111-111111111111"
    )


def test_a_busy_api_is_asked_again(scene: Scene) -> None:
    inject(scene.cloud.store.folder, Fault("get_credentials", status=503))
    assert scene.token()


def test_an_api_that_stays_away_is_named_after_some_tries(scene: Scene) -> None:
    inject(scene.cloud.store.folder, Fault("get_credentials", times=9, status=500, message="sorry"))
    assert "500 sorry; try again later" in scene.refusal()
    assert scene.asked() == 4


def test_an_address_where_nobody_answers_is_told_without_a_traceback(scene: Scene) -> None:
    scene.variables["DIGITALOCEAN_API_URL"] = "http://127.0.0.1:9"
    assert "Connection refused" in scene.refusal()


def test_a_pulumi_that_does_not_start_is_told_unless_a_variable_stands_in(scene: Scene) -> None:
    (scene.home / "bin" / "pulumi").write_text("no program")
    scene.token()
    (scene.home / "bin" / "pulumi").chmod(0o644)
    assert scene.token()
    del scene.variables["DIGITALOCEAN_TOKEN"]
    assert "the `pulumi` on PATH does not start" in scene.refusal()


def test_a_user_without_a_home_keeps_nothing_and_gets_a_token(scene: Scene) -> None:
    # As in a container that runs as a number: no HOME, and nobody of that number in /etc/passwd.
    modules = ("import os, sys", "os.getuid = lambda: 4242424", "os.environ.pop('HOME')")
    run = (*modules, "from network.credentials.__main__ import main", "sys.exit(main(sys.argv[1:]))")
    done = subprocess.run(
        [sys.executable, "-c", "; ".join(run), scene.cluster, "--stack", STACK],
        cwd=ROOT, env=scene.environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert json.loads(done.stdout)["kind"] == "ExecCredential", done.stderr


@pytest.mark.parametrize("relative", [False, True])
def test_it_is_found_through_symbolic_links_of_other_folders(
    scene: Scene, tmp_path: Path, relative: bool
) -> None:
    (tmp_path / "tools" / "deep").mkdir(parents=True)
    first, second = tmp_path / "tools" / "deep" / "first", tmp_path / "second"
    target = ROOT / COMMAND
    first.symlink_to(os.path.relpath(target, first.parent) if relative else target)
    second.symlink_to("tools/deep/first")
    done = subprocess.run(
        [str(second), scene.cluster, "--stack", STACK],
        cwd=tmp_path, env=scene.environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert json.loads(done.stdout)["kind"] == "ExecCredential", done.stderr


def test_the_callers_search_path_for_folders_does_not_lead_it_astray(scene: Scene) -> None:
    elsewhere = scene.home / "elsewhere"
    (elsewhere / "bin").mkdir(parents=True)
    done = subprocess.run(
        [COMMAND, scene.cluster, "--stack", STACK],
        cwd=ROOT, env={**scene.environment, "CDPATH": str(elsewhere)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert json.loads(done.stdout)["kind"] == "ExecCredential", done.stderr


def test_it_needs_nothing_of_the_project_but_its_folder(scene: Scene, tmp_path: Path) -> None:
    # A checkout that nobody has set up: no .venv, whatever Python is on PATH.
    copy = tmp_path / "checkout"
    _copy(("bin/cluster-credentials", *_modules()), copy)
    environment = {**scene.environment, "PATH": f"{scene.environment['PATH']}:{os.environ['PATH']}"}
    done = subprocess.run(
        [str(copy / COMMAND), scene.cluster, "--stack", STACK],
        cwd=tmp_path, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert json.loads(done.stdout)["kind"] == "ExecCredential", done.stderr


def test_a_module_of_the_callers_folder_is_never_run(scene: Scene) -> None:
    (scene.home / "network").mkdir()
    (scene.home / "network" / "__init__.py").write_text("raise SystemExit('not ours')")
    (scene.home / "json.py").write_text("raise SystemExit('not ours')")
    assert scene.token()


def _modules() -> Sequence[str]:
    top = [ROOT / "network" / name for name in ("__init__.py", "digitalocean_api.py")]
    files = [*top, *(ROOT / "network" / "credentials").glob("*.py")]
    return [str(file.relative_to(ROOT)) for file in files]


def _copy(files: Sequence[str], folder: Path) -> None:
    for name in files:
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes((ROOT / name).read_bytes())
        target.chmod((ROOT / name).stat().st_mode)
