"""Helm values against the charts: their schemas, and every key must exist, since the schemas'
open objects swallow typos silently."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from jsonschema.protocols import Validator
from jsonschema.validators import validator_for

from network.plan import Plan
from network.plan.ingress.load_balancer import PREFIX
from network.plan.model.kubernetes import ReleasePlan
from tests import libyaml
from tests.contract import strict
from tests.contract.kinds import custom_schema
from tests.contract.planned import of_each_stack, plan_of, releases
from tests.stacks import KUBERNETES, merged


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


@dataclass(frozen=True)
class Custom:
    """Values that the chart copies into a field of one of the operator's kinds."""

    kind: str
    field: str


Contract = KubernetesType | Keys | Custom

ANNOTATIONS = Keys(
    frozenset(
        f"{PREFIX}{suffix}"
        for suffix in (
            "name",
            "type",
            "protocol",
            "size-unit",
            "http-idle-timeout-seconds",
            "network",
            "network-stack",
            "enable-proxy-protocol",
            "healthcheck-check-interval-seconds",
            "healthcheck-response-timeout-seconds",
            "healthcheck-unhealthy-threshold",
            "healthcheck-healthy-threshold",
        )
    ),
    "annotations.md of DigitalOcean's cloud controller",
)
REDIRECTION = Keys(frozenset({"to", "scheme", "permanent", "priority"}), "the chart's template")
EXPOSED = Keys(frozenset({"default", "internal"}), "the chart's template: `expose` is by Service")

TRAEFIK_FOREIGN: dict[str, Contract] = {
    "service.spec": KubernetesType("core.v1.ServiceSpec"),
    "service.annotations": ANNOTATIONS,
    "service.additionalServices.internal.spec": KubernetesType("core.v1.ServiceSpec"),
    "service.additionalServices.internal.annotations": ANNOTATIONS,
    "service.additionalServices.internal": Keys(
        frozenset({"single", "annotations", "spec"}), "the chart's template"
    ),
    **dict.fromkeys(
        ("ports.internalweb.expose", "ports.internalsecure.expose", "ports.ledger.expose"), EXPOSED
    ),
    "ports.internalweb.http.redirections.entryPoint": REDIRECTION,
    "autoscaling.metrics": KubernetesType("autoscaling.v2.MetricSpec", many=True),
    "topologySpreadConstraints": SPREAD,
    "resources": RESOURCES,
    "ports.web.http.redirections.entryPoint": REDIRECTION,
    "accessLog.fields.names": Keys(frozenset({"ClientUsername"}), "Traefik's accesslog/logdata.go"),
    "accessLog.fields.headers.names": Keys(
        frozenset({"User-Agent", "Authorization", "Cookie"}), "request headers of HTTP"
    ),
}

CERT_MANAGER_FOREIGN: dict[str, Contract] = {
    f"{prefix}{key}": contract
    for prefix in ("", "webhook.", "cainjector.", "startupapicheck.")
    for key, contract in {
        "topologySpreadConstraints": SPREAD,
        "volumes": VOLUMES,
        "volumeMounts": MOUNTS,
        "resources": RESOURCES,
    }.items()
}

_AS_THE_TEMPLATE_SAYS = "the chart's template"

PROMETHEUS_STACK_FOREIGN: dict[str, Contract] = {
    **dict.fromkeys(
        (
            "prometheusOperator.resources",
            "prometheusOperator.prometheusConfigReloader.resources",
            "prometheus.prometheusSpec.resources",
            "alertmanager.alertmanagerSpec.resources",
            "kube-state-metrics.resources",
            "prometheus-node-exporter.resources",
            "grafana.resources",
            "grafana.sidecar.resources",
        ),
        RESOURCES,
    ),
    "prometheusOperator.admissionWebhooks.namespaceSelector": Keys(
        frozenset({"matchLabels"}), "a label selector"
    ),
    "alertmanager.alertmanagerSpec.configSecret": Custom("Alertmanager", "configSecret"),
    "prometheusOperator.namespaces": Keys(frozenset({"releaseNamespace"}), _AS_THE_TEMPLATE_SAYS),
    "prometheus.prometheusSpec.externalLabels": Keys(frozenset({"environment"}), "our own labels"),
    "prometheus.prometheusSpec.storageSpec": Custom("Prometheus", "storage"),
    "prometheus.prometheusSpec.persistentVolumeClaimRetentionPolicy": Custom(
        "Prometheus", "persistentVolumeClaimRetentionPolicy"
    ),
    "prometheus.prometheusSpec.scrapeClasses": Custom("Prometheus", "scrapeClasses"),
    "alertmanager.alertmanagerSpec.storage": Custom("Alertmanager", "storage"),
    "alertmanager.alertmanagerSpec.persistentVolumeClaimRetentionPolicy": Custom(
        "Alertmanager", "persistentVolumeClaimRetentionPolicy"
    ),
    "alertmanager.alertmanagerSpec.additionalConfig.dnsConfig": Custom("Alertmanager", "dnsConfig"),
    # A setting of Grafana's, which the chart reads as well.
    "grafana.env": Keys(frozenset({"GF_SECURITY_DISABLE_INITIAL_ADMIN_CREATION"}), _AS_THE_TEMPLATE_SAYS),
    "grafana.grafana.ini": Keys(
        frozenset({"analytics", "news", "plugins", "auth", "auth.anonymous"}), "Grafana's sections"
    ),
    "grafana.datasources": Keys(frozenset({"datasources.yaml"}), "a file of the chart's choosing"),
}

BLACKBOX_FOREIGN: dict[str, Contract] = {
    "config.modules": Keys(
        frozenset(
            {
                "redirect",
                "served",
                "login",
                "forwarded-login",
                "passed-on",
                "refused",
                "handshake",
                "grpc",
                "served-404",
            }
        ),
        "our own names",
    ),
    "podSecurityContext": KubernetesType("core.v1.PodSecurityContext"),
    "resources": RESOURCES,
}


@dataclass(frozen=True)
class Chart:
    """A release beside what its chart publishes."""

    release: ReleasePlan
    defaults: dict[str, Any]
    schema: dict[str, Any]
    foreign: Mapping[str, Contract]


FOREIGN: dict[str, Mapping[str, Contract]] = {
    "traefik": TRAEFIK_FOREIGN,
    "cert-manager": CERT_MANAGER_FOREIGN,
    "kube-prometheus-stack": PROMETHEUS_STACK_FOREIGN,
    "prometheus-blackbox-exporter": BLACKBOX_FOREIGN,
}
PARTS = {"kube-prometheus-stack": ("kube-state-metrics", "prometheus-node-exporter", "grafana")}
"""Charts within a chart, whose values stand below their names."""


@pytest.fixture(params=of_each_stack(FOREIGN), ids="-".join)
def chart(request: pytest.FixtureRequest, contracts: Path) -> Chart:
    """Each chart of each stack."""
    stack, name = request.param
    release = releases(plan_of(stack))[name]
    chart = release.chart_name
    return Chart(release, _defaults(contracts, chart), _schema(contracts, chart), FOREIGN[chart])


@cache
def _defaults(contracts: Path, name: str) -> dict[str, Any]:
    """Return the chart's own values, laid over those of the charts within it."""
    parts = {part: _defaults(contracts, part) for part in PARTS.get(name, ())}
    return merged(parts, libyaml.load((contracts / name / "values.yaml").read_text()))


@cache
def _schema(contracts: Path, name: str) -> dict[str, Any]:
    """Return the chart's schema; the charts of Prometheus have none."""
    file = contracts / name / "values.schema.json"
    return json.loads(file.read_text()) if file.exists() else {}


@cache
def _validator(contracts: Path, name: str) -> Validator:
    """Return the validator of a chart's values, by a schema that is one: to check it takes longest."""
    schema = _schema(contracts, name)
    kind = validator_for(schema)
    kind.check_schema(schema)
    return kind(schema)


def test_the_chart_accepts_our_values_laid_over_its_own(chart: Chart, contracts: Path) -> None:
    values = merged(chart.defaults, chart.release.values)
    _validator(contracts, chart.release.chart_name).validate(values)


def test_every_key_that_we_set_exists_in_the_chart(chart: Chart) -> None:
    unknown = strict.unknown_keys(
        chart.release.values, chart.defaults, chart.schema, chart.schema, chart.foreign
    )
    assert list(unknown) == []


def test_what_the_chart_copies_into_objects_is_valid_kubernetes(chart: Chart, contracts: Path) -> None:
    for path, contract in chart.foreign.items():
        given = strict.at(chart.release.values, path)
        if given is None:
            continue
        if isinstance(contract, Keys):
            assert given.keys() <= contract.allowed, f"{path}: not in {contract.source}"
        elif isinstance(contract, Custom):
            folder = contracts / "prometheus-operator" / "crds"
            spec = custom_schema(folder, contract.kind, "v1")["properties"]["spec"]
            jsonschema.validate(given, spec["properties"][contract.field])
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
    defaults, schema = _defaults(contracts, "traefik"), _schema(contracts, "traefik")
    _validator(contracts, "traefik").validate(merged(defaults, typo))
    assert list(strict.unknown_keys(typo, defaults, schema, schema, TRAEFIK_FOREIGN))


def test_all_annotations_of_the_load_balancer_are_strings(plan: Plan) -> None:
    annotations = plan.ingress.release.values["service"]["annotations"]
    assert {type(value) for value in annotations.values()} == {str}


def test_a_typo_in_what_the_chart_copies_is_found() -> None:
    service = strict.kubernetes_type("core.v1.ServiceSpec", KUBERNETES)
    assert not service.is_valid({"type": "LoadBalancer", "loadbalancerSourceRanges": []})
