"""One stack of one side of a review, as the sections read it."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from network.config.cluster import DEFAULT_CNI
from network.review.document import Document

SINGLE = {"Vpc": "", "KubernetesCluster": "", "Firewall": "-nodes"}
"""Types that a stack has one of, with what its name ends in; under a new name it stays the same resource. The
VPN's firewall is another one."""

ResourceKey = tuple[str, str]
ObjectKey = tuple[str, str, str]
"""Kind, namespace ("" outside of any) and name."""


class Side:
    """A valid plan; readers take parts that are absent for empty, as an older version's may be."""

    def __init__(self, document: Document) -> None:
        self.document = document

    @cached_property
    def config(self) -> Mapping[str, Any]:
        """The whole configuration, defaults filled in."""
        return self.document.get("config", {})

    @cached_property
    def environment(self) -> str:
        """Name of the environment."""
        return self.config.get("environment", {}).get("name", "")

    @cached_property
    def production(self) -> bool:
        """Whether its tier is production."""
        return self.config.get("environment", {}).get("tier") == "production"

    @cached_property
    def cni(self) -> str:
        """`cilium` or `generic`."""
        return self.config.get("cluster", {}).get("cni", DEFAULT_CNI)

    @cached_property
    def resources(self) -> dict[ResourceKey, Document]:
        """DigitalOcean's resources."""
        return {
            (each["type"], "" if _is_single(each) else each["name"]): each
            for each in self.document.get("resources", [])
        }

    @cached_property
    def objects(self) -> dict[ObjectKey, Document]:
        """Kubernetes' objects."""
        return {key_of(each): each for each in self.document.get("objects", [])}

    def of_kind(self, kind: str) -> dict[tuple[str, str], Document]:
        """Return the objects of a kind by namespace and name."""
        return {key[1:]: each for key, each in self.objects.items() if key[0] == kind}

    @cached_property
    def adopted(self) -> frozenset[str]:
        """Namespaces that the platform labels and does not own."""
        return frozenset(self.document.get("adoptedNamespaces", []))

    @cached_property
    def owned(self) -> frozenset[str]:
        """Namespaces that are made, and deleted, by the platform."""
        return frozenset(name for _, name in self.of_kind("Namespace")) - self.adopted

    @cached_property
    def of_applications(self) -> frozenset[str]:
        """Namespaces of applications."""
        return frozenset(
            settings.get("namespace") or name
            for name, settings in self.config.get("applications", {}).items()
        )

    @cached_property
    def releases(self) -> dict[str, Document]:
        """Helm releases by name."""
        return {each["name"]: each for each in self.document.get("releases", [])}

    @cached_property
    def flows(self) -> tuple[Document, ...]:
        """Declared flows. Names are unique in this version's plans, not in every one's."""
        return tuple(self.document.get("flows", []))


def _is_single(resource: Document) -> bool:
    ending = SINGLE.get(resource["type"])
    return ending is not None and resource["name"].endswith(ending)


def key_of(manifest: Document) -> ObjectKey:
    """Return what tells an object from all others."""
    metadata = manifest["metadata"]
    return manifest["kind"], metadata.get("namespace", ""), metadata["name"]


def title_of(key: ObjectKey) -> str:
    """Return `Kind namespace/name`."""
    kind, namespace, name = key
    return f"{kind} {namespace}/{name}" if namespace else f"{kind} {name}"
