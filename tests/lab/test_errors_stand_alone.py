"""What a user sees of a failure: the program's error or the engine's, and nothing of how the program ended.

The lab's language host is as noisy as the official one; a real engine shows what it is told.
"""

from collections.abc import Iterator

import pytest

from lab.cloud.faults import Fault, inject
from tests.lab.rehearsal import EVERYTHING, Rehearsal, rehearsal
from tests.stacks import merged

pytestmark = pytest.mark.lab

NOISE = ("Traceback", "unhandled", "exit code", "KeyboardInterrupt", "RpcError", "monitor has terminated")


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rehearsal]:
    with rehearsal(tmp_path_factory.mktemp("errors")) as stack:
        yield stack


def noise(output: str) -> list[str]:
    return [word for word in NOISE if word in output]


def test_a_refused_stack_file_is_told_and_nothing_else(stage: Rehearsal) -> None:
    stage.declare(merged(EVERYTHING, {"network:environment": {"name": "Not A Name"}}))
    for command in ("preview", "up"):
        output = stage.run("pulumi", command, status=1)
        assert "network:environment.name" in output
        assert output.count("error: ") == 2, "when it happens, and among the diagnostics"
        assert noise(output) == []


def test_a_failed_up_ends_with_the_answer_of_the_api(stage: Rehearsal) -> None:
    """The zone and the records are being made when the VPC fails: calls of the program are under way."""
    stage.declare(EVERYTHING)
    inject(stage.account.store.folder, Fault("create_vpc", status=422, message="no room for a VPC"))
    inject(stage.account.store.folder, Fault("create_domain", hang=3))
    output = stage.up(status=1)
    assert "no room for a VPC" in output
    assert noise(output) == []
