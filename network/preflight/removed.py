"""Versions of Kubernetes' own APIs that a minor version of it no longer serves
(docs/facts/kubernetes.md#removed-apis)."""

from collections.abc import Mapping

_VALIDATING = "ValidatingAdmissionPolicy ValidatingAdmissionPolicyBinding"
_MUTATING = "MutatingAdmissionPolicy MutatingAdmissionPolicyBinding"
_DEVICES = "DeviceClass ResourceClaim ResourceClaimTemplate ResourceSlice"

_REMOVED: Mapping[tuple[str, int], str] = {
    (
        "admissionregistration.k8s.io/v1beta1",
        34,
    ): _VALIDATING,
    ("storage.k8s.io/v1alpha1", 35): "VolumeAttributesClass",
    ("certificates.k8s.io/v1alpha1", 37): "ClusterTrustBundle",
    ("networking.k8s.io/v1beta1", 37): "IPAddress ServiceCIDR",
    ("storage.k8s.io/v1beta1", 37): "VolumeAttributesClass",
    ("admissionregistration.k8s.io/v1alpha1", 38): _MUTATING,
    ("coordination.k8s.io/v1alpha2", 38): "LeaseCandidate",
    ("resource.k8s.io/v1beta1", 38): _DEVICES,
    ("coordination.k8s.io/v1beta1", 39): "LeaseCandidate",
    ("resource.k8s.io/v1alpha3", 39): "DeviceTaintRule",
    ("resource.k8s.io/v1beta2", 39): _DEVICES,
    ("admissionregistration.k8s.io/v1beta1", 40): _MUTATING,
    ("certificates.k8s.io/v1beta1", 40): "ClusterTrustBundle",
    ("certificates.k8s.io/v1beta1", 41): "PodCertificateRequest",
    ("storagemigration.k8s.io/v1beta1", 41): "StorageVersionMigration",
    ("resource.k8s.io/v1beta2", 42): "DeviceTaintRule",
}
"""Group and version, and the minor version without it -> kinds. Earlier ones no supported cluster serves."""

_OLDER: Mapping[str, str] = {
    "admissionregistration.k8s.io/v1beta1": "MutatingWebhookConfiguration ValidatingWebhookConfiguration",
    "admissionregistration.k8s.io/v1alpha1": _VALIDATING,
    "apps/v1beta1": "*",
    "apps/v1beta2": "*",
    "batch/v1beta1": "CronJob",
    "certificates.k8s.io/v1beta1": "CertificateSigningRequest",
    "coordination.k8s.io/v1beta1": "Lease",
    "discovery.k8s.io/v1beta1": "EndpointSlice",
    "events.k8s.io/v1beta1": "Event",
    "extensions/v1beta1": "*",
    "flowcontrol.apiserver.k8s.io/v1beta1": "*",
    "flowcontrol.apiserver.k8s.io/v1beta2": "*",
    "flowcontrol.apiserver.k8s.io/v1beta3": "*",
    "networking.k8s.io/v1beta1": "Ingress IngressClass",
    "node.k8s.io/v1beta1": "RuntimeClass",
    "policy/v1beta1": "*",
    "rbac.authorization.k8s.io/v1beta1": "*",
    "scheduling.k8s.io/v1beta1": "PriorityClass",
    "storage.k8s.io/v1beta1": "CSIDriver CSINode CSIStorageCapacity StorageClass VolumeAttachment",
}
"""Group and version -> kinds that no supported cluster serves any more; `*` is all of them."""


def is_removed(api_version: str, kind: str, minor: int) -> bool:
    """Say whether Kubernetes 1.`minor` no longer serves a kind in a version of its API."""
    if kind in (older := _OLDER.get(api_version, "").split()) or older == ["*"]:
        return True
    return any(
        version == api_version and gone <= minor and kind in kinds.split()
        for (version, gone), kinds in _REMOVED.items()
    )
