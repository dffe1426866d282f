"""Fields of objects beside those that the analysis reads: a misspelt one would be left out in silence.

kubectl refuses every field that the API does not know. Here those are refused that are beside what decides:
of an object's metadata and of a template all, of pods' specs, which grow with each release, those that are
spelt like one that is read.

Source: Kubernetes 1.36, meta/v1 ObjectMeta and core/v1 PodTemplateSpec, PodSpec, Container.
"""

from collections.abc import Mapping
from difflib import get_close_matches
from functools import lru_cache
from typing import Any

from network.reachability import fields
from network.reachability.errors import UnreadableError

OBJECT = ("apiVersion", "kind", "metadata", "spec", "status")
TEMPLATE = ("metadata", "spec", "apiVersion", "kind")
"""The last two are no part of it, but `kubectl create --dry-run` of old wrote them."""
_METADATA = frozenset(
    (
        *("name", "generateName", "namespace", "selfLink", "uid", "resourceVersion", "generation"),
        *("creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "labels", "annotations"),
        *("ownerReferences", "finalizers", "managedFields", "clusterName", "initializers"),
    )
)
_POD = ("containers", "hostNetwork", "serviceAccountName", "serviceAccount")
_KNOWN_LIKE_THEM = frozenset(
    ("initContainers", "ephemeralContainers", "hostPID", "hostIPC", "hostname", "hostUsers", "hostAliases")
)
_CONTAINER = ("ports",)


def metadata(manifest: Mapping[str, Any], path: str = "metadata") -> Mapping[str, Any]:
    """Return the metadata of an object or a template. Raises UnreadableError for fields that none has."""
    given = fields.mapping(manifest.get("metadata"), path)
    if not given.keys() <= _METADATA:
        fields.only(given, tuple(_METADATA), path)
    return given


def check_pod(spec: Mapping[str, Any], path: str) -> None:
    """Refuse a field of a pod's spec that is spelt like one that is read."""
    for key in spec:
        if key not in _POD and key not in _KNOWN_LIKE_THEM and (meant := _meant(key, _POD)):
            raise UnreadableError(f"{path}.{key}", f"there is no such field: is {meant} meant?")


def check_container(container: Mapping[str, Any], path: str) -> None:
    """Likewise of a container."""
    for key in container:
        if key not in _CONTAINER and (meant := _meant(key, _CONTAINER)):
            raise UnreadableError(f"{path}.{key}", f"there is no such field: is {meant} meant?")


@lru_cache(maxsize=1 << 10)
def _meant(key: str, known: tuple[str, ...]) -> str | None:
    lower = {each.lower(): each for each in known}
    found = get_close_matches(key.lower(), lower, 1, 0.85 if len(key) > 8 else 0.8)
    return lower[found[0]] if found else None
