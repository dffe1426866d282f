"""Where the charts of Prometheus are at hand, what they make must be what the plan says of it.

Needs the folder of kube-prometheus-stack, with the charts within it in `charts/`, in the variable
PROMETHEUS_STACK_CHART and that of the blackbox exporter's in BLACKBOX_EXPORTER_CHART, and `helm` on PATH.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from network.plan import Plan, build
from network.plan.model.flows import Pods
from network.plan.model.kubernetes import ReleasePlan
from network.plan.observability import pods
from tests import libyaml, stacks
from tests.contract.kinds import validate
from tests.contract.values import changed, leaves, replaced

FOLDERS = {
    "kube-prometheus-stack": "PROMETHEUS_STACK_CHART",
    "prometheus-blackbox-exporter": "BLACKBOX_EXPORTER_CHART",
}
Object = Mapping[str, Any]


@pytest.fixture(scope="module")
def everything() -> Plan:
    return build(stacks.everything())


@pytest.fixture(scope="module", params=FOLDERS)
def release(request: pytest.FixtureRequest, everything: Plan) -> ReleasePlan:
    """Each release, whose chart is at hand."""
    if FOLDERS[request.param] not in os.environ:
        pytest.skip(f"{FOLDERS[request.param]} names no folder of the chart")
    if shutil.which("helm") is None:
        pytest.skip(f"{FOLDERS[request.param]} is given, but helm is not on PATH")
    releases = (everything.observability.stack, everything.observability.prober)
    return next(each for each in releases if each is not None and each.chart_name == request.param)


@pytest.fixture(scope="module")
def objects(release: ReleasePlan, tmp_path_factory: pytest.TempPathFactory) -> list[Object]:
    """What the chart makes of our values."""
    text = render(release, release.values, tmp_path_factory.mktemp("values"))
    return [each for each in libyaml.load_all(text) if each]


def render(release: ReleasePlan, values: Any, folder: Path) -> str:
    """Return the chart's manifests, or its refusal."""
    file = folder / "values.yaml"
    file.write_text(libyaml.dump(values))
    command = ["helm", "template", release.name, os.environ[FOLDERS[release.chart_name]]]
    command += ["--namespace", release.namespace, "--kube-version", f"{stacks.KUBERNETES}.0"]
    command += ["--values", str(file), "--include-crds"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout or done.stderr


def templates(objects: list[Object]) -> Iterator[Object]:
    """Yield what pods are made from."""
    for each in objects:
        if each["kind"] in ("Deployment", "DaemonSet"):
            yield each


def test_the_chart_brings_programs_and_nothing_that_is_watched(objects: list[Object]) -> None:
    kinds = {each["kind"] for each in objects}
    assert kinds.isdisjoint({"ServiceMonitor", "PodMonitor", "PrometheusRule", "NetworkPolicy", "Job"})
    dashboards = [each for each in objects if "grafana_dashboard" in (each["metadata"].get("labels") or {})]
    assert dashboards == []


def test_the_chart_has_no_hooks(objects: list[Object]) -> None:
    for each in objects:
        assert "helm.sh/hook" not in (each["metadata"].get("annotations") or {}), each["metadata"]["name"]


def test_what_the_chart_makes_is_valid(objects: list[Object], contracts: Path) -> None:
    for each in objects:
        if each["kind"] not in ("MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"):
            validate(dict(each), contracts)


def test_every_container_asks_for_what_it_uses_and_is_bounded(objects: list[Object]) -> None:
    for each in templates(objects):
        spec = each["spec"]["template"]["spec"]
        for container in (*spec["containers"], *spec.get("initContainers", ())):
            requests, limits = container["resources"]["requests"], container["resources"]["limits"]
            assert {"cpu", "memory", "ephemeral-storage"} <= requests.keys(), container["name"]
            assert {"memory", "ephemeral-storage"} <= limits.keys(), container["name"]


def test_every_pod_meets_the_standard_of_its_namespace(objects: list[Object]) -> None:
    for each in templates(objects):
        if each["metadata"]["namespace"] == "monitoring-nodes":
            continue
        pod = each["spec"]["template"]["spec"]
        of_pod = pod["securityContext"]
        for container in (*pod["containers"], *pod.get("initContainers", ())):
            own = {**of_pod, **container["securityContext"]}
            assert own["runAsNonRoot"] is True
            assert own["seccompProfile"]["type"] == "RuntimeDefault", container["name"]
            assert own["allowPrivilegeEscalation"] is False
            assert own["capabilities"] == {"drop": ["ALL"]}
        assert not any(pod.get(key) for key in ("hostNetwork", "hostPID", "hostIPC"))
        assert all("hostPath" not in volume for volume in pod.get("volumes", ()))


def test_nothing_but_the_operator_may_read_secrets(objects: list[Object]) -> None:
    for each in objects:
        if each["kind"] in ("Role", "ClusterRole") and each["metadata"]["name"] != "monitoring-operator":
            assert "secrets" not in str(each["rules"]), each["metadata"]["name"]


def test_flows_and_monitors_name_pods_that_the_chart_makes(
    objects: list[Object], everything: Plan, release: ReleasePlan
) -> None:
    made = [each["spec"]["template"] for each in templates(objects)]
    named = {
        "kube-prometheus-stack": (pods.OPERATOR, pods.KUBE_STATE_METRICS, pods.GRAFANA),
        "prometheus-blackbox-exporter": (pods.BLACKBOX,),
    }[release.chart_name]
    ports = {
        each.target.name: each.port
        for each in everything.observability.metrics
        if isinstance(each.target, Pods)
    }
    for each in named:
        (found,) = [t for t in made if each.labels.items() <= t["metadata"]["labels"].items()]
        if each.name in ports:
            listening = [p["containerPort"] for c in found["spec"]["containers"] for p in c["ports"]]
            assert ports[each.name] in listening, each.name


def test_every_value_shows_in_the_manifests(release: ReleasePlan, tmp_path: Path) -> None:
    values = dict(release.values)
    rendered = render(release, values, tmp_path)
    silent = [
        ".".join(path)
        for path, value in leaves(values)
        if render(release, replaced(values, path, changed(value)), tmp_path) == rendered
    ]
    assert silent == []
