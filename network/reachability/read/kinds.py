"""Which kinds of objects decide about connections, which say nothing about them, and which nobody knows.

To leave out what decides would be a wrong answer, so whatever looks as if it did is refused; the list is
open, for there are more kinds of policies than anybody can name.
"""

import re
from collections.abc import Mapping
from difflib import SequenceMatcher, get_close_matches
from typing import Any

from network.reachability.errors import UnreadableError
from network.reachability.read import foreign

TEMPLATES: Mapping[str, tuple[str, ...]] = {
    "Deployment": ("spec", "template"),
    "StatefulSet": ("spec", "template"),
    "DaemonSet": ("spec", "template"),
    "ReplicaSet": ("spec", "template"),
    "ReplicationController": ("spec", "template"),
    "Job": ("spec", "template"),
    "CronJob": ("spec", "jobTemplate", "spec", "template"),
}
"""Where each kind of workload holds its pods."""

TEMPLATE_GROUPS = ("", "apps", "batch", "extensions")
"""Groups of these kinds, in whatever version: `extensions` is where they were once."""

_BUILT_IN: Mapping[str, tuple[str, ...]] = {
    "": (
        *("Binding", "ComponentStatus", "ConfigMap", "Endpoints", "Event", "LimitRange", "Namespace", "Node"),
        *("PersistentVolume", "PersistentVolumeClaim", "Pod", "PodTemplate", "ReplicationController"),
        *("ResourceQuota", "Secret", "Service", "ServiceAccount"),
    ),
    "apps": ("ControllerRevision", "DaemonSet", "Deployment", "ReplicaSet", "StatefulSet"),
    "batch": ("CronJob", "Job"),
    "extensions": ("DaemonSet", "Deployment", "Ingress", "NetworkPolicy", "PodSecurityPolicy", "ReplicaSet"),
    "networking.k8s.io": ("IPAddress", "Ingress", "IngressClass", "NetworkPolicy", "ServiceCIDR"),
    "policy": ("Eviction", "PodDisruptionBudget", "PodSecurityPolicy"),
    "autoscaling": ("HorizontalPodAutoscaler", "Scale"),
    "rbac.authorization.k8s.io": ("ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"),
}
"""Kinds of Kubernetes' own groups that people write: another one is a mistake."""

_VERSION = re.compile(r"([a-z0-9]([-a-z0-9.]*[a-z0-9])?/)?[a-z0-9]([-a-z0-9]*[a-z0-9])?")

_DECIDING = (
    *("NetworkPolicy", "CiliumNetworkPolicy", "CiliumClusterwideNetworkPolicy", "CiliumCIDRGroup"),
    *("AdminNetworkPolicy", "BaselineAdminNetworkPolicy", "ClusterNetworkPolicy", "MultiNetworkPolicy"),
    *("GlobalNetworkPolicy", "NetworkSet", "GlobalNetworkSet", "HostEndpoint", "Profile", "Tier"),
    *("EgressFirewall", "EgressNetworkPolicy", "ApplicationNetworkPolicy", "PolicyEndpoint"),
    *("SecurityGroupPolicy", "FQDNNetworkPolicy", "AuthorizationPolicy", "PeerAuthentication", "Sidecar"),
    *("ServerAuthorization", "ServiceIntentions", "MeshTrafficPermission", "TrafficPermission"),
    *("ClientIntents", "NvSecurityRule", "NvClusterSecurityRule", "KubeArmorPolicy"),
    *("Server", "TrafficTarget", "SecurityGroup"),
)
"""Some kinds that decide: also what looks like one of them is refused."""

_GROUPS_OF_GENERAL_NAMES = re.compile(r"calico|antrea|cilium|istio|tigera|linkerd|kuma|consul|kubeovn")
_GENERAL_NAMES = ("NetworkSet", "HostEndpoint", "Profile", "Tier", "Sidecar", "Server", "SecurityGroup")
"""Other groups call other things so."""

_LOOKS_DECIDING = re.compile(
    r"(network|firewall|traffic|authorization|egress|ingress|security|intentions?|zone|peer|segment)"
    r"\w*?(polic(y|ies)|rules?|firewalls?|permissions?)$"
    r"|firewall|networkpolic|intentions?$|isolation",
    re.IGNORECASE,
)
_HARMLESS = re.compile(
    # Admission, gateways' and clouds' own affairs, which say nothing about connections between pods.
    r"^(PodSecurityPolicy|CiliumEgressGatewayPolicy|AntreaEgress|StagedNetworkPolicy|StagedGlobalNetworkPolicy"
    r"|StagedKubernetesNetworkPolicy|BackendTrafficPolicy|ClientTrafficPolicy|TracingPolicy\w*"
    r"|PodNetworkConnectivityCheck|TrafficSplit|\w*PolicyReport)$"
)
_HARMLESS_GROUPS = re.compile(
    r"(^|\.)(gateway\.\w+|gateway\.networking\.k8s\.io|admissionregistration\.k8s\.io|apiextensions\.k8s\.io"
    r"|crossplane\.io|upbound\.io|services\.k8s\.aws|cnrm\.cloud\.google\.com|azure\.com)"
)


def group(version: str) -> str:
    """Return the group of an `apiVersion`; Kubernetes' oldest one has no name."""
    return version.rpartition("/")[0]


def check_unknown(kind: str, version: str) -> None:
    """Refuse an object that the analysis does not read, if it may decide who reaches whom."""
    within = group(version)
    if not _VERSION.fullmatch(version):
        raise UnreadableError("apiVersion", f"`{version}` is none: write it like v1 or apps/v1")
    if not within and version != "v1":
        raise UnreadableError("apiVersion", f"there is no {version}: is v1 meant?")
    if kind == "NetworkPolicy":
        raise UnreadableError(
            "apiVersion",
            f"NetworkPolicy of {version} decides about connections, and is not modelled: only that of "
            "networking.k8s.io/v1 and Cilium's are",
        )
    if kind.endswith("List") and (within in _BUILT_IN or kind.removesuffix("List") in _DECIDING):
        raise UnreadableError("items", f"a {kind} has a list of objects here")
    if within in _BUILT_IN and kind not in _BUILT_IN[within]:
        raise UnreadableError("kind", f"{version} has no kind {kind}{_nearest(kind, _BUILT_IN[within])}")
    meant = next((known for known in _BUILT_IN if _is_slip(within, known)), None)
    if meant is not None:
        raise UnreadableError("apiVersion", f"no group is called {within}: is {meant} meant?")
    if within in _BUILT_IN or _HARMLESS.match(kind) or _HARMLESS_GROUPS.search(within):
        return
    named = kind in _DECIDING and (kind not in _GENERAL_NAMES or _GROUPS_OF_GENERAL_NAMES.search(within))
    if named or _LOOKS_DECIDING.search(kind):
        raise UnreadableError(
            "kind",
            f"{kind} ({version}) decides about connections, as far as its name tells, and is not modelled: "
            f"`--without {kind}` leaves it out, on your word that it does not",
        )
    if kind not in _GENERAL_NAMES and get_close_matches(kind, _DECIDING, 1, 0.9):
        raise UnreadableError("kind", f"there is no {kind} in {version}{_nearest(kind, _DECIDING)}")


def _is_slip(group: str, known: str) -> bool:
    """Say whether a known group was meant. Every other one is somebody's own, however like it is as a whole:
    `networking.istio.io`, `policy.networking.k8s.io`, `autoscaling.k8s.io`."""
    if group == known or group.count(".") != known.count("."):
        return False
    pairs = zip(group.split("."), known.split("."), strict=True)
    return all(sorted(a) == sorted(b) or SequenceMatcher(None, a, b).ratio() >= 0.75 for a, b in pairs)


def _nearest(kind: str, known: tuple[str, ...]) -> str:
    lower = {each.lower(): each for each in known}
    found = get_close_matches(kind.lower(), lower, 1, 0.6)
    return f": is {lower[found[0]]} meant?" if found else ""


def is_workload(kind: str, version: str) -> bool:
    """Say whether it is one of Kubernetes' own kinds of workloads."""
    return kind in TEMPLATES and group(version) in TEMPLATE_GROUPS


def foreign_group(version: str) -> str | None:
    """Return the group of an object that another controller may make something of; None if none does."""
    within = group(version)
    return None if within in _BUILT_IN or within == "apiextensions.k8s.io" else within


def check_held(manifest: Mapping[str, Any], kind: str) -> bool:
    """Refuse an object that holds policies which something makes of it; say whether it holds workloads."""
    workloads = False
    for held, version in foreign.held(manifest):
        workloads |= is_workload(held, version) or held == "Pod"
        if held in _DECIDING and held not in _GENERAL_NAMES:
            raise UnreadableError(
                "",
                f"it holds a {held} ({version}), and where it becomes one is not known: give what is made of "
                f"it, and `--without {kind}`",
            )
    return workloads


_MAKING = ("Application", "ApplicationSet", "HelmRelease", "HelmChart", "Kustomization", "Template", "Addon")


def makes_others(kind: str) -> bool:
    """Say whether objects of a kind that is left out bring other objects, which are then missing."""
    return kind in _MAKING
