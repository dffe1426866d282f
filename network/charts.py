"""What stands in a chart, from wherever it is: a folder, an archive, a repository, a registry.

Helm reads charts for itself; this is for what the program declares from them.
"""

import hashlib
import io
import json
import re
import tarfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast
from urllib.error import HTTPError
from urllib.parse import urlencode, urljoin
from urllib.request import Request, urlopen

import yaml

from network.config.charts import Chart

TIMEOUT_SECONDS = 30
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
CONTENT = "application/vnd.cncf.helm.chart.content.v1.tar+gzip"
"""Media types of Helm charts in registries."""

# In C it reads an index, or half a megabyte of definitions, ten times as fast; not every installation has it.
Loader: Any = type("Loader", (getattr(yaml, "CSafeLoader", yaml.SafeLoader),), {})
# A bare `=` is text, as for Go's readers: the definition of AlertmanagerConfig lists it among operators.
Loader.add_constructor("tag:yaml.org,2002:value", Loader.construct_yaml_str)


class ChartError(Exception):
    """The chart cannot be read; the message says where and why."""


def chart_files(name: str, chart: Chart) -> Mapping[str, bytes]:
    """Return Chart.yaml and the files in `crds/` of a chart and of charts within it, by their paths.

    Raises ChartError.
    """
    try:
        if chart.path is None:
            return _unpacked(_archive(name, chart), chart.repository)
        path = Path(chart.path)
        if path.is_dir():
            return {
                str(file.relative_to(path)): file.read_bytes()
                for file in (path / "Chart.yaml", *sorted(path.glob("**/crds/*")))
                if file.is_file() and _is_read(str(file.relative_to(path)))
            }
        return _unpacked(path.read_bytes(), chart.path)
    except (OSError, ValueError, KeyError, TypeError, yaml.YAMLError) as error:
        raise ChartError(f"{chart.path or chart.repository}: {error or type(error).__name__}") from None


def _is_read(path: str) -> bool:
    return path == "Chart.yaml" or re.fullmatch(r"(charts/[^/]+/)*crds/[^/]+", path) is not None


def _unpacked(archive: bytes, where: str) -> Mapping[str, bytes]:
    """Return the files of a packed chart, whose one folder has the chart's name."""
    files: dict[str, bytes] = {}
    try:
        with tarfile.open(fileobj=io.BytesIO(archive), mode="r:gz") as tar:
            for member in tar:
                path = member.name.partition("/")[2]
                content = tar.extractfile(member) if member.isfile() and _is_read(path) else None
                if content is not None:
                    files[path] = content.read()
    except tarfile.TarError as error:
        raise ChartError(f"{where} is no packed chart ({error})") from None
    return files


def _archive(name: str, chart: Chart) -> bytes:
    """Return the packed chart from its repository or registry, checked against the digest announced there."""
    if chart.repository.startswith("oci://"):
        return _pulled(f"{chart.repository.rstrip('/')}/{name}", chart.canonical_version)
    base = f"{chart.repository.rstrip('/')}/"
    entry = _entry(_read(urljoin(base, "index.yaml")).decode(), name, chart.canonical_version)
    if entry is None:
        raise ChartError(f"{chart.repository} has no chart {name} {chart.canonical_version}")
    return _checked(_read(urljoin(base, entry["urls"][0])), str(entry.get("digest", "")), base)


def _entry(index: str, name: str, version: str) -> Mapping[str, Any] | None:
    """Return the entry of a version in a repository's index, without reading those of all others."""
    for piece in re.split(r"(?m)^(?=  - )", index):
        if re.search(rf"(?m)^    version: [\"']?{re.escape(version)}[\"']?\s*$", piece):
            own = "\n".join(line for line in piece.splitlines() if line.startswith(("  - ", "    ")))
            for entry in cast(list[dict[str, Any]], yaml.load(own, Loader=Loader)):
                if entry.get("name") == name:
                    return entry
    whole = cast(dict[str, Any], yaml.load(index, Loader=Loader))
    entries = cast(list[dict[str, Any]], whole["entries"].get(name, []))
    return next((each for each in entries if str(each["version"]) == version), None)


def _pulled(reference: str, tag: str) -> bytes:
    """Return the content of a chart in an OCI registry, which must let anybody read."""
    host, _, path = reference.removeprefix("oci://").partition("/")
    base = f"https://{host}/v2/{path}"
    headers = {"Accept": MANIFEST}
    try:
        text = _read(f"{base}/manifests/{tag}", headers)
    except HTTPError as error:
        if error.code != 401:
            raise
        headers["Authorization"] = f"Bearer {_token(error.headers.get('WWW-Authenticate', ''))}"
        text = _read(f"{base}/manifests/{tag}", headers)
    layers = cast(list[dict[str, Any]], json.loads(text)["layers"])
    digest = next(str(layer["digest"]) for layer in layers if layer["mediaType"] == CONTENT)
    return _checked(_read(f"{base}/blobs/{digest}", headers), digest, reference)


def _token(challenge: str) -> str:
    """Return what a registry's token service gives to anybody."""
    asked = dict(cast(list[tuple[str, str]], re.findall(r'(\w+)="([^"]*)"', challenge)))
    query = urlencode({key: asked[key] for key in ("service", "scope") if key in asked})
    told = cast(dict[str, str], json.loads(_read(f"{asked['realm']}?{query}")))
    return told.get("token") or told["access_token"]


def _checked(content: bytes, digest: str, where: str) -> bytes:
    if digest and hashlib.sha256(content).hexdigest() != digest.removeprefix("sha256:"):
        raise ChartError(f"{where} sent another chart than it announces")
    return content


def _read(url: str, headers: Mapping[str, str] | None = None) -> bytes:
    with urlopen(Request(url, headers=dict(headers or {})), timeout=TIMEOUT_SECONDS) as answer:
        return answer.read()
