"""Namespaces: who owns them, and the standard that Pod Security Admission holds their pods to (SVC-4)."""

from dataclasses import dataclass
from typing import Literal

from network.config import StackConfig
from network.plan.model.kubernetes import Manifest, manifest

PodSecurity = Literal["restricted", "baseline", "privileged"]


@dataclass(frozen=True)
class NamespacePlan:
    """One namespace and what bounds it."""

    name: str
    owner: Literal["created", "adopted"]
    """An adopted one exists: it is labelled, and outlives `destroy` and its application."""
    namespace: Manifest
    holds: Literal["platform", "application"]
    """Whose pods run in it."""
    bounds: tuple[Manifest, ...] = ()
    """ResourceQuota and LimitRange."""


def of_platform(config: StackConfig, name: str) -> NamespacePlan:
    """Return a namespace of the platform's own pods: all of them meet the strictest standard. That of an
    adopted release stays with it."""
    owner = "adopted" if f"{name}/{name}" in config.adopt.releases else "created"
    return NamespacePlan(name, owner, labelled(config, name, "restricted"), "platform")


def labelled(config: StackConfig, name: str, enforce: PodSecurity) -> Manifest:
    """Return a namespace that enforces a standard and warns of and audits the strictest, unless all is
    allowed."""
    version = kubernetes_minor(config)
    told = "privileged" if enforce == "privileged" else "restricted"
    levels = {"enforce": enforce, "audit": told, "warn": told}
    labels: dict[str, str] = {}
    for mode, level in levels.items():
        labels[f"pod-security.kubernetes.io/{mode}"] = level
        labels[f"pod-security.kubernetes.io/{mode}-version"] = version
    return manifest("v1", "Namespace", name, labels=labels)


def kubernetes_minor(config: StackConfig) -> str:
    """Return the cluster's minor version as Pod Security Admission spells it, such as `v1.36`.

    Pinned to the cluster's, so that a Kubernetes upgrade never tightens a standard unseen.
    """
    major, minor, *_ = config.cluster.version.split(".")
    return f"v{major}.{minor}"
