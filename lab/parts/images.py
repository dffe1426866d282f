"""The images that pods ask for, made of the parts under the names that charts and manifests use."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from lab.machine.node_config import TRUST
from lab.parts import oci
from lab.parts.catalogue import every_part
from lab.parts.libraries import libraries
from lab.parts.observability import COLLECTOR, LOG_STORE, prometheus_version
from lab.parts.recipe import PartError
from lab.parts.store import Store
from lab.paths import cache_dir
from network import versions

_NON_ROOT = "65532"
"""The user of Google's distroless images, which most of the real images are built on."""


@dataclass(frozen=True)
class Image:
    """An image of one program of a part."""

    name: str
    part: str
    file: str
    """In the part's folder."""
    path: str
    """In the image; the entrypoint, since charts and manifests give arguments only."""
    user: str = _NON_ROOT
    tools: Mapping[str, str] = field(default_factory=dict[str, str])
    """Further programs: file in the part's folder -> path in the image."""
    linked: bool = False
    """Whether the programs need shared libraries: they are taken along."""

    def files(self, folder: Path) -> dict[str, Path]:
        """Path in the image -> file, for a part in `folder`. PartError if a program is missing."""
        found = {self.path: folder / self.file}
        found |= {path: folder / file for file, path in self.tools.items()}
        for program in found.values():
            if not program.exists():
                raise PartError(f"image {self.name}: {program} is missing. Next: python -m lab.parts")
        if self.linked:
            for program in list(found.values()):
                found |= libraries(program)
        return found


@cache
def demo() -> Image:
    """The backend of every declared workload, with the program's own key, so that pods are rolled when it
    changes."""
    return Image(
        name=f"registry.webgrip.dev/lab/demo:{every_part()['demo'].key}",
        part="demo",
        file="demo",
        path="/usr/local/bin/demo",
    )


REDIS = Image(
    name="docker.io/library/redis:debian",
    part="redis",
    file="redis-server",
    path="/usr/local/bin/redis-server",
    tools={"redis-cli": "/usr/local/bin/redis-cli"},
    linked=True,
)
"""Debian's Redis."""


def _cert_manager(command: str) -> Image:
    return Image(
        name=f"quay.io/jetstack/cert-manager-{command}:{every_part()['cert-manager'].version}",
        part="cert-manager",
        file=command,
        path=f"/app/cmd/{command}/{command}",
    )


def _observability() -> tuple[Image, ...]:
    """What watches, at the paths in the images that charts and operator call."""
    parts = every_part()
    prometheus = f"v{prometheus_version()}"
    operator = parts["prometheus-operator"].version
    state_metrics = "kube-state-metrics"
    return (
        *(
            Image(f"quay.io/prometheus-operator/{name}:{operator}", "prometheus-operator", name, path)
            for name, path in (
                ("prometheus-operator", "/bin/operator"),
                ("prometheus-config-reloader", "/bin/prometheus-config-reloader"),
            )
        ),
        *(
            Image(f"quay.io/prometheus/{part}:{tag}", part, part, f"/bin/{part.replace('-', '_')}")
            for part, tag in (
                ("prometheus", f"{prometheus}-distroless"),
                ("alertmanager", parts["alertmanager"].version),
                ("node-exporter", f"{parts['node-exporter'].version}-distroless"),
                ("blackbox-exporter", parts["blackbox-exporter"].version),
            )
        ),
        Image(
            name=f"registry.k8s.io/{state_metrics}/{state_metrics}:{parts[state_metrics].version}",
            part=state_metrics,
            file=state_metrics,
            path=f"/{state_metrics}",
        ),
        Image(
            name=f"docker.io/{versions.COLLECTOR_IMAGE}:{parts[COLLECTOR].version.removeprefix('v')}",
            part=COLLECTOR,
            file="otelcol-k8s",
            path="/otelcol-k8s",
        ),
        Image(
            name=f"docker.io/{versions.VICTORIA_LOGS_IMAGE}:{parts[LOG_STORE].version}",
            part=LOG_STORE,
            file=LOG_STORE,
            path="/victoria-logs-prod",
        ),
    )


@cache
def every_image() -> tuple[Image, ...]:
    """Every image that the lab makes."""
    parts = every_part()
    return (
        Image(
            name=f"registry.k8s.io/pause:{parts['pause'].version}",
            part="pause",
            file="pause",
            path="/pause",
            user="65535",
        ),
        Image(
            name=f"registry.k8s.io/coredns/coredns:{parts['coredns'].version}",
            part="coredns",
            file="coredns",
            path="/coredns",
        ),
        Image(
            name=f"docker.io/library/traefik:{parts['traefik'].version}",
            part="traefik",
            file="traefik",
            path="/usr/local/bin/traefik",
            user="0",
        ),
        *(
            _cert_manager(command)
            for command in ("controller", "cainjector", "webhook", "acmesolver", "startupapicheck")
        ),
        Image(
            name=f"{versions.METRICS_SERVER_IMAGE}:{parts['metrics-server'].version}",
            part="metrics-server",
            file="metrics-server",
            path="/metrics-server",
        ),
        Image(
            name=f"quay.io/cilium/hubble-relay:{parts['hubble'].version}",
            part="hubble",
            file="hubble-relay",
            path="/usr/bin/hubble-relay",
        ),
        *_observability(),
        demo(),
        REDIS,
    )


def ensure(parts: Mapping[str, Path], trust: Path) -> Mapping[str, Path]:
    """The archive of each image whose part is among `parts`, by name; missing ones are made.

    `trust` is a file of the authorities, in PEM, that the programs in the images trust. PartError
    if a program is missing.
    """
    authorities = trust.read_bytes()
    return {
        image.name: _archive(image, image.files(parts[image.part]), authorities)
        for image in every_image()
        if image.part in parts
    }


def _archive(image: Image, files: Mapping[str, Path], authorities: bytes) -> Path:
    """The image's archive, from the cache or made."""
    places = [(path, str(file.resolve()), file.stat().st_size) for path, file in sorted(files.items())]
    key = hashlib.sha256(repr((image, places)).encode() + authorities).hexdigest()[:16]

    def make(folder: Path) -> None:
        content = oci.Content(
            name=image.name,
            files=files,
            texts={
                TRUST: authorities,
                "/etc/passwd": f"app:x:{image.user}:{image.user}::/:/sbin/nologin\n".encode(),
            },
            entrypoint=[image.path],
            user=image.user,
        )
        oci.write(content, folder / "image.tar")

    slug = image.name.rpartition(":")[0].replace("/", "_")
    return Store(cache_dir() / "images").obtain(slug, key, make) / "image.tar"
