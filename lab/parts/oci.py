"""OCI images without a builder: one layer of files, an archive in OCI's image layout.

The same files give the same bytes: no times, no owners, a fixed order.
"""

import hashlib
import io
import json
import tarfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

_MEDIA = "application/vnd.oci.image"


@dataclass(frozen=True)
class Content:
    """What goes into an image."""

    name: str
    """As manifests ask for it, with registry and tag."""
    files: Mapping[str, Path]
    """Path in the image -> file; all are executable."""
    texts: Mapping[str, bytes]
    """Path in the image -> contents of a file that everyone may read."""
    entrypoint: Sequence[str]
    user: str
    """Numeric, as the kubelet wants it to judge `runAsNonRoot`."""


@dataclass(frozen=True)
class _Blob:
    """Bytes of the archive that their digest names."""

    source: Path | bytes

    @property
    def size(self) -> int:
        return len(self.source) if isinstance(self.source, bytes) else self.source.stat().st_size

    def digest(self) -> str:
        """The SHA-256, in hexadecimal digits."""
        if isinstance(self.source, bytes):
            return hashlib.sha256(self.source).hexdigest()
        with self.source.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()


def write(content: Content, archive: Path) -> None:
    """Write the image's archive. A layer file stands beside it for the time of writing."""
    layer_file = archive.with_suffix(".layer")
    try:
        _write_layer(content, layer_file)
        _write_archive(content, _Blob(layer_file), archive)
    finally:
        layer_file.unlink(missing_ok=True)


def _write_layer(content: Content, path: Path) -> None:
    """The file system of the image."""
    targets = sorted({*content.files, *content.texts})
    folders = {str(parent) for target in targets for parent in PurePosixPath(target).parents}
    with tarfile.open(path, "w", format=tarfile.PAX_FORMAT) as layer:
        for folder in sorted({*folders, "/tmp"} - {"/"}):
            entry = tarfile.TarInfo(folder.lstrip("/"))
            entry.type = tarfile.DIRTYPE
            entry.mode = 0o1777 if folder == "/tmp" else 0o755
            layer.addfile(entry)
        for target in targets:
            entry = tarfile.TarInfo(target.lstrip("/"))
            if target in content.texts:
                entry.mode, entry.size = 0o644, len(content.texts[target])
                layer.addfile(entry, io.BytesIO(content.texts[target]))
            else:
                entry.mode, entry.size = 0o755, content.files[target].stat().st_size
                with content.files[target].open("rb") as file:
                    layer.addfile(entry, file)


def _write_archive(content: Content, layer: _Blob, path: Path) -> None:
    """Layer, configuration, manifest and index, in OCI's image layout."""
    digest = layer.digest()
    config = _json(
        {
            "architecture": "amd64",
            "os": "linux",
            "config": {
                "Entrypoint": list(content.entrypoint),
                "Env": ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],
                "User": content.user,
                "WorkingDir": "/",
            },
            "rootfs": {"type": "layers", "diff_ids": [f"sha256:{digest}"]},
        }
    )
    manifest = _json(
        {
            "schemaVersion": 2,
            "mediaType": f"{_MEDIA}.manifest.v1+json",
            "config": _describe(config, f"{_MEDIA}.config.v1+json"),
            "layers": [
                {
                    "mediaType": f"{_MEDIA}.layer.v1.tar",
                    "digest": f"sha256:{digest}",
                    "size": layer.size,
                }
            ],
        }
    )
    index = {
        **_describe(manifest, f"{_MEDIA}.manifest.v1+json"),
        "platform": {"architecture": "amd64", "os": "linux"},
        "annotations": {
            "io.containerd.image.name": content.name,
            "org.opencontainers.image.ref.name": content.name.rpartition(":")[2],
        },
    }
    with tarfile.open(path, "w", format=tarfile.PAX_FORMAT) as archive:
        _add(archive, "oci-layout", _Blob(b'{"imageLayoutVersion":"1.0.0"}'))
        _add(archive, "index.json", _json({"schemaVersion": 2, "manifests": [index]}))
        for blob in (config, manifest):
            _add(archive, f"blobs/sha256/{blob.digest()}", blob)
        _add(archive, f"blobs/sha256/{digest}", layer)


def _json(value: object) -> _Blob:
    """A document as bytes that depend on nothing but its contents."""
    return _Blob(json.dumps(value, sort_keys=True, separators=(",", ":")).encode())


def _describe(blob: _Blob, media: str) -> dict[str, object]:
    """How another document refers to a blob."""
    return {"mediaType": media, "digest": f"sha256:{blob.digest()}", "size": blob.size}


def _add(archive: tarfile.TarFile, name: str, blob: _Blob) -> None:
    """A blob as a file of the archive."""
    entry = tarfile.TarInfo(name)
    entry.mode, entry.size = 0o644, blob.size
    if isinstance(blob.source, bytes):
        archive.addfile(entry, io.BytesIO(blob.source))
    else:
        with blob.source.open("rb") as file:
            archive.addfile(entry, file)
