"""The lab of the proofs by requests: one for all of them, ended after the last."""

from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from tests.lab.authority import Authority
from tests.lab.platform import Platform
from tests.lab.replicas import Replicas
from tests.lab.traffic_lab import OVERLAYS, TrafficLab
from tests.stacks import merged


@pytest.fixture(scope="package")
def traffic(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TrafficLab]:
    """The dev stack with this folder's overlays over it, one for all proofs by requests."""
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


@pytest.fixture(scope="package")
def replicas(traffic: TrafficLab) -> Replicas:
    """Traefik's replicas in the lab of the proofs by requests."""
    return Replicas(traffic)
