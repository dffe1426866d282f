"""Helm values against the charts: their schemas, and every key must exist, since the schemas'
open objects swallow typos silently."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from network.plan import Plan
from network.plan.ingress.load_balancer import PREFIX
from network.plan.model.kubernetes import ReleasePlan
from tests.contract import strict
from tests.stacks import merged

KUBERNETES = "1.36"


@dataclass(frozen=True)
class KubernetesType:
    """Values that the chart copies into an object as they are."""

    name: str
    many: bool = False


@dataclass(frozen=True)
class Keys:
    """A map whose keys neither values nor schema list."""

    allowed: frozenset[str]
    source: str


SPREAD = KubernetesType("core.v1.TopologySpreadConstraint", many=True)
VOLUMES = KubernetesType("core.v1.Volume", many=True)
MOUNTS = KubernetesType("core.v1.VolumeMount", many=True)
RESOURCES = KubernetesType("core.v1.ResourceRequirements")

TRAEFIK_FOREIGN: dict[str, KubernetesType | Keys] = {
    "service.spec": KubernetesType("core.v1.ServiceSpec"),
    "service.annotations": Keys(
        frozenset(
            f"{PREFIX}{suffix}"
            for suffix in (
                "name",
                "type",
                "protocol",
                "size-unit",
                "http-idle-timeout-seconds",
                "network-stack",
                "enable-proxy-protocol",
                "healthcheck-check-interval-seconds",
                "healthcheck-response-timeout-seconds",
                "healthcheck-unhealthy-threshold",
                "healthcheck-healthy-threshold",
            )
        ),
        "annotations.md of DigitalOcean's cloud controller",
    ),
    "autoscaling.metrics": KubernetesType("autoscaling.v2.MetricSpec", many=True),
    "topologySpreadConstraints": SPREAD,
    "resources": RESOURCES,
    "ports.web.http.redirections.entryPoint": Keys(
        frozenset({"to", "scheme", "permanent", "priority"}), "the chart's template"
    ),
    "accessLog.fields.names": Keys(frozenset({"ClientUsername"}), "Traefik's accesslog/logdata.go"),
    "accessLog.fields.headers.names": Keys(
        frozenset({"User-Agent", "Authorization", "Cookie"}), "request headers of HTTP"
    ),
}

CERT_MANAGER_FOREIGN: dict[str, KubernetesType | Keys] = {
    f"{prefix}{key}": contract
    for prefix in ("", "webhook.", "cainjector.", "startupapicheck.")
    for key, contract in {
        "topologySpreadConstraints": SPREAD,
        "volumes": VOLUMES,
        "volumeMounts": MOUNTS,
        "resources": RESOURCES,
    }.items()
}


@dataclass(frozen=True)
class Chart:
    """A release beside what its chart publishes."""

    release: ReleasePlan
    defaults: dict[str, Any]
    schema: dict[str, Any]
    foreign: Mapping[str, KubernetesType | Keys]


@pytest.fixture(params=["traefik", "cert-manager"])
def chart(request: pytest.FixtureRequest, plan: Plan, contracts: Path) -> Chart:
    """Each chart of the plan."""
    folder = contracts / request.param
    release, foreign = {
        "traefik": (plan.ingress.release, TRAEFIK_FOREIGN),
        "cert-manager": (plan.certificates.release, CERT_MANAGER_FOREIGN),
    }[request.param]
    return Chart(
        release,
        yaml.safe_load((folder / "values.yaml").read_text()),
        json.loads((folder / "values.schema.json").read_text()),
        foreign,
    )


def test_the_chart_accepts_our_values_laid_over_its_own(chart: Chart) -> None:
    jsonschema.validate(merged(chart.defaults, chart.release.values), chart.schema)


def test_every_key_that_we_set_exists_in_the_chart(chart: Chart) -> None:
    unknown = strict.unknown_keys(
        chart.release.values, chart.defaults, chart.schema, chart.schema, chart.foreign
    )
    assert list(unknown) == []


def test_what_the_chart_copies_into_objects_is_valid_kubernetes(chart: Chart) -> None:
    for path, contract in chart.foreign.items():
        given = strict.at(chart.release.values, path)
        if given is None:
            continue
        if isinstance(contract, Keys):
            assert given.keys() <= contract.allowed, f"{path}: not in {contract.source}"
        else:
            strict.kubernetes_type(contract.name, KUBERNETES, many=contract.many).validate(given)


@pytest.mark.parametrize(
    "typo",
    [
        {"service": {"type": "LoadBalancer"}},
        {"ports": {"web": {"transport": {"lifeCycle": {"graceTimeout": "1s"}}}}},
        {"accessLog": {"fields": {"headers": {"defaultmode": "drop"}}}},
        {"deployment": {"replica": 2}},
        {"metrics": {"prometheus": {"serviceMonitor": {"intervall": "1s"}}}},
    ],
    ids=str,
)
def test_a_typo_that_the_schema_swallows_is_found(typo: dict[str, Any], contracts: Path) -> None:
    defaults = yaml.safe_load((contracts / "traefik" / "values.yaml").read_text())
    schema = json.loads((contracts / "traefik" / "values.schema.json").read_text())
    jsonschema.validate(merged(defaults, typo), schema)
    assert list(strict.unknown_keys(typo, defaults, schema, schema, TRAEFIK_FOREIGN))


def test_all_annotations_of_the_load_balancer_are_strings(plan: Plan) -> None:
    annotations = plan.ingress.release.values["service"]["annotations"]
    assert {type(value) for value in annotations.values()} == {str}


def test_a_typo_in_what_the_chart_copies_is_found() -> None:
    service = strict.kubernetes_type("core.v1.ServiceSpec", KUBERNETES)
    assert not service.is_valid({"type": "LoadBalancer", "loadbalancerSourceRanges": []})
