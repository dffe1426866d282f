"""Both sides are read by the code of their own version, as far as that can tell its plan."""

import shutil
import subprocess
from pathlib import Path

import pytest
from typer.testing import CliRunner

from network.cli import app
from network.review.sources import SourceError, folder_of, read
from tests.review.prepared import project
from tests.stacks import ROOT

CLUSTER = "network/plan/cluster/__init__.py"


def git(folder: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=Test", "-c", "user.email=test@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", "-C", str(folder), *identity, *arguments], check=True, capture_output=True)


@pytest.fixture(scope="module")
def committed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = project(tmp_path_factory.mktemp("sources") / "committed")
    git(folder, "init", "--initial-branch=main")
    git(folder, "add", ".")
    git(folder, "commit", "--message", "All")
    return folder


@pytest.fixture
def repository(committed: Path, tmp_path: Path) -> Path:
    """A repository of the test's own, with the project as its first commit."""
    return shutil.copytree(committed, tmp_path / "repository")


def replace(file: Path, find: str, put: str) -> None:
    text = file.read_text()
    assert find in text
    file.write_text(text.replace(find, put))


def test_a_default_is_told_by_the_version_that_has_it(repository: Path) -> None:
    replace(repository / "network/config/certificates.py", "default=33", "default=20")
    with folder_of("main", repository) as (base, label):
        before = read(base, label)
    after = read(repository, ".")

    shares = [
        side.documents["dev"]["config"]["certificates"]["renewBeforePercentage"] for side in (before, after)
    ]
    assert shares == [33, 20]
    assert before.note is after.note is None


def test_the_review_of_a_ref_reads_the_ref_and_not_the_work_tree(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace(repository / "Pulumi.dev.yaml", "burst: 200", "burst: 250")
    monkeypatch.chdir(repository)

    same = CliRunner().invoke(app, ["review", "--base", "main", "--head", "main", "--stack", "dev"])
    changed = CliRunner().invoke(app, ["review", "--base", "main", "--stack", "dev"])

    assert "Nothing changes" in same.output
    assert "middleware-changed" in changed.output


def test_a_base_without_the_command_is_read_by_the_other_sides_code(repository: Path, tmp_path: Path) -> None:
    old = tmp_path / "old"
    shutil.copytree(repository, old)
    app_file = old / "network/cli/app.py"
    replace(app_file, "    plan,\n", "")

    source = read(old, "old", [repository])

    assert source.documents["dev"]["stack"] == "dev"
    assert source.note is not None
    assert "it has no `network plan`".replace("`", "'") in source.note


def test_code_that_fails_is_told_with_its_error(repository: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    shutil.copytree(repository, broken)
    replace(broken / CLUSTER, "def build(", "raise RuntimeError('boom')\n\n\ndef build(")

    source = read(broken, "broken", [repository])

    assert source.note is not None
    assert "boom" in source.note


def test_where_both_codes_fail_the_review_says_so(repository: Path) -> None:
    replace(repository / CLUSTER, "def build(", "raise RuntimeError('boom')\n\n\ndef build(")
    with pytest.raises(SourceError, match="boom"):
        read(repository, "broken", [repository])


def test_the_code_of_a_side_gets_no_token_of_the_caller(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PULUMI_ACCESS_TOKEN", "pul-secret")
    leak = "import os, sys\nif 'PULUMI_ACCESS_TOKEN' in os.environ: sys.exit('leaked')\n"
    main = repository / "network/__main__.py"
    main.write_text(leak + main.read_text())

    assert read(repository, ".").note is None


def test_a_ref_that_does_not_exist_is_told_with_what_to_do(repository: Path) -> None:
    with pytest.raises(SourceError, match=r"git fetch"), folder_of("no-such-ref", repository):
        pass


def test_a_ref_is_never_taken_for_an_option(repository: Path) -> None:
    with pytest.raises(SourceError, match="neither"), folder_of("--help", repository):
        pass


@pytest.mark.parametrize(
    ("wanted", "code"),
    [("opened-to-internet", 1), ("dns-cut", 0), ("dns-cut, opened-to-internet", 1), ("no-such-kind", 2)],
)
def test_the_exit_status_says_whether_the_change_is_refused(
    wanted: str, code: int, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace(repository / "Pulumi.dev.yaml", "- 203.0.113.0/24", "- 0.0.0.0/0")
    monkeypatch.chdir(repository)
    output = repository / "comment.md"

    arguments = ["--base", "main", "--stack", "dev", "--fail-on", wanted, "--output", str(output)]
    result = CliRunner().invoke(app, ["review", *arguments])

    assert result.exit_code == code
    assert output.exists() == (code != 2)


def test_the_kinds_of_findings_can_be_listed() -> None:
    result = CliRunner().invoke(app, ["review", "--kinds"])
    assert result.exit_code == 0
    assert "opened-to-internet" in result.output


def test_this_repository_can_be_reviewed_against_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    result = CliRunner().invoke(app, ["review", "--base", "HEAD", "--head", "HEAD"])
    assert result.exit_code == 0
    assert result.output.count("Nothing changes") == 2
