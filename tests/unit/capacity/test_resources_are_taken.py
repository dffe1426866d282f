"""Whatever a release or a Deployment of the platform asks of nodes, its layer says that it takes."""

from collections.abc import Iterator
from typing import Any

import pytest

from network.config import StackConfig
from network.config.quantities import mebibytes, millicores
from network.plan import build
from network.plan.certificates import SOLVER_RESOURCES
from network.plan.certificates.cert_manager import STARTUP_CHECK_RESOURCES
from network.plan.model.kubernetes import ReleasePlan
from network.plan.model.parts import found
from tests import stacks

PASSING = [each["requests"] for each in (STARTUP_CHECK_RESOURCES, SOLVER_RESOURCES)]
"""Of pods that run for seconds."""


def asked(value: Any) -> Iterator[tuple[int, int]]:
    """Yield what each container of a part of values, or of an object, requests."""
    if isinstance(value, list):
        for child in value:
            yield from asked(child)
    elif isinstance(value, dict):
        requests = value.get("requests")
        if isinstance(requests, dict) and "cpu" in requests and requests not in PASSING:
            yield millicores(requests["cpu"]), mebibytes(requests["memory"])
        for child in value.values():
            yield from asked(child)


@pytest.mark.parametrize(
    "config",
    [*(stacks.stack_config(name) for name in stacks.NAMES), stacks.everything()],
    ids=[*stacks.NAMES, "everything"],
)
def test_every_request_of_a_container_is_counted(config: StackConfig) -> None:
    for layer in build(config).layers:
        releases = [release.values for release in found(layer, ReleasePlan)]
        deployments = [each for each in found(layer, dict) if each["kind"] == "Deployment"]
        named = sorted(pair for part in (*releases, *deployments) for pair in asked(part))
        if not named:
            continue
        # The reloader stands in the operator's values once, and beside Prometheus and Alertmanager.
        beside = {"Observability": 1}.get(layer.title, 0)
        cpu = sum(each.millicores for each in layer.taken)
        memory = sum(each.mebibytes for each in layer.taken)
        reloader = (10, 48)
        assert cpu == sum(pair[0] for pair in named) + beside * reloader[0], layer.title
        assert memory == sum(pair[1] for pair in named) + beside * reloader[1], layer.title
