"""Where the lab's charts come from."""

import hashlib
import io
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from lab.charts import provide
from lab.charts.repository import ChartError, download
from lab.toolbox import http_service
from lab.toolbox.http_service import Answer, Call
from network.config import StackConfig
from network.config.charts import (
    BlackboxExporterChart,
    CertManagerChart,
    Charts,
    CollectorChart,
    PrometheusStackChart,
    TraefikChart,
    VictoriaLogsChart,
)
from tests import stacks


@pytest.fixture
def repository(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """A Helm repository on 127.0.0.1 with the chart traefik 41.3.0: its URL and its folder."""
    folder = tmp_path / "repository"
    folder.mkdir()
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w:gz") as tar:
        member = tarfile.TarInfo("traefik/Chart.yaml")
        member.size = len(b"name: traefik\n")
        tar.addfile(member, io.BytesIO(b"name: traefik\n"))
    (folder / "traefik.tgz").write_bytes(archive.getvalue())
    digest = hashlib.sha256(archive.getvalue()).hexdigest()
    entry = {"version": "41.3.0", "urls": ["traefik.tgz"], "digest": digest}
    (folder / "index.yaml").write_text(yaml.safe_dump({"entries": {"traefik": [entry]}}))

    def respond(call: Call) -> Answer:
        file = folder / call.path.lstrip("/")
        return Answer(content=file.read_bytes()) if file.exists() else Answer(404)

    service = http_service.serve(respond, "repository")
    yield f"http://127.0.0.1:{service.port}", folder
    service.close()


def test_a_chart_comes_from_its_repository(repository: tuple[str, Path], tmp_path: Path) -> None:
    folder = download("traefik", repository[0], "41.3.0", tmp_path / "cache")
    assert folder is not None
    assert (folder / "Chart.yaml").read_text() == "name: traefik\n"


def test_a_chart_that_was_downloaded_needs_no_repository(
    repository: tuple[str, Path], tmp_path: Path
) -> None:
    first = download("traefik", repository[0], "41.3.0", tmp_path / "cache")
    (repository[1] / "index.yaml").unlink()
    assert download("traefik", repository[0], "41.3.0", tmp_path / "cache") == first


def test_a_version_that_the_repository_lacks_is_an_error(
    repository: tuple[str, Path], tmp_path: Path
) -> None:
    with pytest.raises(ChartError, match=r"no chart traefik 1\.2\.3"):
        download("traefik", repository[0], "1.2.3", tmp_path / "cache")


def test_an_archive_that_was_not_announced_is_refused(repository: tuple[str, Path], tmp_path: Path) -> None:
    (repository[1] / "traefik.tgz").write_bytes(b"something else")
    with pytest.raises(ChartError, match="not the one announced"):
        download("traefik", repository[0], "41.3.0", tmp_path / "cache")
    assert not list((tmp_path / "cache").rglob("Chart.yaml"))


def test_a_repository_out_of_reach_is_no_error(tmp_path: Path) -> None:
    assert download("traefik", "http://127.0.0.1:1", "41.3.0", tmp_path) is None


def parts(folder: Path) -> dict[str, Path]:
    (folder / "crds.yaml").write_text(
        "---\nspec: {group: traefik.io, names: {plural: middlewares}}\n"
        "---\nspec: {group: traefik.io, names: {plural: tlsoptions}}\n"
    )
    (folder / "crds").mkdir(exist_ok=True)
    (folder / "crds" / "monitoring.coreos.com_probes.yaml").write_text("kind: CustomResourceDefinition\n")
    return {
        "traefik-crds": folder,
        "cert-manager": folder / "cert-manager",
        "prometheus-operator": folder,
    }


LOGS: dict[str, Any] = {
    "network:observability": {
        "prometheus": {
            "integrate": {"namespace": "watch", "scraper": {"namespace": "watch", "labels": {"a": "b"}}}
        },
        "logs": {"store": {"install": {}}},
    }
}


def out_of_reach(
    over: dict[str, Any] | None = None, *, everything: bool = False, watched: bool = False, **chart: str
) -> StackConfig:
    """A stack with charts from a repository that does not answer; not even by a URL that a stack may name."""
    config = (
        stacks.everything()
        if everything
        else stacks.stack_config("prod", over, without=() if watched else stacks.WATCHING)
    )
    lost = {"repository": "http://127.0.0.1:1"}
    charts = Charts(
        traefik=TraefikChart().model_copy(update={**lost, **chart}),
        cert_manager=CertManagerChart().model_copy(update=lost),
        prometheus_stack=PrometheusStackChart().model_copy(update=lost),
        blackbox_exporter=BlackboxExporterChart().model_copy(update=lost),
        collector=CollectorChart().model_copy(update=lost),
        victoria_logs=VictoriaLogsChart().model_copy(update=lost),
    )
    return config.model_copy(update={"charts": charts})


def test_without_repositories_the_lab_has_charts_of_its_own(tmp_path: Path) -> None:
    charts = provide(parts(tmp_path), tmp_path / "charts", tmp_path / "cache", out_of_reach())
    assert {key: chart.origin for key, chart in charts.items()} == {
        "traefik": "the lab's stand-in",
        "certManager": "cert-manager's own sources",
    }
    assert (charts["traefik"].folder / "Chart.yaml").exists()


def test_the_stand_in_has_a_file_per_kind_as_the_real_chart_has(tmp_path: Path) -> None:
    charts = provide(parts(tmp_path), tmp_path / "charts", tmp_path / "cache", out_of_reach())
    files = {file.name for file in (charts["traefik"].folder / "crds").iterdir()}
    assert files == {"traefik.io_middlewares.yaml", "traefik.io_tlsoptions.yaml"}


def test_a_stack_that_installs_prometheus_has_its_charts_with_the_operator_s_kinds(tmp_path: Path) -> None:
    config = out_of_reach(watched=True)
    charts = provide(parts(tmp_path), tmp_path / "charts", tmp_path / "cache", config)
    assert {"prometheusStack", "blackboxExporter"} <= charts.keys()
    kinds = charts["prometheusStack"].folder / "charts" / "crds" / "crds"
    assert [file.name for file in kinds.iterdir()] == ["crd-probes.yaml"]


def test_a_stack_has_the_charts_of_what_takes_its_logs_and_traces_and_no_others(tmp_path: Path) -> None:
    def keys(config: StackConfig) -> set[str]:
        return {*provide(parts(tmp_path), tmp_path / "charts", tmp_path / "cache", config)}

    assert keys(out_of_reach(LOGS)) == {"traefik", "certManager", "collector", "victoriaLogs"}
    assert "collector" in keys(out_of_reach(everything=True))
    assert "victoriaLogs" not in keys(out_of_reach(everything=True))


def test_the_real_chart_is_used_without_grafana(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    real = tmp_path / "real"
    (real / "charts" / "grafana").mkdir(parents=True)
    (real / "Chart.yaml").write_text("name: x\ndependencies: [{name: crds}, {name: grafana}]\n")
    monkeypatch.setattr(
        "lab.charts.download", lambda name, *_: real if name == "kube-prometheus-stack" else None
    )
    config = out_of_reach(watched=True)
    charts = provide(parts(tmp_path), tmp_path / "charts", tmp_path / "cache", config)
    chart = charts["prometheusStack"]
    assert chart.origin.endswith("without Grafana")
    assert not list(chart.folder.rglob("grafana"))
    assert yaml.safe_load((chart.folder / "Chart.yaml").read_text())["dependencies"] == [{"name": "crds"}]


def test_a_chart_that_the_stack_brings_is_left_to_it(tmp_path: Path) -> None:
    config = out_of_reach(path="/their/chart")
    charts = provide(parts(tmp_path), tmp_path / "charts", tmp_path / "cache", config)
    assert list(charts) == ["certManager"]


def test_a_reachable_repository_is_preferred(repository: tuple[str, Path], tmp_path: Path) -> None:
    config = out_of_reach(repository=repository[0], version="41.3.0")
    charts = provide(parts(tmp_path), tmp_path / "charts", tmp_path / "cache", config)
    assert charts["traefik"].origin == f"41.3.0 of {repository[0]}"
