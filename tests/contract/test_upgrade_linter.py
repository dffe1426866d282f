"""What DigitalOcean's own linter (clusterlint) looks for before it upgrades a cluster, held against all that
the platform runs: a test for each of its rules that can apply. Errors block the upgrade."""

import json
import re
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from lab import parts
from lab.charts import STAND_INS
from network.plan import build
from network.plan.model.kubernetes import Manifest, ReleasePlan
from tests import libyaml, stacks
from tests.objects import manifests

pytestmark = pytest.mark.lab

PODS = ("Deployment", "DaemonSet", "StatefulSet", "Job")
WEBHOOKS = ("ValidatingWebhookConfiguration", "MutatingWebhookConfiguration")


@pytest.fixture(scope="module", params=["dev", "prod", "everything"])
def objects(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> list[Manifest]:
    """Every object of a stack, those of its releases included."""
    name = request.param
    plan = build(stacks.everything() if name == "everything" else stacks.stack_config(name))
    charts = {
        "traefik": STAND_INS["traefik"],
        "cert-manager": parts.ensure("cert-manager")["cert-manager"] / "chart",
    }
    folder = tmp_path_factory.mktemp(name)
    found = list(manifests(plan))
    for release in (plan.ingress.release, plan.certificates.release):
        found += rendered(release, charts[release.chart_name], folder)
    return found


def rendered(release: ReleasePlan, chart: Path, folder: Path) -> list[Manifest]:
    file = folder / f"{release.name}.yaml"
    file.write_text(libyaml.dump(json.loads(json.dumps(release.values))))
    helm = parts.ensure("helm")["helm"] / "helm"
    command = [helm, "template", release.name, chart, f"--namespace={release.namespace}", f"--values={file}"]
    done = subprocess.run(
        [*command, f"--kube-version={stacks.KUBERNETES}.0"], capture_output=True, text=True, check=True
    )
    return [each for each in libyaml.load_all(done.stdout) if each]


def pods(objects: list[Manifest]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Name and spec of everything that runs."""
    for each in objects:
        if each["kind"] in PODS:
            yield each["metadata"]["name"], each["spec"]["template"]["spec"]


def containers(objects: list[Manifest]) -> Iterator[tuple[str, Mapping[str, Any], Mapping[str, Any]]]:
    for name, pod in pods(objects):
        for container in (*pod["containers"], *pod.get("initContainers", ())):
            yield name, container, pod


def webhooks(objects: list[Manifest]) -> Iterator[Mapping[str, Any]]:
    for each in objects:
        if each["kind"] in WEBHOOKS:
            yield from each["webhooks"]


def test_admission_controller_webhook_timeout(objects: list[Manifest]) -> None:
    timeouts = [each["timeoutSeconds"] for each in webhooks(objects)]
    assert timeouts
    assert all(1 <= seconds <= 29 for seconds in timeouts)


def test_admission_controller_webhook_replacement(objects: list[Manifest]) -> None:
    """None that must answer for pods and the like, or that is asked about kube-system."""
    for each in webhooks(objects):
        groups = {group for rule in each["rules"] for group in rule["apiGroups"]}
        assert not groups & {"", "*", "apps"}, each["name"]


def test_admission_controller_webhook(objects: list[Manifest]) -> None:
    """Each leads to a Service that is there."""
    services = {
        (o["metadata"].get("namespace"), o["metadata"]["name"]) for o in objects if o["kind"] == "Service"
    }
    for each in webhooks(objects):
        service = each["clientConfig"]["service"]
        assert (service["namespace"], service["name"]) in services


def test_validating_admission_policy(objects: list[Manifest]) -> None:
    """None that denies what DigitalOcean manages: nodes, pods and what runs them, and Services but in
    namespaces of the stack's own."""
    for each in objects:
        if each["kind"] == "ValidatingAdmissionPolicy":
            over = each["spec"]["matchConstraints"]
            asked = {
                (group, kind)
                for rule in over["resourceRules"]
                for group in rule["apiGroups"]
                for kind in rule["resources"]
                if group in ("", "*", "apps")
            }
            assert asked <= {("", "services")}
            if asked:
                (selector,) = over["namespaceSelector"]["matchExpressions"]
                assert (selector["key"], selector["operator"]) == ("kubernetes.io/metadata.name", "In")
                made = {o["metadata"]["name"] for o in objects if o["kind"] == "Namespace"}
                assert set(selector["values"]) <= made


def test_default_namespace(objects: list[Manifest]) -> None:
    assert [each for each in objects if each["metadata"].get("namespace") == "default"] == []


def test_latest_tag_and_fully_qualified_image(objects: list[Manifest]) -> None:
    for name, container, _ in containers(objects):
        image = container["image"]
        assert re.fullmatch(
            r"[a-z0-9-]+(\.[a-z0-9-]+)+/[^:@]+(:v?[0-9][^:@]*)?(@sha256:[0-9a-f]{64})?", image
        ), name
        assert ":" in image.partition("/")[2], name


def test_privileged_containers_and_run_as_non_root(objects: list[Manifest]) -> None:
    for name, container, pod in containers(objects):
        own = container.get("securityContext", {})
        assert not own.get("privileged"), name
        assert own.get("runAsNonRoot") or pod.get("securityContext", {}).get("runAsNonRoot"), name


def test_resource_requirements(objects: list[Manifest]) -> None:
    for name, container, _ in containers(objects):
        assert container["resources"]["requests"].keys() >= {"cpu", "memory", "ephemeral-storage"}, name
        assert container["resources"]["limits"].keys() >= {"memory", "ephemeral-storage"}, name


def test_hostpath_volume(objects: list[Manifest]) -> None:
    for name, pod in pods(objects):
        assert not [volume for volume in pod.get("volumes", ()) if "hostPath" in volume], name


def test_node_name_pod_selector(objects: list[Manifest]) -> None:
    for name, pod in pods(objects):
        assert "kubernetes.io/hostname" not in pod.get("nodeSelector", {}), name
        assert "nodeName" not in pod, name


def test_bare_pods_and_cronjob_concurrency(objects: list[Manifest]) -> None:
    assert {each["kind"] for each in objects} & {"Pod", "CronJob"} == set()


def test_node_labels_and_taints(objects: list[Manifest]) -> None:
    """Those of the pools come back with every node; none are put on nodes by themselves."""
    assert [each for each in objects if each["kind"] == "Node"] == []
