"""What is adopted: imported by its id, protected, and left by `destroy`."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any, ClassVar

import pytest

from tests import stacks
from tests.program.conftest import ADOPTED
from tests.program.recording import Run, Runs
from tests.program.refusals import refusal

VPC = "digitalocean:index/vpc:Vpc"
CLUSTER = "digitalocean:index/kubernetesCluster:KubernetesCluster"
POOL = "digitalocean:index/kubernetesNodePool:KubernetesNodePool"
RELEASE = "kubernetes:helm.sh/v3:Release"


def taken_over(run_: Run, type_name: str) -> dict[str, str]:
    """Ids of what is imported, by its name in the program; each is protected and retained."""
    found = [each for each in run_.of(type_name) if each.request.importId]
    assert all(each.request.protect and each.request.retainOnDelete for each in found)
    return {each.name: each.request.importId for each in found}


@pytest.mark.parametrize("mode", ["preview", "update"])
def test_what_the_stack_file_names_is_imported_protected_and_retained(runs: Runs, mode: str) -> None:
    declared = runs("adopting", mode)
    assert taken_over(declared, VPC) == {"network": ADOPTED["vpc"]}
    assert taken_over(declared, CLUSTER) == {"cluster": ADOPTED["cluster"]}
    assert taken_over(declared, POOL) == {"cluster-batch": ADOPTED["nodePools"]["batch"]}
    assert taken_over(declared, RELEASE) == {
        "traefik-traefik": "traefik/traefik",
        "cert-manager-cert-manager": "cert-manager/cert-manager",
    }


def test_the_namespace_of_an_adopted_release_is_kept_with_it(runs: Runs) -> None:
    namespaces = runs("adopting", "update").of("kubernetes:core/v1:Namespace")
    kept = {each.title for each in namespaces if each.request.retainOnDelete}
    assert kept == {"Namespace backend", "Namespace cert-manager", "Namespace traefik"}


def test_nothing_is_imported_that_the_stack_file_does_not_name(dev: Run) -> None:
    for type_name in (VPC, CLUSTER, POOL, RELEASE):
        assert taken_over(dev, type_name) == {}


class Account(BaseHTTPRequestHandler):
    """Answers with a VPC and a cluster that other hands made."""

    vpc: ClassVar[dict[str, Any]]
    cluster: ClassVar[dict[str, Any]]

    def do_GET(self) -> None:
        lists = {"/v2/vpcs": {"vpcs": [self.vpc]}, "/v2/kubernetes": {"kubernetes_clusters": [self.cluster]}}
        answer = next(body for path, body in lists.items() if self.path.startswith(path))
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(answer).encode())

    def log_message(self, format: str, *args: object) -> None:
        del format, args


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    dev = stacks.stack_file("dev")
    region, planned = dev["network:environment"]["region"], dev["network:cluster"]
    pool = {"id": "a", "name": "pool-1", "size": "s-1vcpu-2gb", "count": 2}

    class Handler(Account):
        vpc: ClassVar[dict[str, Any]] = {
            "id": ADOPTED["vpc"],
            "name": "backbone",
            "region": region,
            "ip_range": "10.20.0.0/20",
        }
        cluster: ClassVar[dict[str, Any]] = {
            "id": ADOPTED["cluster"],
            "name": "shop",
            "region": region,
            "version": planned["version"],
            "cluster_subnet": planned["podRange"],
            "service_subnet": planned["serviceRange"],
            "vpc_uuid": ADOPTED["vpc"],
            "status": {"state": "running"},
            "node_pools": [pool],
        }

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("DIGITALOCEAN_TOKEN", "dop_v1_test")
    monkeypatch.setenv("DIGITALOCEAN_API_URL", f"http://127.0.0.1:{server.server_port}")
    yield
    server.shutdown()


@pytest.mark.usefixtures("account")
@pytest.mark.parametrize("preview", [True, False])
def test_whatever_would_replace_it_is_refused_by_name_before_anything_is_declared(
    charts_in_folders: dict[str, Any], preview: bool
) -> None:
    over = {"network:adopt": {"vpc": ADOPTED["vpc"], "cluster": ADOPTED["cluster"]}}
    config = stacks.config_map("dev", stacks.merged(charts_in_folders, over))
    refused = refusal(config, preview=preview)
    assert "2 problems" in refused.message
    assert "write `external.vpc.ipRange: 10.20.0.0/20`" in refused.message
    assert "write `cluster.nodePools.default.size: s-1vcpu-2gb`" in refused.message
    assert refused.declared == ()
