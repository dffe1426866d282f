"""An application gets another name (ADM-7): the real engine, over a stand-in for the cluster."""

import os
from dataclasses import replace
from pathlib import Path

import pulumi
import pulumi_kubernetes as kubernetes
import pytest
from pulumi import automation

from lab import parts as lab_parts
from network import plan
from network.components.applications import Application, ApplicationArgs
from network.plan.applications import ApplicationPlan
from tests import stacks
from tests.lab import stand_in_kubernetes
from tests.lab.stand_in_kubernetes import Objects

pytestmark = pytest.mark.lab


def up(folder: Path, environment: dict[str, str], shop: ApplicationPlan) -> dict[str, int]:
    """Declare an application's objects; returns how many were created, updated, deleted."""

    def program() -> None:
        provider = kubernetes.Provider("cluster", kubeconfig="known")
        opts = pulumi.ResourceOptions(provider=provider)
        namespace = kubernetes.core.v1.Namespace("shop", metadata={"name": "shop"}, opts=opts)
        inside = pulumi.ResourceOptions(providers=[provider])
        Application(shop.name, ApplicationArgs(shop, namespace, [], {}), inside)

    settings = automation.ProjectSettings(
        name="network", runtime="python", backend=automation.ProjectBackend(url=f"file://{folder}")
    )
    options = automation.LocalWorkspaceOptions(
        work_dir=str(folder), env_vars=environment, project_settings=settings
    )
    stack = automation.create_or_select_stack("dev", project_name="network", program=program, opts=options)
    changes = stack.up().summary.resource_changes or {}
    return {str(key): count for key, count in changes.items()}


def test_objects_are_kept_where_the_former_name_is_told_and_deleted_where_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", f"{lab_parts.ensure('pulumi')['pulumi']}:{os.environ['PATH']}")
    (shop,) = [each for each in plan.build(stacks.stack_config("dev")).applications if each.name == "shop"]
    objects = Objects()
    server, port = stand_in_kubernetes.serve(objects)
    folder = tmp_path / "stack"
    folder.mkdir()
    environment = {
        "PULUMI_CONFIG_PASSPHRASE": "test",
        "PULUMI_DEBUG_PROVIDERS": f"kubernetes:{port}",
        "PULUMI_HOME": str(folder / "home"),
        "PULUMI_SKIP_UPDATE_CHECK": "true",
    }
    try:
        made = up(folder, environment, shop)["create"]
        assert made > 5
        objects.done.clear()
        for former in ("shop", None):
            renamed = replace(shop, name="store", former_name=former)
            assert up(folder, environment, renamed) == {"same": made}
        assert objects.done == []
        again = up(folder, environment, replace(shop, name="bazaar"))
        assert again["delete"] == again["create"] > 3
    finally:
        server.stop(None)
