"""The dev stack from nothing to an answer over HTTPS, and to nothing again, as its user sees it."""

import json
import re
import shutil
import socket
import sys
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from lab.cloud.cloud import calls
from lab.cloud.faults import Fault, inject, release
from lab.cloud.options import WEEK
from lab.cloud.state import Kind, Store
from lab.paths import project_dir
from lab.toolbox.waiting import patiently
from tests.lab import runbook
from tests.lab.platform import Platform
from tests.lab.traces import traces

pytestmark = pytest.mark.lab

RUNBOOK = project_dir() / "docs" / "runbooks" / "unreachable-cluster.md"


def fetched(url: str) -> str:
    """The page, once somebody answers."""

    def fetch() -> str:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return answer.read().decode()

    return patiently(fetch, OSError, seconds=60)


def next_version(platform: Platform, folder: Path) -> Path:
    """The lab's stack file as an upgrade would change it: charts, Kubernetes, replicas, resources."""
    stack = yaml.safe_load((platform.folder / "engine" / "project" / "Pulumi.dev.yaml").read_text())
    config = stack["config"]
    for name, version, later in (("traefik", "41.3.0", "41.3.1"), ("certManager", "v1.21.1", "v1.21.2")):
        chart = config["network:charts"][name]
        shutil.copytree(chart["path"], folder / name)
        description = folder / name / "Chart.yaml"
        description.write_text(description.read_text().replace(f"version: {version}", f"version: {later}", 1))
        chart["path"] = str(folder / name)
    config["network:cluster"]["version"] = "1.36.4-do.0"
    config["network:ingress"]["resources"] = {"memoryLimit": "384Mi"}
    config["network:certificates"]["renewBeforePercentage"] = 40
    file = folder / "Pulumi.dev.yaml"
    file.write_text(yaml.safe_dump(stack))
    return file


def test_every_layer_is_ready_and_a_request_is_answered_with_the_issued_certificate(
    dev: Platform,
) -> None:
    shown = dev.lab("status")
    assert "no condition yet" not in shown
    (request,) = [line for line in shown.splitlines() if "https://shop" in line]
    assert "200 OK" in request
    assert "Deployment shop/web" in shown
    certificates = dev.objects("certificates", "--all-namespaces")
    assert certificates
    wildcard = [each for each in certificates if "*.dev.k8s.webgrip.nl" in each["spec"].get("dnsNames", ())]
    assert [each["spec"]["issuerRef"]["name"] for each in wildcard] == ["letsencrypt-staging"]


def test_a_second_up_changes_nothing(dev: Platform) -> None:
    output = dev.lab("up")
    assert re.search(r"Resources:\n\s+\d+ unchanged", output), output


def test_plain_pulumi_preview_works_in_the_shell(dev: Platform) -> None:
    output = dev.run("pulumi", "preview", "--non-interactive", "--expect-no-changes")
    assert "unchanged" in output


def test_the_state_holds_no_secret_in_plain_text(dev: Platform) -> None:
    secrets = [file.read_text().strip() for file in (dev.folder / "secrets").iterdir()]
    kubeconfig = (dev.folder / "kubeconfig").read_text()
    secrets += re.findall(r"token: (\S+)", kubeconfig)
    assert len(secrets) >= 3
    backend = dev.folder / "engine" / "backend"
    texts = [file.read_text(errors="replace") for file in backend.rglob("*") if file.is_file()]
    assert any("kubernetesCluster" in text for text in texts)
    leaked = [secret for secret in secrets if any(secret in text for text in texts)]
    assert leaked == []


def test_the_dashboard_is_shut_to_the_internet_and_to_other_pods(dev: Platform) -> None:
    (service,) = dev.objects("service", "--namespace=traefik")
    assert {port["port"] for port in service["spec"]["ports"]} == {80, 443}
    (pod, *_) = dev.objects("pods", "--namespace=traefik")
    address = pod["status"]["podIP"]
    # From outside the cluster, straight to the pod: the policies leave no way in.
    answer = dev.run("curl", "--silent", "--max-time", "3", f"http://{address}:8080/ping", status=None)
    assert "OK" not in answer


def test_view_traefik_makes_the_dashboard_reachable_on_a_local_port(dev: Platform) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    forwarding = dev.start("view", "traefik", f"--port={port}")
    try:
        assert "Traefik" in fetched(f"http://127.0.0.1:{port}/dashboard/")
    finally:
        forwarding.terminate()
        forwarding.wait(30)


def test_plain_http_is_redirected_to_https_for_good(dev: Platform) -> None:
    answer = dev.run("curl", "--silent", "--head", "http://shop.dev.k8s.webgrip.nl/")
    assert "301 Moved Permanently" in answer or "308 Permanent Redirect" in answer
    assert "https://shop.dev.k8s.webgrip.nl/" in answer


def test_records_of_the_zone_lead_to_the_load_balancer(dev: Platform) -> None:
    (balancer,) = dev.account[Kind.LOAD_BALANCER].values()
    records = [each for each in dev.account[Kind.RECORD].values() if each["type"] == "A"]
    assert {each["name"] for each in records} >= {"@", "*"}
    assert {each["data"] for each in records} == {balancer["ip"]}


def test_pods_reach_the_cluster_s_dns_across_nodes(dev: Platform) -> None:
    nodes = {each["metadata"]["name"] for each in dev.objects("nodes")}
    pods = dev.objects("pods", "--all-namespaces")
    assert {each["spec"]["nodeName"] for each in pods} == nodes
    assert all(
        condition["status"] == "True"
        for pod in pods
        if pod["status"]["phase"] == "Running"
        for condition in pod["status"]["conditions"]
    )


def called(platform: Platform, *calls: tuple[str, str, Mapping[str, Any]]) -> None:
    """Change something in the account, as somebody with its token does."""
    token = Store(platform.folder / "cloud").account.token
    asked = [
        each
        for method, path, body in calls
        for each in (
            *("--next", "--fail", "--silent", "--show-error", "--oauth2-bearer", token),
            *("--request", method, "--json", json.dumps(body), f"https://api.digitalocean.com/v2/{path}"),
        )
    ]
    platform.run("curl", "--fail-early", *asked[1:])


def held_against_the_plan(platform: Platform, status: int) -> list[dict[str, Any]]:
    """Rows that are not as planned."""
    command = (sys.executable, "-m", "network", "verify", "--stack", "dev", "--format", "json")
    told = json.loads(platform.run(*command, status=status))
    assert told["status"] == status
    return [each for each in told["findings"] if each["verdict"] != "as planned"]


def test_what_runs_is_held_against_the_plan_and_differences_are_told(dev: Platform) -> None:
    assert held_against_the_plan(dev, status=0) == []

    (cluster,) = dev.account[Kind.CLUSTER].values()
    (pool,) = cluster["node_pools"]
    place = f"kubernetes/clusters/{cluster['id']}/node_pools/{pool['id']}"
    record = next(each for each in dev.account[Kind.RECORD].values() if each["name"] == "shop")
    named = f"domains/{record['zone']}/records/{record['id']}"
    (service,) = dev.objects("service", "--namespace=traefik")
    ports = [{**port, "nodePort": port["nodePort"] ^ 1} for port in service["spec"]["ports"]]
    # DigitalOcean's side of the Service stays behind.
    inject(dev.folder / "cloud", Fault("update_load_balancer", times=1000, status=500))
    try:
        dev.kubectl(
            "patch", "service", "traefik", "--namespace=traefik", "--type=merge",
            f"--patch={json.dumps({'spec': {'ports': ports}})}",
        )  # fmt: skip
        called(
            dev,
            ("PUT", named, {"data": "192.0.2.7"}),
            ("PUT", place, {"name": pool["name"], "count": 3}),
            ("POST", "vpcs", {"name": "office", "region": "fra1", "ip_range": "10.250.0.0/20"}),
        )
        found = held_against_the_plan(dev, status=1)
    finally:
        dev.kubectl(
            "patch", "service", "traefik", "--namespace=traefik", "--type=merge",
            f"--patch={json.dumps({'spec': {'ports': service['spec']['ports']}})}",
        )  # fmt: skip
        release(dev.folder / "cloud", "update_load_balancer")
    (office,) = [each for each in dev.account[Kind.VPC].values() if each["name"] == "office"]
    called(
        dev,
        ("PUT", named, {"data": record["data"]}),
        ("PUT", place, {"name": pool["name"], "count": pool["count"]}),
        ("DELETE", f"vpcs/{office['id']}", {}),
    )
    assert {(each["code"], each["verdict"]) for each in found} == {
        ("record", "differs"),
        ("load-balancer-rules", "differs"),
        ("other-ranges", "differs"),
        # The third node is one that the lab never makes.
        ("node-pool-count", "differs"),
        ("node-joined", "differs"),
        ("load-balancer-nodes", "differs"),
    }

    inject(dev.folder / "cloud", Fault("list_load_balancers", status=403, message="not authorized"))
    unseen = held_against_the_plan(dev, status=2)
    assert {each["verdict"] for each in unseen} == {"could not look"}
    assert all("`load_balancer:read`" in each["remedy"] for each in unseen)


COMMANDS = (
    ("preview", "--expect-no-changes"),
    ("up", "--yes"),
    ("refresh", "--yes"),
)
"""What somebody types who wants to see that nothing is to be done; the drift check is the first."""


def a_month_passes(platform: Platform) -> None:
    """No token that anybody has opens the cluster any more, and this is a machine that has none."""
    platform.lab("account", "--end-credentials")
    shutil.rmtree(platform.folder / "engine" / "credentials", ignore_errors=True)


def names(platform: Platform) -> set[str]:
    """What Pulumi's state knows."""
    return {each["urn"] for each in platform.export()["deployment"]["resources"]}


def kept_tokens(platform: Platform) -> dict[str, bytes]:
    """What the kubeconfig's command has kept."""
    folder = platform.folder / "engine" / "credentials"
    return {file.name: file.read_bytes() for file in folder.iterdir() if file.suffix != ".lock"}


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
def test_with_credentials_that_have_ended_each_command_works_at_the_first_try(
    dev: Platform, command: tuple[str, ...]
) -> None:
    a_month_passes(dev)
    before = names(dev)
    # From another folder than the project's, too.
    output = dev.run("env", "--chdir=/", "pulumi", "--non-interactive", f"--cwd={project_dir()}", *command)
    assert names(dev) == before
    touched = re.findall(r"^ [~+-]+ +\S+ (\S+) (?:created|updated|replaced|deleted)\b", output, re.MULTILINE)
    # The Service is read by the program and by the refresh, which keep different parts of the answer.
    assert set(touched) <= {"traefik-load-balancer"}


def test_a_token_of_the_cluster_serves_until_it_ends(dev: Platform) -> None:
    dev.lab("account", f"--credentials-seconds={WEEK}")
    a_month_passes(dev)
    dev.run("pulumi", "preview", "--non-interactive")
    kept = kept_tokens(dev)
    assert len(kept) == 1
    dev.run("pulumi", "preview", "--non-interactive")
    assert kept_tokens(dev) == kept


@pytest.mark.parametrize("command", [*COMMANDS, ("destroy", "--yes")], ids=lambda command: command[0])
def test_with_a_revoked_account_token_each_command_says_so_and_changes_nothing(
    dev: Platform, command: tuple[str, ...]
) -> None:
    a_month_passes(dev)
    before = dev.export()["deployment"]["resources"]
    held = dev.account
    dev.lab("account", "--no-token-accepted")
    try:
        output = dev.run("pulumi", "--non-interactive", *command, status=None)
    finally:
        dev.lab("account", "--token-accepted")
    assert "does not accept the account token in DIGITALOCEAN_TOKEN" in output
    assert dev.export()["deployment"]["resources"] == before
    assert dev.account == held


def test_the_exported_kubeconfig_serves_kubectl_from_any_folder_a_month_later(
    dev: Platform, tmp_path: Path
) -> None:
    file = tmp_path / "kubeconfig.yaml"
    file.write_text(dev.run("pulumi", "stack", "output", "kubeconfig"))
    (tmp_path / "bin").symlink_to(project_dir() / "bin")
    a_month_passes(dev)
    assert "traefik" in dev.run("kubectl", f"--kubeconfig={file}", "get", "namespaces")
    assert "token" not in file.read_text()


def test_a_stack_with_a_token_in_its_state_goes_on_as_the_runbook_says(dev: Platform, tmp_path: Path) -> None:
    state = dev.export()
    for each in state["deployment"]["resources"]:
        if each["type"] == "pulumi:providers:kubernetes":
            config = yaml.safe_load(each["inputs"]["kubeconfig"])
            config["users"][0]["user"] = {"token": "of-eight-days-ago"}
            for values in (each["inputs"], each["outputs"]):
                values["kubeconfig"] = yaml.safe_dump(config)
    file = tmp_path / "state.json"
    file.write_text(json.dumps(state))
    dev.run("pulumi", "stack", "import", f"--file={file}")
    refused = dev.run("pulumi", "preview", "--non-interactive", status=None)
    assert "the server has asked for the client to provide credentials" in refused

    (block,) = runbook.read(RUNBOOK)["A token in the state"]
    dev.run(*block.split(), "--non-interactive")
    dev.run("pulumi", "preview", "--non-interactive", "--expect-no-changes")


def test_an_upgrade_of_charts_versions_and_settings_replaces_nothing(dev: Platform, tmp_path: Path) -> None:
    identities = ("clusterId", "vpcId", "loadBalancerAddress")
    before = json.loads(dev.run("pulumi", "stack", "output", "--json"))
    (service,) = dev.objects("service", "--namespace=traefik")
    config = f"--config-file={next_version(dev, tmp_path)}"

    preview = json.loads(dev.run("pulumi", "preview", "--json", config))
    steps = {step["urn"]: step["op"] for step in preview["steps"]}
    assert set(steps.values()) <= {"same", "update", "read", "refresh"}
    changed = {urn.split("::")[2].split("$")[-1] for urn, op in steps.items() if op == "update"}
    assert changed >= {
        "kubernetes:helm.sh/v3:Release",
        "digitalocean:index/kubernetesCluster:KubernetesCluster",
    }

    dev.run("pulumi", "up", "--yes", "--skip-preview", "--non-interactive", config)
    after = json.loads(dev.run("pulumi", "stack", "output", "--json"))
    assert {key: after[key] for key in identities} == {key: before[key] for key in identities}
    (upgraded,) = dev.objects("service", "--namespace=traefik")
    assert upgraded["metadata"]["uid"] == service["metadata"]["uid"]
    assert "41.3.1" in upgraded["metadata"]["labels"]["helm.sh/chart"]


def test_destroy_removes_load_balancer_then_cluster_then_vpc_and_leaves_nothing_billable(
    dev: Platform,
) -> None:
    names = {volume["metadata"]["name"] for volume in dev.objects("persistentvolumes")}
    assert {each["name"] for each in dev.account[Kind.VOLUME].values()} == names
    assert len(names) == 2, "Prometheus' and Alertmanager's"
    a_month_passes(dev)
    earlier = len(calls(dev.folder / "cloud"))
    dev.lab("destroy")
    left = {kind: held for kind, held in dev.account.items() if held and kind is not Kind.TAG}
    assert left == {}
    assert not list((dev.folder / "volumes").iterdir())
    deleted = [call.operation for call in calls(dev.folder / "cloud")[earlier:] if call.status == 204]
    order = ["delete_load_balancer", "delete_cluster_dangerous", "delete_vpc"]
    assert [name for name in deleted if name in order] == order, json.dumps(deleted)


@pytest.mark.alone
def test_down_leaves_no_process_namespace_mount_or_control_group(
    untouched: dict[str, set[str]], dev: Platform
) -> None:
    assert traces()["programs"] > untouched["programs"]
    dev.lab("down")
    assert traces() == untouched
