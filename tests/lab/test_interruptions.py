"""Killed at any moment, the next `make up` converges or says the exact command that recovers.

One lab is killed at five moments on its way up, each time by another death; every `up` goes on from
what the one before left. `CAMPAIGN=1` runs each death at each moment in a lab of its own.
"""

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lab.cloud.faults import Fault, inject
from lab.cloud.state import Kind
from tests.lab import runbook
from tests.lab.patience import until
from tests.lab.platform import Platform

pytestmark = pytest.mark.lab


def kill_engine(platform: Platform) -> None:
    platform.kill(platform.processes("pulumi --non-interactive up"))


def kill_api_server(platform: Platform) -> None:
    until(lambda: bool(platform.processes("kube-apiserver")), "there is an API server", pause=0.01)
    platform.kill(platform.processes("kube-apiserver"))


def kill_lab(platform: Platform) -> None:
    platform.kill([platform.record.keeper])


Death = Callable[[Platform], None]
DEATHS: tuple[Death, ...] = (kill_engine, kill_api_server, kill_lab)
MOMENTS = {
    "the cluster boots": "KubernetesCluster cluster creating",
    "the first objects": "kubernetes:core/v1:Namespace",
    "cert-manager installs": "cert-manager-cert-manager creating",
    "the issuers register": "ClusterIssuer",
    "the certificate is ordered": "certificates/traefik/wildcard creating",
}
"""What `pulumi up` prints when a phase begins; each phase waits for the one before."""

CUT_OFF = "name=traefik,owner=helm,status=pending-{}"
"""Labels of the Secret in which Helm keeps the revision that it is installing or upgrading."""


def interrupted_up(platform: Platform, moment: str, death: Death) -> None:
    """Bring the stack up, as far as need be with the help it asks for, and strike at the moment."""
    seen = ""
    for _ in range(3):
        process = platform.start("up")
        assert process.stdout is not None
        seen = ""
        for line in process.stdout:
            seen += line
            if MOMENTS[moment] in line:
                death(platform)
                process.communicate()
                return
        assert process.wait() != 0, f"`up` ended well without a trace of: {moment}\n{seen}"
        obey(platform, seen)
    pytest.fail(f"`up` never came to the moment: {moment}\n{seen}")


def recover(platform: Platform) -> None:
    """Run `up` until it converges, doing what it says in between; give up after three times."""
    output = ""
    for _ in range(3):
        process = platform.start("up")
        output, _ = process.communicate()
        if process.returncode == 0:
            return
        obey(platform, output)
    pytest.fail(output)


def obey(platform: Platform, output: str) -> None:
    """Run the commands that a failed `up` names."""
    for command in re.findall(
        r"^\s*((?:pulumi (?:import|refresh)|kubectl delete|curl) .*)$", output, re.MULTILINE
    ):
        platform.run("bash", "-c", command)


def assert_whole(platform: Platform) -> None:
    """Nothing is lost and nothing was made twice."""
    for kind in (Kind.VPC, Kind.CLUSTER, Kind.DOMAIN, Kind.LOAD_BALANCER):
        assert len(platform.account[kind]) == 1, kind
    platform.run("pulumi", "preview", "--expect-no-changes", "--non-interactive")


def test_a_lab_that_is_killed_at_five_moments_of_up_converges(fresh: Platform) -> None:
    deaths = (kill_engine, kill_lab, kill_api_server, kill_engine, kill_lab)
    for moment, death in zip(MOMENTS, deaths, strict=True):
        interrupted_up(fresh, moment, death)
    recover(fresh)
    assert_whole(fresh)


def test_a_cluster_whose_creation_lost_its_answer_is_taken_in(fresh: Platform) -> None:
    inject(fresh.folder / "cloud", Fault("create_cluster", lose_answer=True))
    recover(fresh)
    assert_whole(fresh)


@pytest.mark.alone
def test_a_release_whose_install_was_cut_off_is_taken_over(fresh: Platform) -> None:
    cut_off(fresh, "install")
    recover(fresh)
    assert_whole(fresh)


@pytest.fixture
def changing(tmp_path: Path) -> Iterator[Platform]:
    """A lab of the dev stack in which nothing has happened yet, and whose stack file will change."""
    overlay = tmp_path / "overlay.yaml"
    overlay.write_text("{}")
    with Platform(tmp_path, overlay=overlay) as platform:
        yield platform


def cut_off(platform: Platform, what: str) -> None:
    """Kill the lab while Helm is at work on Traefik."""
    process = platform.start("up")
    seen = CUT_OFF.format(what)
    while seen not in platform.kubectl("get", "secrets", "--all-namespaces", "--show-labels", status=None):
        assert process.poll() is None, f"`up` ended before Traefik's {what} was seen"
    kill_lab(platform)
    process.communicate()


def type_(platform: Platform, heading: str) -> None:
    """Run the block of the runbook under a heading, as it stands there."""
    commands = "\n".join(runbook.read()[heading])
    platform.run("env", "PULUMI_SKIP_CONFIRMATIONS=true", "bash", "-euo", "pipefail", "-c", commands)


@pytest.mark.alone
def test_the_runbook_helps_where_helm_was_killed(changing: Platform) -> None:
    cut_off(changing, "install")
    assert "cannot re-use a name that is still in use" in changing.lab("up", status=None)
    type_(changing, "Helm was killed during an install")
    assert_whole(changing)
    assert changing.overlay is not None
    changing.overlay.write_text("network:ingress: {logLevel: DEBUG}")
    cut_off(changing, "upgrade")
    assert "release traefik/traefik: Helm says `pending-upgrade`" in changing.lab("up", status=None)
    type_(changing, "Helm was killed during an upgrade")
    assert_whole(changing)


if os.environ.get("CAMPAIGN"):

    @pytest.mark.parametrize("moment", MOMENTS)
    @pytest.mark.parametrize("death", DEATHS)
    def test_each_death_at_each_moment_is_recovered_from(fresh: Platform, moment: str, death: Death) -> None:
        interrupted_up(fresh, moment, death)
        recover(fresh)
        assert_whole(fresh)
