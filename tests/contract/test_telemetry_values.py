"""Values of the collector's and VictoriaLogs' charts: their schemas where there is one, and every key must
exist."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from network.plan.model.kubernetes import ReleasePlan
from tests import libyaml
from tests.contract import strict
from tests.contract.planned import KEEPING, plan_of
from tests.contract.test_helm_values import KUBERNETES, MOUNTS, RESOURCES, VOLUMES, KubernetesType
from tests.stacks import merged

POD_SECURITY = KubernetesType("core.v1.PodSecurityContext")
SECURITY = KubernetesType("core.v1.SecurityContext")

COLLECTOR: dict[str, KubernetesType | None] = {
    "alternateConfig": None,  # tests/unit/plan/test_telemetry.py
    "ports": None,  # the next test
    "clusterRole.rules": KubernetesType("rbac.v1.PolicyRule", many=True),
    "podSecurityContext": POD_SECURITY,
    "securityContext": SECURITY,
    "tolerations": KubernetesType("core.v1.Toleration", many=True),
    "extraVolumes": VOLUMES,
    "extraVolumeMounts": MOUNTS,
    "resources": RESOURCES,
}
VICTORIA_LOGS: dict[str, KubernetesType | None] = {
    "server.statefulSet.spec": None,  # what is in it follows
    "server.statefulSet.spec.persistentVolumeClaimRetentionPolicy": KubernetesType(
        "apps.v1.StatefulSetPersistentVolumeClaimRetentionPolicy"
    ),
    "server.podSecurityContext": None,  # of Kubernetes but for the chart's own `enabled`
    "server.resources": RESOURCES,
}


@pytest.fixture(scope="session", params=[KEEPING, "everything"])
def releases(request: pytest.FixtureRequest) -> dict[str, ReleasePlan]:
    """Releases of a stack with a store of its own, and of one that uses every option."""
    return {release.name: release for release in plan_of(request.param).telemetry.releases}


def _defaults(contracts: Path, chart: str) -> dict[str, Any]:
    return libyaml.load((contracts / chart / "values.yaml").read_text())


def _kubernetes(values: Any, foreign: dict[str, KubernetesType | None]) -> None:
    for path, contract in foreign.items():
        given = strict.at(values, path)
        if given is not None and contract is not None:
            strict.kubernetes_type(contract.name, KUBERNETES, many=contract.many).validate(given)


@pytest.mark.parametrize("name", ["collector", "collector-agent"])
def test_the_collectors_values_fit_its_chart(
    name: str, releases: dict[str, ReleasePlan], contracts: Path
) -> None:
    values, defaults = releases[name].values, _defaults(contracts, "opentelemetry-collector")
    schema = json.loads((contracts / "opentelemetry-collector" / "values.schema.json").read_text())
    jsonschema.validate(merged(defaults, values), schema)
    assert list(strict.unknown_keys(values, defaults, schema, schema, COLLECTOR)) == []
    _kubernetes(values, COLLECTOR)


@pytest.mark.parametrize("name", ["collector", "collector-agent"])
def test_a_collector_opens_no_port_of_the_chart_s_own(
    name: str, releases: dict[str, ReleasePlan], contracts: Path
) -> None:
    own = _defaults(contracts, "opentelemetry-collector")["ports"]
    ours = releases[name].values["ports"]
    assert {port for port in own if ours.get(port, own[port])["enabled"]} == {"metrics"}
    known = own["metrics"].keys()
    assert all(port.keys() <= known for port in ours.values())


def test_victoria_logs_values_fit_its_chart(contracts: Path) -> None:
    (release, *_) = plan_of(KEEPING).telemetry.releases
    assert release.name == "victoria-logs"
    defaults = _defaults(contracts, "victoria-logs")
    assert list(strict.unknown_keys(release.values, defaults, {}, {}, VICTORIA_LOGS)) == []
    _kubernetes(release.values, VICTORIA_LOGS)
