"""The client of the Kubernetes API, against a server that remembers what it was asked."""

import base64
import ssl
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from lab.internet.ca import Authority
from lab.toolbox import http_service
from lab.toolbox.http_service import Answer, Call
from lab.toolbox.kubernetes_api import KubernetesApi, KubernetesError

KINDS = {
    "/api/v1": [("Namespace", "namespaces", False), ("Event", "events", True)],
    "/apis/apps/v1": [("Deployment", "deployments", True), ("Scale", "deployments/scale", True)],
}


@dataclass
class Server:
    """What was asked, and what to answer."""

    url: str = ""
    asked: list[Call] = field(default_factory=list[Call])
    refusal: tuple[int, bytes] | None = None


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority.at(tmp_path / "authority")


@pytest.fixture
def server(authority: Authority, tmp_path: Path) -> Iterator[Server]:
    state = Server()

    def respond(call: Call) -> Answer:
        if call.path in KINDS:
            kinds = KINDS[call.path]
            return Answer.of({"resources": [{"kind": k, "name": n, "namespaced": s} for k, n, s in kinds]})
        state.asked.append(call)
        return Answer(*state.refusal) if state.refusal else Answer.of({"path": call.path})

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority.issue(["localhost"], tmp_path / "server.pem"))
    service = http_service.serve(respond, "api-server", tls=context)
    state.url = f"https://localhost:{service.port}"
    yield state
    service.close()


@pytest.fixture
def api(server: Server, authority: Authority) -> KubernetesApi:
    return KubernetesApi(server.url, "secret", authority.certificate.read_text(), patience=5)


DEPLOYMENT = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web", "namespace": "shop"}}
NAMESPACE = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}}


def test_an_object_s_place_follows_from_what_the_server_says_of_its_kinds(api: KubernetesApi) -> None:
    assert api.path_of(DEPLOYMENT) == "/apis/apps/v1/namespaces/shop/deployments/web"
    assert api.path_of(NAMESPACE) == "/api/v1/namespaces/shop"
    with pytest.raises(KubernetesError, match="no kind Pod of v1") as caught:
        api.path_of({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "x"}})
    assert caught.value.status == 404


def test_each_call_is_the_one_that_the_server_knows(api: KubernetesApi, server: Server) -> None:
    api.apply(DEPLOYMENT)
    api.merge("/x/status", {"a": None})
    api.create({**NAMESPACE, "metadata": {"generateName": "shop-"}}, dry_run=True)
    api.delete("/x")
    assert [(call.method, call.path, call.query) for call in server.asked] == [
        (
            "PATCH",
            "/apis/apps/v1/namespaces/shop/deployments/web",
            {"fieldManager": "lab", "force": "true"},
        ),
        ("PATCH", "/x/status", {}),
        ("POST", "/api/v1/namespaces", {"dryRun": "All"}),
        ("DELETE", "/x", {}),
    ]
    types = [call.headers.get("Content-Type") for call in server.asked]
    assert types == ["application/apply-patch+yaml", "application/merge-patch+json", "application/json", None]
    assert {call.bearer for call in server.asked} == {"secret"}


def test_who_acts_as_somebody_else_keeps_the_token(api: KubernetesApi, server: Server) -> None:
    api.acting_as("somebody").get("/x")
    (call,) = server.asked
    assert (call.headers["Impersonate-User"], call.bearer) == ("somebody", "secret")


def test_a_kubeconfig_says_where_the_server_is_and_whom_to_trust(
    server: Server, authority: Authority
) -> None:
    data = base64.b64encode(authority.certificate.read_bytes()).decode()
    kubeconfig = {
        "clusters": [{"cluster": {"server": server.url, "certificate-authority-data": data}}],
        "users": [{"user": {"token": "theirs"}}],
    }
    KubernetesApi.of(kubeconfig).get("/x")
    assert server.asked[0].bearer == "theirs"


def test_a_refusal_is_told_in_the_server_s_words_with_its_status(api: KubernetesApi, server: Server) -> None:
    server.refusal = (422, b'{"kind": "Status", "message": "no such \\"name\\""}')
    with pytest.raises(KubernetesError, match='PATCH /x: 422 no such "name"') as caught:
        api.merge("/x", {})
    assert caught.value.status == 422
    server.refusal = (500, b"plain")
    with pytest.raises(KubernetesError, match="GET /x: 500 plain"):
        api.get("/x")


def test_what_is_gone_already_is_deleted(api: KubernetesApi, server: Server) -> None:
    server.refusal = (404, b"{}")
    api.delete("/x")
    server.refusal = (403, b"{}")
    with pytest.raises(KubernetesError):
        api.delete("/x")


def test_a_server_out_of_reach_or_not_trusted_is_not_ready(server: Server, tmp_path: Path) -> None:
    stranger = Authority.at(tmp_path / "stranger").certificate.read_text()
    for url in (server.url, "https://localhost:1"):
        api = KubernetesApi(url, "secret", stranger, patience=5)
        assert not api.ready()
        with pytest.raises(KubernetesError) as caught:
            api.get("/x")
        assert caught.value.status == 0


def test_a_server_that_says_so_is_ready(api: KubernetesApi, server: Server) -> None:
    assert api.ready()
    server.refusal = (500, b"not yet")
    assert not api.ready()
