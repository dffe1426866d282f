"""Charts as their own repositories serve them, kept in the cache once they could be reached."""

import hashlib
import io
import tarfile
from pathlib import Path
from typing import Any, cast
from urllib.parse import urljoin
from urllib.request import urlopen

import yaml

from lab.parts.store import Store

PATIENCE = 5.0
"""Seconds for each answer: a machine without internet shall not wait long for the stand-in."""

# In C it reads the index of a repository, a few megabytes, ten times as fast.
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class ChartError(Exception):
    """A repository does not have what the stack file asks for; the message says what and where."""


def download(name: str, repository: str, version: str, cache: Path) -> Path | None:
    """The folder of a chart from a Helm repository; None when it cannot be reached.

    `oci://` registries are not asked. Raises ChartError when the repository answers without this
    version, or with an archive that is not the one it announces.
    """
    if not repository.startswith(("https://", "http://")):
        return None
    key = f"{version}-{hashlib.sha256(repository.encode()).hexdigest()[:12]}"
    try:
        return (
            Store(cache / "charts").obtain(name, key, lambda to: _fetch(name, repository, version, to)) / name
        )
    except OSError:
        return None


def _fetch(name: str, repository: str, version: str, folder: Path) -> None:
    base = f"{repository.removesuffix('/')}/"
    index = yaml.load(_read(urljoin(base, "index.yaml")), Loader=_Loader)
    wanted = version.removeprefix("v")
    for entry in cast(list[dict[str, Any]], index["entries"].get(name, [])):
        if str(entry["version"]).removeprefix("v") == wanted:
            archive = _read(urljoin(base, entry["urls"][0]))
            if hashlib.sha256(archive).hexdigest() != entry.get("digest"):
                raise ChartError(f"{repository}: the archive of {name} {version} is not the one announced")
            with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
                tar.extractall(folder, filter="data")
            return
    raise ChartError(f"{repository} has no chart {name} {version}; see network:charts in the stack file")


def _read(url: str) -> bytes:
    with urlopen(url, timeout=PATIENCE) as answer:
        return answer.read()
