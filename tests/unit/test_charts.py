"""What stands in a chart, from wherever it is."""

import hashlib
import io
import json
import tarfile
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from network import charts
from network.charts import CONTENT, ChartError, chart_files
from network.config.charts import TraefikChart

FILES = {
    "traefik/Chart.yaml": b"version: 41.3.0\n",
    "traefik/crds/one.yaml": b"kind: One\n",
    "traefik/charts/within/Chart.yaml": b"version: 1.0.0\n",
    "traefik/charts/within/crds/two.yaml": b"kind: Two\n",
    "traefik/charts/within/templates/crds/three.yaml": b"{{",
    "traefik/templates/deployment.yaml": b"{{",
}
READ = {
    "Chart.yaml": b"version: 41.3.0\n",
    "crds/one.yaml": b"kind: One\n",
    "charts/within/crds/two.yaml": b"kind: Two\n",
}


def packed() -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        for name, content in FILES.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return buffer.getvalue()


def index(digest: str) -> str:
    """As Helm writes it; entries of others beside."""
    return f"""apiVersion: v1
entries:
  other:
  - name: other
    urls:
    - other-41.3.0.tgz
    version: 41.3.0
  traefik:
  - annotations:
      artifacthub.io/changes: |
        - kind: added
          description: "version: 41.3.0"
    name: traefik
    urls:
    - traefik/traefik-41.4.0.tgz
    version: 41.4.0
  - digest: {digest}
    name: traefik
    urls:
    - traefik/traefik-41.3.0.tgz
    version: 41.3.0
generated: "2026-08-21T09:21:15Z"
"""


@pytest.fixture
def archive() -> bytes:
    return packed()


def chart(**settings: str) -> TraefikChart:
    return TraefikChart.model_validate(settings)


@contextmanager
def answering(
    monkeypatch: pytest.MonkeyPatch, answers: Mapping[str, bytes], token: str = ""
) -> Generator[str]:
    """A server of the answers by path, as if by https; with a token, for whoever shows it."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            if token and path != "/token" and self.headers.get("Authorization") != f"Bearer {token}":
                realm = f"http://127.0.0.1:{self.server.server_port}/token"  # pyright: ignore
                self.send_response(401)
                self.send_header(
                    "WWW-Authenticate", f'Bearer realm="{realm}",service="registry",scope="pull"'
                )
                self.end_headers()
                return
            self.send_response(200 if path in answers else 404)
            self.end_headers()
            self.wfile.write(answers.get(path, b""))

        def log_message(self, format: str, *args: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        here = f"127.0.0.1:{server.server_port}"
        plain = charts.urlopen
        monkeypatch.setattr(
            charts, "urlopen", lambda request, timeout: plain(_plain(request, here), timeout=timeout)
        )
        yield here
        server.shutdown()


def _plain(request: Any, here: str) -> Any:
    request.full_url = request.full_url.replace(f"https://{here}", f"http://{here}")
    return request


def test_a_folder_is_read(tmp_path: Path) -> None:
    for name, content in FILES.items():
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    assert chart_files("traefik", chart(path=str(tmp_path / "traefik"))) == READ


def test_a_packed_chart_is_read(tmp_path: Path, archive: bytes) -> None:
    (tmp_path / "traefik-41.3.0.tgz").write_bytes(archive)
    assert chart_files("traefik", chart(path=str(tmp_path / "traefik-41.3.0.tgz"))) == READ


def test_what_is_no_chart_is_told(tmp_path: Path) -> None:
    (tmp_path / "chart.tgz").write_text("no archive")
    with pytest.raises(ChartError, match=r"chart\.tgz is no packed chart"):
        chart_files("traefik", chart(path=str(tmp_path / "chart.tgz")))
    with pytest.raises(ChartError, match=r"nowhere\.tgz"):
        chart_files("traefik", chart(path=str(tmp_path / "nowhere.tgz")))


@pytest.mark.parametrize("version", ["41.3.0", "v41.3.0"])
def test_a_mirror_needs_nothing_from_elsewhere(
    monkeypatch: pytest.MonkeyPatch, archive: bytes, version: str
) -> None:
    answers = {
        "/charts/index.yaml": index(hashlib.sha256(archive).hexdigest()).encode(),
        "/charts/traefik/traefik-41.3.0.tgz": archive,
    }
    with answering(monkeypatch, answers) as here:
        given = chart(repository=f"https://{here}/charts", version=version)
        assert chart_files("traefik", given) == READ


def test_another_archive_than_announced_is_refused(monkeypatch: pytest.MonkeyPatch, archive: bytes) -> None:
    answers = {"/index.yaml": index("0" * 64).encode(), "/traefik/traefik-41.3.0.tgz": archive}
    with (
        answering(monkeypatch, answers) as here,
        pytest.raises(ChartError, match="another chart than it announces"),
    ):
        chart_files("traefik", chart(repository=f"https://{here}/"))


def test_a_version_that_a_repository_lacks_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with (
        answering(monkeypatch, {"/index.yaml": index("").encode()}) as here,
        pytest.raises(ChartError, match=r"has no chart traefik 41\.9\.9"),
    ):
        chart_files("traefik", chart(repository=f"https://{here}", version="41.9.9"))


@pytest.mark.parametrize("token", ["", "for-anybody"])
def test_a_registry_needs_nothing_from_elsewhere(
    monkeypatch: pytest.MonkeyPatch, archive: bytes, token: str
) -> None:
    digest = f"sha256:{hashlib.sha256(archive).hexdigest()}"
    layers = [{"mediaType": "application/vnd.cncf.helm.chart.provenance.v1.prov", "digest": "sha256:0"}]
    layers.append({"mediaType": CONTENT, "digest": digest})
    answers = {
        "/token": json.dumps({"token": token}).encode(),
        "/v2/charts/traefik/manifests/41.3.0": json.dumps({"layers": layers}).encode(),
        f"/v2/charts/traefik/blobs/{digest}": archive,
    }
    with answering(monkeypatch, answers, token) as here:
        given = chart(repository=f"oci://{here}/charts", version="v41.3.0")
        assert chart_files("traefik", given) == READ
