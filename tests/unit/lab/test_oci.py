"""Images made without a builder."""

import hashlib
import io
import json
import os
import tarfile
from pathlib import Path

import pytest

from lab.parts import oci


@pytest.fixture
def content(tmp_path: Path) -> oci.Content:
    program = tmp_path / "program"
    program.write_bytes(b"\x7fELF program")
    return oci.Content(
        name="registry.example/team/app:v1.2.3",
        files={"/usr/local/bin/app": program},
        texts={"/etc/passwd": b"app:x:7:7::/:\n"},
        entrypoint=["/usr/local/bin/app"],
        user="7",
    )


def _written(content: oci.Content, path: Path) -> dict[str, bytes]:
    """The archive's files by name."""
    oci.write(content, path)
    with tarfile.open(path) as archive:
        return {entry.name: file.read() for entry in archive if (file := archive.extractfile(entry))}


def _blob(files: dict[str, bytes], digest: str) -> bytes:
    return files[f"blobs/sha256/{digest.removeprefix('sha256:')}"]


def _layer(files: dict[str, bytes]) -> tarfile.TarFile:
    index = json.loads(files["index.json"])
    manifest = json.loads(_blob(files, index["manifests"][0]["digest"]))
    return tarfile.open(fileobj=io.BytesIO(_blob(files, manifest["layers"][0]["digest"])))


def test_the_same_files_give_the_same_archive(content: oci.Content, tmp_path: Path) -> None:
    oci.write(content, tmp_path / "one.tar")
    os.utime(content.files["/usr/local/bin/app"], (1, 1))
    oci.write(content, tmp_path / "two.tar")
    assert (tmp_path / "one.tar").read_bytes() == (tmp_path / "two.tar").read_bytes()


def test_another_program_gives_another_archive(content: oci.Content, tmp_path: Path) -> None:
    oci.write(content, tmp_path / "one.tar")
    content.files["/usr/local/bin/app"].write_bytes(b"other")
    oci.write(content, tmp_path / "two.tar")
    assert (tmp_path / "one.tar").read_bytes() != (tmp_path / "two.tar").read_bytes()


def test_every_blob_is_named_by_its_digest(content: oci.Content, tmp_path: Path) -> None:
    files = _written(content, tmp_path / "image.tar")
    blobs = {name: data for name, data in files.items() if name.startswith("blobs/")}
    assert len(blobs) == 3
    for name, data in blobs.items():
        assert name == f"blobs/sha256/{hashlib.sha256(data).hexdigest()}"


def test_sizes_and_references_agree(content: oci.Content, tmp_path: Path) -> None:
    files = _written(content, tmp_path / "image.tar")
    entry = json.loads(files["index.json"])["manifests"][0]
    manifest = json.loads(_blob(files, entry["digest"]))
    for reference in (entry, manifest["config"], *manifest["layers"]):
        assert len(_blob(files, reference["digest"])) == reference["size"]
    config = json.loads(_blob(files, manifest["config"]["digest"]))
    assert config["rootfs"]["diff_ids"] == [manifest["layers"][0]["digest"]]


def test_the_image_carries_name_entrypoint_and_user(content: oci.Content, tmp_path: Path) -> None:
    files = _written(content, tmp_path / "image.tar")
    entry = json.loads(files["index.json"])["manifests"][0]
    assert entry["annotations"]["io.containerd.image.name"] == content.name
    assert entry["annotations"]["org.opencontainers.image.ref.name"] == "v1.2.3"
    manifest = json.loads(_blob(files, entry["digest"]))
    config = json.loads(_blob(files, manifest["config"]["digest"]))["config"]
    assert config["Entrypoint"] == ["/usr/local/bin/app"]
    assert config["User"] == "7"


def test_programs_are_executable_and_texts_are_not(content: oci.Content, tmp_path: Path) -> None:
    with _layer(_written(content, tmp_path / "image.tar")) as layer:
        assert layer.getmember("usr/local/bin/app").mode == 0o755
        assert layer.getmember("etc/passwd").mode == 0o644


def test_anyone_may_write_to_tmp(content: oci.Content, tmp_path: Path) -> None:
    with _layer(_written(content, tmp_path / "image.tar")) as layer:
        assert layer.getmember("tmp").mode == 0o1777


def test_a_folder_comes_before_what_is_in_it(content: oci.Content, tmp_path: Path) -> None:
    with _layer(_written(content, tmp_path / "image.tar")) as layer:
        names = layer.getnames()
    assert names.index("usr") < names.index("usr/local/bin") < names.index("usr/local/bin/app")


def test_nothing_but_the_archive_stays(content: oci.Content, tmp_path: Path) -> None:
    target = tmp_path / "out"
    target.mkdir()
    oci.write(content, target / "image.tar")
    assert [path.name for path in target.iterdir()] == ["image.tar"]
