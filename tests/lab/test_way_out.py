"""The way out on a real engine, Kubernetes provider and API server: a Route waits for its kind, and goes
while the agent is there."""

import os
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pulumi
import pulumi_digitalocean as digitalocean
import pulumi_kubernetes as kubernetes
import pytest
from pulumi import automation

from lab import parts as lab_parts
from lab.cloud.cloud import Cloud, calls
from lab.cloud.provider import serve
from lab.cloud.routing_agent import FINALIZER, GROUP, definition
from lab.toolbox.kubernetes_api import KubernetesError
from network import plan
from network.components.egress import Egress, EgressArgs, agent
from tests import stacks
from tests.lab.api_server import ApiServer, api_server
from tests.lab.patience import until
from tests.unit.lab.cloud.fakes import cloud

pytestmark = pytest.mark.lab

ADMINISTRATOR = ("way-out", "system:masters")
ROUTES = f"/apis/{GROUP}/v1alpha1/routes"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiServer]:
    with api_server(tmp_path_factory.mktemp("api")) as server:
        yield server


@dataclass
class Stack:
    """A VPC, its gateway, and the Route in a cluster that others made."""

    folder: Path
    account: Cloud
    server: ApiServer
    port: int
    gateway: bool = True
    told: list[str] = field(default_factory=list[str])

    def declare(self) -> None:
        over = {"network:external": {"natGateway": {}}}
        planned = plan.build(stacks.stack_config("dev", over)).egress
        assert planned.gateway is not None
        assert planned.route is not None
        vpc = digitalocean.Vpc("vpc", name="network-dev", region="ams3", ip_range="10.0.0.0/16")
        inside = kubernetes.Provider("cluster", kubeconfig=self.server.config_of(*ADMINISTRATOR))
        if self.gateway:
            egress = Egress(
                "egress",
                EgressArgs(planned.gateway, vpc.id, planned.route),
                pulumi.ResourceOptions(providers=[inside]),
            )
            pulumi.export("egressAddress", egress.address)

    def selected(self) -> automation.Stack:
        settings = automation.ProjectSettings(
            name="network",
            runtime="python",
            backend=automation.ProjectBackend(url=f"file://{self.folder}"),
        )
        environment = {
            "PULUMI_CONFIG_PASSPHRASE": "test",
            "PULUMI_DEBUG_PROVIDERS": f"digitalocean:{self.port}",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
            "PULUMI_HOME": str(self.folder / "home"),
            "PULUMI_SKIP_UPDATE_CHECK": "true",
        }
        options = automation.LocalWorkspaceOptions(
            work_dir=str(self.folder), env_vars=environment, project_settings=settings
        )
        return automation.create_or_select_stack(
            "dev", project_name="network", program=self.declare, opts=options
        )

    def up(self) -> dict[str, int]:
        changes = self.selected().up(on_output=self.told.append).summary.resource_changes or {}
        return {str(key): count for key, count in changes.items()}

    def operations(self) -> list[str]:
        return [call.operation for call in calls(self.account.store.folder)]


@pytest.fixture
def stack(tmp_path: Path, server: ApiServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stack]:
    parts = lab_parts.ensure("pulumi", "pulumi-kubernetes")
    folders = [str(folder) for folder in parts.values()]
    monkeypatch.setenv("PATH", os.pathsep.join([*folders, os.environ["PATH"]]))
    account = cloud(tmp_path / "cloud")
    provider, port = serve(account)
    (tmp_path / "stack").mkdir()
    yield Stack(tmp_path / "stack", account, server, port)
    provider.stop(None)


def test_a_route_is_made_once_its_kind_is_there_and_deleted_before_its_gateway(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(agent, "INTERVAL", 1.0)
    failed: list[BaseException] = []

    def run() -> None:
        try:
            stack.up()
        except BaseException as error:
            failed.append(error)

    run_ = threading.Thread(target=run)
    run_.start()
    until(lambda: any("routing agent" in line for line in stack.told), "the Route waits", seconds=180)
    stack.server.api.apply(definition())
    run_.join(120)
    assert failed == []
    (route,) = stack.server.api.get(ROUTES)["items"]
    assert route["spec"]["destinations"] == ["0.0.0.0/0"]
    assert route["spec"]["gateways"] == ["10.0.255.253"]
    assert stack.selected().outputs()["egressAddress"].value.startswith("203.0.113.")
    assert stack.up().keys() == {"same"}

    path = f"{ROUTES}/{route['metadata']['name']}"
    stack.server.api.merge(path, {"metadata": {"finalizers": [FINALIZER]}})
    stack.gateway = False
    released: list[bool] = []

    def agent_lets_go() -> None:
        until(lambda: "deletionTimestamp" in stack.server.api.get(path)["metadata"], "it goes", seconds=120)
        time.sleep(2)
        released.append("delete_vpc_nat_gateway" not in stack.operations())
        stack.server.api.merge(path, {"metadata": {"finalizers": []}})

    letting = threading.Thread(target=agent_lets_go)
    letting.start()
    assert stack.up()["delete"] >= 2
    letting.join(10)
    assert released == [True]
    with pytest.raises(KubernetesError):
        stack.server.api.get(path)
    assert stack.operations()[-1] == "delete_vpc_nat_gateway"
