"""The version of the cluster in the account beside the one in the stack file."""

import json
import threading
from collections.abc import Iterator, Sequence
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pulumi
import pytest

from network.components.cluster.account import Account, AccountError, LiveCluster
from tests import stacks
from tests.program.recording import Run, run
from tests.program.refusals import refusal

CLUSTER = "digitalocean:index/kubernetesCluster:KubernetesCluster"
WANTED = stacks.stack_file("dev")["network:cluster"]["version"]
TOKEN = "dop_v1_test"


class Api:
    """The API's list of clusters, in pages of two."""

    def __init__(self) -> None:
        self.clusters: list[dict[str, Any]] = []
        self.status = 200
        self.asked: list[str] = []
        api = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                api.asked.append(f"{self.headers['Authorization']} {self.path}")
                page = int(self.path.partition("page=")[2] or 1) if "?page=" in self.path else 1
                self.send_response(api.status)
                self.end_headers()
                self.wfile.write(json.dumps(api.page(page)).encode())

            def log_message(self, format: str, *args: object) -> None:
                del format, args

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"

    def page(self, number: int) -> dict[str, Any]:
        more = len(self.clusters) > 2 * number
        following = {"next": f"{self.url}/v2/kubernetes/clusters?page={number + 1}"} if more else {}
        held = self.clusters[2 * number - 2 : 2 * number]
        return {"kubernetes_clusters": held, "links": {"pages": following}}

    def has(self, version: str, name: str = "network-dev", state: str = "running") -> None:
        known = f"id-{len(self.clusters)}"
        self.clusters.append({"id": known, "name": name, "version": version, "status": {"state": state}})


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Iterator[Api]:
    served = Api()
    monkeypatch.setenv("DIGITALOCEAN_TOKEN", TOKEN)
    monkeypatch.setenv("DIGITALOCEAN_API_URL", served.url)
    yield served
    served.server.shutdown()


@pytest.fixture
def warned(monkeypatch: pytest.MonkeyPatch) -> Sequence[str]:
    said: list[str] = []
    monkeypatch.setattr(pulumi.log, "warn", lambda text, *_: said.append(text))
    return said


def declared(chart: dict[str, Any], over: dict[str, Any] | None = None, *, preview: bool = False) -> Run:
    return run(stacks.config_map("dev", stacks.merged(chart, over or {})), preview=preview)


def ignored(run_: Run) -> list[str]:
    (cluster,) = run_.of(CLUSTER)
    return list(cluster.request.ignoreChanges)


@pytest.mark.parametrize("preview", [True, False])
@pytest.mark.parametrize("tier", ["development", "production"])
@pytest.mark.parametrize("live", ["1.36.2-do.0", "1.36.1-do.1", "1.37.0-do.0"])
def test_a_version_below_the_live_one_is_refused_with_both_and_the_fix(
    api: Api, charts_in_folders: dict[str, Any], live: str, tier: str, preview: bool
) -> None:
    api.has(live)
    over: dict[str, Any] = {"network:environment": {"tier": tier}}
    if tier == "production":
        over |= {
            "network:cluster": {"ha": True, "destroyAssociatedResources": False},
            "network:certificates": {"issuer": "production"},
        }
    config = stacks.config_map("dev", stacks.merged(charts_in_folders, over))
    message, registered = refusal(config, preview=preview)
    assert registered == ()
    assert "network:cluster.version" in message
    assert f"runs {live}" in message
    assert WANTED in message
    assert f"write `version: {live}`" in message


@pytest.mark.parametrize("live", ["1.36.0-do.0", "1.35.9-do.12", "1.34.1-do.0"])
def test_a_version_above_the_live_one_arrives(api: Api, charts_in_folders: dict[str, Any], live: str) -> None:
    api.has(live)
    assert ignored(declared(charts_in_folders)) == []


def test_the_version_that_the_cluster_has_is_left_to_it(api: Api, charts_in_folders: dict[str, Any]) -> None:
    api.has(WANTED)
    assert ignored(declared(charts_in_folders)) == ["version"]


def test_digitaloceans_own_upgrades_are_not_refused(api: Api, charts_in_folders: dict[str, Any]) -> None:
    api.has("1.36.4-do.0")
    window = {"day": "sunday", "startTime": "03:00"}
    own = {"network:cluster": {"autoUpgrade": True, "maintenance": window}}
    assert ignored(declared(charts_in_folders, own)) == ["version"]
    assert "1.36.4-do.0" in refusal(stacks.config_map("dev", charts_in_folders)).message


def test_other_clusters_and_those_that_go_do_not_count(api: Api, charts_in_folders: dict[str, Any]) -> None:
    api.has("1.37.0-do.0", name="network-prod")
    api.has("1.37.0-do.0", state="deleting")
    assert ignored(declared(charts_in_folders)) == ["version"]
    api.has("1.36.0-do.0")
    assert ignored(declared(charts_in_folders)) == []


def test_a_version_is_left_alone_where_the_account_does_not_answer(
    api: Api, charts_in_folders: dict[str, Any], warned: Sequence[str]
) -> None:
    api.has("1.37.0-do.0")
    api.status = 401
    assert ignored(declared(charts_in_folders)) == ["version"]
    assert "401" in warned[-1]
    assert "not applied in this run" in warned[-1]


def test_nothing_is_asked_without_a_token(
    api: Api, charts_in_folders: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DIGITALOCEAN_TOKEN")
    assert ignored(declared(charts_in_folders, preview=True)) == ["version"]
    assert api.asked == []


def test_the_account_is_the_one_that_the_provider_works_in(
    api: Api, charts_in_folders: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DIGITALOCEAN_TOKEN", "of the environment")
    monkeypatch.setenv("DIGITALOCEAN_API_URL", "http://127.0.0.1:9")
    over = {"digitalocean:token": "of the stack", "digitalocean:apiEndpoint": f"{api.url}/"}
    run(
        stacks.config_map("dev", stacks.merged(charts_in_folders, over)),
        secrets=["digitalocean:token"],
    )
    assert [each.partition(" /")[0] for each in api.asked] == ["Bearer of the stack"]


def test_every_page_of_the_list_is_read(api: Api) -> None:
    for number in range(5):
        api.has("1.36.1-do.0", name=f"network-{number}")
    clusters = Account(api.url, TOKEN).clusters()
    assert [each.name for each in clusters] == [f"network-{number}" for number in range(5)]
    assert clusters[0] == LiveCluster("id-0", "network-0", "1.36.1-do.0", "running")


def test_an_account_that_cannot_be_reached_says_why(unused_port: int) -> None:
    with pytest.raises(AccountError, match="refused"):
        Account(f"http://127.0.0.1:{unused_port}", TOKEN).clusters()


@pytest.fixture
def unused_port() -> int:
    """One on which nobody listens any more."""
    server = HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    server.server_close()
    return server.server_port
