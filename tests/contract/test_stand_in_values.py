"""The lab's stand-in charts skip no value in silence: what one does not render, it refuses."""

import json
import subprocess
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any

import grpc
import jsonschema
import pytest
import yaml

from bench.ingress.chart import chart as provider_s_helm
from lab import parts
from lab.charts import STAND_IN
from network.plan import Plan, build
from network.plan.model.kubernetes import ReleasePlan
from tests import stacks
from tests.contract.values import changed, leaves, maps, replaced
from tests.stacks import KUBERNETES, merged

SCHEMA: dict[str, Any] = json.loads((STAND_IN / "values.schema.json").read_text())
DEFAULTS: dict[str, Any] = yaml.safe_load((STAND_IN / "values.yaml").read_text())

VERBATIM = {
    ("autoscaling", "metrics"),
    ("livenessProbe",),
    ("podSecurityContext",),
    ("readinessProbe",),
    ("resources",),
    ("securityContext",),
    ("service", "spec"),
    ("topologySpreadConstraints",),
    ("updateStrategy",),
}
"""What the templates put into an object as it is: Kubernetes' own names stand there."""

NAMED_BY_US = {
    ("accessLog", "fields", "headers", "names"),
    ("accessLog", "fields", "names"),
    ("service", "annotations"),
}
"""Maps whose keys are names of ours, and whose values are text."""

SWITCHED_ON = {"accessLog": {"enabled": True}, "rbac": {"enabled": True}}
"""What some stacks switch off; below it nothing shows then."""


def laid_over(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the chart's values with ours over them, as Helm makes them, and with every switch on."""
    return merged(merged(DEFAULTS, json.loads(json.dumps(values))), SWITCHED_ON)


def places() -> Iterator[tuple[str, ...]]:
    """Every map of the values that the stack with every option gives, and of the chart's own."""
    for path in maps(laid_over(build(stacks.everything()).ingress.release.values)):
        if path not in NAMED_BY_US and not any(path[: len(verbatim)] == verbatim for verbatim in VERBATIM):
            yield path


def is_accepted(values: Mapping[str, Any]) -> bool:
    return jsonschema.Draft7Validator(SCHEMA).is_valid(values)


def test_the_stand_in_of_traefik_accepts_the_values_of_every_stack(plan: Plan) -> None:
    jsonschema.validate(laid_over(plan.ingress.release.values), SCHEMA)


@pytest.mark.parametrize("place", [*places()], ids=lambda place: ".".join(place) or "at the top")
def test_the_stand_in_of_traefik_refuses_an_unknown_value_in_every_map(place: tuple[str, ...]) -> None:
    assert is_accepted(DEFAULTS)
    assert not is_accepted(replaced(DEFAULTS, (*place, "ofALaterChart"), {"enabled": True}))


@cache
def chart(name: str) -> Path:
    """The folder of a stand-in."""
    return STAND_IN if name == "traefik" else parts.ensure("cert-manager")["cert-manager"] / "chart"


def render(name: str, values: Mapping[str, Any]) -> tuple[str, str]:
    """Return what Helm renders of a stand-in, and its complaint."""
    helm = parts.ensure("helm")["helm"] / "helm"
    command = [helm, "template", name, chart(name), f"--namespace={name}", f"--kube-version={KUBERNETES}.0"]
    command += ["--values=-"]
    text = json.dumps(values)
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
    return done.stdout, done.stderr


def releases(plan: Plan) -> tuple[ReleasePlan, ...]:
    return plan.ingress.release, plan.certificates.release


@pytest.mark.lab
@pytest.mark.parametrize("name", ["traefik", "cert-manager"])
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
    for release in releases(plan):
        rendered, complaint = render(release.chart_name, json.loads(json.dumps(release.values)))
        assert "kind: Deployment" in rendered, complaint


@pytest.mark.lab
def test_every_value_of_every_stack_shows_in_what_the_stand_in_of_traefik_renders(plan: Plan) -> None:
    values = merged(json.loads(json.dumps(plan.ingress.release.values)), SWITCHED_ON)
    rendered = render("traefik", values)
    assert "kind: Deployment" in rendered[0], rendered[1]

    def is_silent(leaf: tuple[tuple[str, ...], Any]) -> bool:
        path, value = leaf
        return render("traefik", replaced(values, path, changed(value))) == rendered

    found = list(leaves(values))
    with ThreadPoolExecutor(2) as pool:
        silent = pool.map(is_silent, found)
        assert [path for (path, _), it_is in zip(found, silent, strict=True) if it_is] == []


@pytest.mark.lab
def test_another_minor_version_of_traefik_is_refused() -> None:
    assert "renders for Traefik v3.7 only" in render("traefik", {"versionOverride": "v3.8.0"})[1]
    assert render("traefik", {"versionOverride": "v3.7.99"})[1] == ""
