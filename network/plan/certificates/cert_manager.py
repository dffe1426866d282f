"""cert-manager's Helm release (CRT-1): values for the chart pinned in `network/versions.py`."""

from typing import Any

from network import versions
from network.config import StackConfig
from network.config.certificates import Certificates
from network.config.charts import CertManagerChart
from network.config.platform import CERT_MANAGER
from network.config.quantities import ComponentScale
from network.plan.model.capacity import Taken, taken_of
from network.plan.model.kubernetes import ReleasePlan
from network.plan.model.resources import requirements

TOKEN_LIFETIME_SECONDS = 3607
"""What the API server gives automounted tokens (one hour, and seven seconds that mark them)."""

WEBHOOK_TIMEOUT_SECONDS = 29
"""The longest at which DigitalOcean's linter (clusterlint, admission-controller-webhook-timeout) lets an
upgrade begin."""

STARTUP_CHECK_RESOURCES = {
    "requests": {"cpu": "10m", "memory": "32Mi", "ephemeral-storage": "16Mi"},
    "limits": {"memory": "64Mi", "ephemeral-storage": "64Mi"},
}
"""Of the Job that asks the webhook once whether it answers."""


def release(config: StackConfig) -> ReleasePlan:
    """Return cert-manager's release."""
    return ReleasePlan(
        name=CERT_MANAGER,
        namespace=CERT_MANAGER,
        chart_name="cert-manager",
        chart=config.charts.cert_manager,
        values=_values(config),
        adopted=f"{CERT_MANAGER}/{CERT_MANAGER}" in config.adopt.releases,
    )


def taken(config: StackConfig) -> tuple[Taken, ...]:
    """Return what its pods ask of nodes."""
    settings = config.certificates
    components = {
        "controller": settings.controller,
        "webhook": settings.webhook,
        "cainjector": settings.cainjector,
    }
    return tuple(
        taken_of(f"cert-manager-{name}", requirements(scale.resources), scale.replicas)
        for name, scale in components.items()
    )


def _values(config: StackConfig) -> dict[str, Any]:
    settings, chart = config.certificates, config.charts.cert_manager
    return {
        "global": {
            "priorityClassName": "system-cluster-critical",
            # In kube-system, the default, it would need rights outside its own namespace.
            "leaderElection": {"namespace": CERT_MANAGER},
            # Nobody may ask for certificates merely because he may edit a namespace.
            "rbac": {"aggregateClusterRoles": False},
        },
        # Keeping them keeps every Certificate when the release is removed by mistake.
        "crds": {"enabled": True, "keep": True},
        **_component("controller", settings.controller, chart),
        "webhook": {
            **_component("webhook", settings.webhook, chart),
            # A restarting webhook must not fail an `up`; from 30 on DigitalOcean upgrades no cluster.
            "timeoutSeconds": WEBHOOK_TIMEOUT_SECONDS,
            "networkPolicy": {"enabled": False},
        },
        "cainjector": {
            **_component("cainjector", settings.cainjector, chart),
            "networkPolicy": {"enabled": False},
        },
        "acmesolver": {"image": _image("acmesolver", chart)},
        # Runs as a hook of the install, so the release is done only once the webhook answers.
        "startupapicheck": {
            "enabled": True,
            "image": _image("startupapicheck", chart),
            "resources": STARTUP_CHECK_RESOURCES,
            **_token(),
        },
        **_resolvers(settings),
        # The chart's own policies allow any destination on their ports; ours follow the flows.
        "networkPolicy": {"enabled": False},
        # Metrics are served; who scrapes them is the observability layer's matter.
        "prometheus": {"enabled": True, "servicemonitor": {"enabled": False}},
    }


def _resolvers(settings: Certificates) -> dict[str, Any]:
    """Return whom the controller asks for names; the cluster's DNS where nothing is said."""
    resolvers = settings.dns01.recursive_nameservers
    if not resolvers:
        return {}
    return {
        "dns01RecursiveNameservers": ",".join(resolvers),
        "dns01RecursiveNameserversOnly": settings.dns01.recursive_nameservers_only,
    }


def _component(component: str, scale: ComponentScale, chart: CertManagerChart) -> dict[str, Any]:
    return {
        "replicaCount": scale.replicas,
        "image": _image(component, chart),
        "resources": requirements(scale.resources),
        # Never blocks a drain, and never lets one take all replicas.
        "podDisruptionBudget": {"enabled": True, "maxUnavailable": 1},
        "topologySpreadConstraints": [
            {
                "maxSkew": 1,
                "topologyKey": "kubernetes.io/hostname",
                "whenUnsatisfiable": "ScheduleAnyway",
                "labelSelector": {
                    "matchLabels": {
                        "app.kubernetes.io/instance": CERT_MANAGER,
                        "app.kubernetes.io/component": component,
                    }
                },
            }
        ],
        **_token(),
    }


def _image(component: str, chart: CertManagerChart) -> dict[str, str]:
    """Return the image that goes with the chart, whose versions are the same."""
    digest: str | None = getattr(chart.image_digests, component)
    tag = versions.CERT_MANAGER_IMAGE_TAG if chart.is_pinned else chart.canonical_version
    return {"tag": tag, **({"digest": digest} if digest is not None else {})}


def _token() -> dict[str, Any]:
    """Mount the API token by hand into the one pod that needs it, and into no other that uses
    its ServiceAccount (cert-manager's best-practice values)."""
    return {
        "automountServiceAccountToken": False,
        "serviceAccount": {"automountServiceAccountToken": False},
        "volumes": [
            {
                "name": "api-token",
                "projected": {
                    "defaultMode": 0o444,
                    "sources": [
                        {
                            "serviceAccountToken": {
                                "expirationSeconds": TOKEN_LIFETIME_SECONDS,
                                "path": "token",
                            }
                        },
                        {
                            "configMap": {
                                "name": "kube-root-ca.crt",
                                "items": [{"key": "ca.crt", "path": "ca.crt"}],
                            }
                        },
                        {
                            "downwardAPI": {
                                "items": [
                                    {
                                        "path": "namespace",
                                        "fieldRef": {
                                            "apiVersion": "v1",
                                            "fieldPath": "metadata.namespace",
                                        },
                                    }
                                ]
                            }
                        },
                    ],
                },
            }
        ],
        "volumeMounts": [
            {
                "name": "api-token",
                "mountPath": "/var/run/secrets/kubernetes.io/serviceaccount",
                "readOnly": True,
            }
        ],
    }
