"""Labs for tests; each is started by the test that needs it, and ended with everything it made."""

import os
import platform
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from lab import parts as lab_parts
from tests.lab.authority import Authority
from tests.lab.platform import Platform
from tests.lab.replicas import Replicas
from tests.lab.traces import traces
from tests.lab.traffic_lab import OVERLAYS, TrafficLab
from tests.stacks import merged


@pytest.fixture(scope="session", autouse=True)
def parts() -> None:
    """Every real part, made before a test's own time runs."""
    if platform.system() != "Linux" or os.geteuid() != 0:
        pytest.skip("the lab makes namespaces and control groups: it needs Linux and root")
    lab_parts.ensure()


@pytest.fixture(scope="module", autouse=True)
def untouched() -> dict[str, set[str]]:
    """The machine before the module's lab."""
    return traces()


@pytest.fixture(scope="module")
def dev(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """The dev stack, brought up once for a module."""
    with Platform(tmp_path_factory.mktemp("dev")) as brought_up:
        brought_up.lab("up")
        yield brought_up


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Platform]:
    """A lab of the dev stack in which nothing has happened yet."""
    with Platform(tmp_path) as untouched_lab:
        yield untouched_lab


@pytest.fixture(scope="session")
def traffic(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TrafficLab]:
    """The dev stack with the overlays of `traffic/` over it, one for all proofs by requests."""
    folder = tmp_path_factory.mktemp("traffic")
    staff = Authority.make("Staff")
    asks_for_it: dict[str, Any] = {"vault": {"clientCAs": {"staff": {"pem": staff.pem}}}}
    content: dict[str, Any] = {"network:applications": asks_for_it}
    for file in sorted(OVERLAYS.glob("*.yaml")):
        content = merged(content, yaml.safe_load(file.read_text()))
    overlay = folder / "traffic.yaml"
    overlay.write_text(yaml.safe_dump(content, sort_keys=False))
    with Platform(folder, overlay=overlay) as platform:
        platform.lab("up")
        lab = TrafficLab(platform, staff)
        yield lab
        lab.close()


@pytest.fixture(scope="session")
def replicas(traffic: TrafficLab) -> Replicas:
    """Traefik's replicas in the lab of the proofs by requests."""
    return Replicas(traffic)
