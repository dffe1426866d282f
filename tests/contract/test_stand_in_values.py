"""The lab's stand-in charts skip no value in silence: what one does not render, it refuses."""

import json
import re
import subprocess
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import grpc
import jsonschema
import pytest

from bench.ingress.chart import chart as provider_s_helm
from lab import parts
from lab.charts import STAND_INS
from lab.parts.images import every_image
from network.plan import Plan
from network.plan.model.kubernetes import ReleasePlan
from tests import libyaml
from tests.contract.planned import KEEPING, of_each_stack, plan_of, releases
from tests.contract.values import changed, leaves, maps, replaced
from tests.stacks import KUBERNETES, merged


@dataclass(frozen=True)
class StandIn:
    """What a stand-in reads, and how its values are to be looked at."""

    verbatim: frozenset[tuple[str, ...]]
    """What the templates put into an object as it is: Kubernetes' own names stand there."""
    named_by_us: frozenset[tuple[str, ...]] = frozenset()
    """Maps whose keys are names of ours, and whose values are text."""
    switched_on: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """What some stacks switch off; below it nothing shows then."""
    skipped: frozenset[str] = frozenset()
    """Values at the top that are accepted, and rendered by the real chart alone (docs/lab.md)."""


STANDING_IN = {
    "traefik": StandIn(
        verbatim=frozenset(
            {
                ("autoscaling", "metrics"),
                ("livenessProbe",),
                ("podSecurityContext",),
                ("readinessProbe",),
                ("resources",),
                ("securityContext",),
                ("service", "additionalServices", "internal", "spec"),
                ("service", "spec"),
                ("topologySpreadConstraints",),
                ("updateStrategy",),
            }
        ),
        named_by_us=frozenset(
            {
                ("accessLog", "fields", "headers", "names"),
                ("accessLog", "fields", "names"),
                ("service", "additionalServices", "internal", "annotations"),
                ("service", "annotations"),
            }
        ),
        switched_on={"accessLog": {"enabled": True}, "rbac": {"enabled": True}},
    ),
    "kube-prometheus-stack": StandIn(
        verbatim=frozenset(
            {
                ("prometheusOperator", "admissionWebhooks", "namespaceSelector"),
                ("prometheusOperator", "prometheusConfigReloader", "resources"),
                ("prometheusOperator", "resources"),
                *(
                    (part, f"{part}Spec", option)
                    for part in ("alertmanager", "prometheus")
                    for option in ("resources", "persistentVolumeClaimRetentionPolicy", "storage")
                ),
                ("alertmanager", "alertmanagerSpec", "additionalConfig", "dnsConfig"),
                ("prometheus", "prometheusSpec", "externalLabels"),
                ("prometheus", "prometheusSpec", "storageSpec"),
                ("kube-state-metrics", "resources"),
                ("prometheus-node-exporter", "resources"),
                ("grafana",),
            }
        ),
        switched_on={
            part: {"podDisruptionBudget": {"enabled": True}} for part in ("alertmanager", "prometheus")
        },
        skipped=frozenset({"grafana"}),
    ),
    "prometheus-blackbox-exporter": StandIn(
        verbatim=frozenset({("config",), ("podSecurityContext",), ("resources",)})
    ),
    "opentelemetry-collector": StandIn(
        verbatim=frozenset(
            {
                ("alternateConfig",),
                ("clusterRole", "rules"),
                ("extraVolumeMounts",),
                ("extraVolumes",),
                ("podSecurityContext",),
                ("resources",),
                ("securityContext",),
                ("tolerations",),
            }
        ),
        named_by_us=frozenset({("ports",)}),
        switched_on={
            "clusterRole": {"create": True},
            "ports": {"metrics": {"enabled": True}},
            "service": {"enabled": True},
        },
    ),
    "victoria-logs-single": StandIn(
        verbatim=frozenset(
            {
                ("server", "podSecurityContext"),
                ("server", "resources"),
                ("server", "securityContext"),
                ("server", "statefulSet", "spec"),
            }
        ),
    ),
}

SCHEMAS: dict[str, dict[str, Any]] = {
    name: json.loads((STAND_INS[name] / "values.schema.json").read_text()) for name in STANDING_IN
}
DEFAULTS: dict[str, dict[str, Any]] = {
    name: libyaml.load((STAND_INS[name] / "values.yaml").read_text()) for name in STANDING_IN
}

RUNS = re.compile("^kind: (Deployment|DaemonSet|StatefulSet)$", re.MULTILINE)
"""What runs pods, in what a chart renders."""

EVERYTHING = {**releases(plan_of(KEEPING)), **releases(plan_of("everything"))}
"""A release of each name: the stack with every option keeps its logs elsewhere."""


def laid_over(release: ReleasePlan) -> dict[str, Any]:
    """Return a chart's values with ours over them, as Helm makes them, and with every switch on."""
    chart, values = release.chart_name, json.loads(json.dumps(release.values))
    return merged(merged(DEFAULTS[chart], values), STANDING_IN[chart].switched_on)


def places() -> Iterator[tuple[str, tuple[str, ...]]]:
    """Every map of the values that a stack gives, and of the charts' own, with the chart's name."""
    found: set[tuple[str, tuple[str, ...]]] = set()
    for release in EVERYTHING.values():
        stand_in = STANDING_IN.get(release.chart_name)
        if stand_in is None:
            continue
        for path in maps(laid_over(release)):
            inside = any(path[: len(verbatim)] == verbatim for verbatim in stand_in.verbatim)
            if path not in stand_in.named_by_us and not inside:
                found.add((release.chart_name, path))
    yield from sorted(found)


def is_accepted(name: str, values: Mapping[str, Any]) -> bool:
    return jsonschema.Draft7Validator(SCHEMAS[name]).is_valid(values)


@pytest.mark.parametrize(("stack", "name"), of_each_stack(STANDING_IN))
def test_the_stand_ins_accept_the_values_of_every_stack(stack: str, name: str) -> None:
    release = releases(plan_of(stack))[name]
    jsonschema.validate(laid_over(release), SCHEMAS[release.chart_name])


@pytest.mark.parametrize(("name", "place"), [*places()])
def test_a_stand_in_refuses_an_unknown_value_in_every_map(name: str, place: tuple[str, ...]) -> None:
    assert is_accepted(name, DEFAULTS[name])
    unknown = replaced(DEFAULTS[name], (*place, "ofALaterChart"), {"enabled": True})
    assert not is_accepted(name, unknown)


@cache
def chart(name: str) -> Path:
    """The folder of a stand-in."""
    return STAND_INS.get(name) or parts.ensure("cert-manager")["cert-manager"] / "chart"


def render(name: str, values: Mapping[str, Any]) -> tuple[str, str]:
    """Return what Helm renders of a release by its stand-in, and its complaint."""
    release = EVERYTHING[name]
    helm = parts.ensure("helm")["helm"] / "helm"
    command = [helm, "template", release.name, chart(release.chart_name), f"--namespace={release.namespace}"]
    command += [f"--kube-version={KUBERNETES}.0", "--skip-crds", "--values=-"]
    text = json.dumps(values)
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
    return done.stdout, done.stderr


@pytest.mark.lab
@pytest.mark.parametrize("name", EVERYTHING)
@pytest.mark.parametrize(
    "unknown",
    [{"ofALaterChart": True}, {"resources": {}, "deployments": []}, {"image": {"ofALaterChart": "x"}}],
    ids=str,
)
def test_helm_refuses_a_release_with_a_value_that_its_stand_in_does_not_know(
    name: str, unknown: dict[str, Any]
) -> None:
    rendered, complaint = render(name, unknown)
    assert rendered == ""
    assert "dditional propert" in complaint, complaint


@pytest.mark.lab
def test_the_helm_in_pulumi_s_provider_refuses_it_too() -> None:
    with provider_s_helm() as traefik:
        assert traefik.container({}).arguments
        with pytest.raises(grpc.RpcError, match="'ofALaterChart' not allowed"):
            traefik.container({"ofALaterChart": True})


@pytest.mark.lab
def test_the_stand_ins_render_every_stack(plan: Plan) -> None:
    for name, release in releases(plan).items():
        rendered, complaint = render(name, json.loads(json.dumps(release.values)))
        assert RUNS.search(rendered), complaint


@pytest.mark.lab
@pytest.mark.parametrize(("stack", "name"), of_each_stack(STANDING_IN))
def test_every_value_of_every_stack_shows_in_what_its_stand_in_renders(stack: str, name: str) -> None:
    release = releases(plan_of(stack))[name]
    stand_in = STANDING_IN[release.chart_name]
    values = merged(json.loads(json.dumps(release.values)), stand_in.switched_on)
    rendered = render(name, values)
    assert RUNS.search(rendered[0]), rendered[1]

    def is_silent(leaf: tuple[tuple[str, ...], Any]) -> bool:
        path, value = leaf
        return render(name, replaced(values, path, changed(value))) == rendered

    found = [leaf for leaf in leaves(values) if leaf[0][0] not in stand_in.skipped]
    with ThreadPoolExecutor(2) as pool:
        silent = pool.map(is_silent, found)
        assert [path for (path, _), it_is in zip(found, silent, strict=True) if it_is] == []


@pytest.mark.lab
@pytest.mark.parametrize(
    ("name", "values", "why"),
    [
        ("traefik", {"versionOverride": "v3.8.0"}, "renders for Traefik v3.7 only"),
        ("traefik", {"ports": {"websecure": {"http3": {"enabled": True}}}}, "no HTTP/3"),
        (
            "monitoring",
            {"fullnameOverride": "x", "kube-state-metrics": {"collectors": ["secrets"]}},
            "knows no rights for secrets",
        ),
        (
            "collector",
            {"fullnameOverride": "x", "alternateConfig": {"service": {}}},
            "renders a deployment or a daemonset",
        ),
        (
            "collector",
            {**EVERYTHING["collector"].values, "resources": {"limits": {"memory": "512M"}}},
            "reads Mi and Gi, and not 512M",
        ),
    ],
)
def test_a_stand_in_refuses_what_it_cannot_do(name: str, values: dict[str, Any], why: str) -> None:
    assert why in render(name, values)[1]


@pytest.mark.lab
def test_another_patch_of_traefik_is_rendered() -> None:
    assert render("traefik", {"versionOverride": "v3.7.99"})[1] == ""


@pytest.mark.lab
def test_every_image_that_the_charts_ask_for_is_one_of_the_lab_s(plan: Plan) -> None:
    ours = {image.name for image in every_image()}
    for name, release in releases(plan).items():
        rendered = render(name, json.loads(json.dumps(release.values)))[0]
        asked = set(re.findall(r"(?:image: |--prometheus-config-reloader=)\"?([^\s\"]+)", rendered))
        assert asked
        # What a stack takes by its digest, the lab takes by its tag (`lab/engine/overrides.py`).
        assert {full(image) for image in asked if "@" not in image} <= ours


def full(image: str) -> str:
    """Return an image's name as the container runtime completes it."""
    host, _, rest = image.partition("/")
    if "." in host and rest:
        return f"{host}/library/{rest}" if host == "docker.io" and "/" not in rest else image
    return f"docker.io/{image}"
