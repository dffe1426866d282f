"""Traefik's Helm release, its CRDs, TLS options and default certificate (ING-1 to ING-6, CRT-4)."""

from dataclasses import dataclass
from typing import Any

from network import versions
from network.config import StackConfig
from network.config.charts import TraefikChart
from network.config.platform import TRAEFIK
from network.plan import certificates
from network.plan.ingress import access as traefik_access
from network.plan.ingress import alerts, capacity, dashboard, entrypoints, flows, load_balancer, tracing
from network.plan.ingress.buckets import USUAL, buckets
from network.plan.model import peers
from network.plan.model.kubernetes import Manifest, ReleasePlan, manifest
from network.plan.model.layer import Door, LayerPlan, MetricsEndpoint, RunningPods
from network.plan.model.namespaces import of_platform
from network.plan.model.resources import requirements
from network.plan.model.traefik import API_VERSION

POD_LABELS = {
    "app.kubernetes.io/name": "traefik",
    "app.kubernetes.io/instance": f"{TRAEFIK}-{TRAEFIK}",
}
"""Labels of Traefik's pods: the chart's name, and release and namespace."""


READY_PATH = "/api/version"
"""On the internal entrypoint, by the dashboard's route."""

CRDS = tuple(f"traefik.io_{kind}.yaml" for kind in traefik_access.KINDS)
"""Files of the chart's `crds/` that the program owns; those of Traefik Hub are left out."""


@dataclass(frozen=True, kw_only=True)
class IngressPlan(LayerPlan):
    """Traefik and what it reads before the first request."""

    title = "Ingress"

    crds: tuple[str, ...]
    """Names of files in the chart's `crds/`. Helm installs those once and never upgrades them, so the program
    declares them itself, before the release, which then skips them."""
    access: traefik_access.TraefikAccess
    """In force before the release."""
    release: ReleasePlan
    tls_options: tuple[Manifest, ...]
    """That of everybody first."""
    """Own manifests rather than chart values, for both TLS objects: the chart takes any key below
    `tlsOptions` and `tlsStore`, the CRDs do not, and Traefik never starts without them."""
    tls_store: Manifest
    node_loss_seconds: int
    """Within this time after a node's sudden end the load balancer sends it no new connection."""
    ipv6: bool
    """Whether the load balancer has an IPv6 address too."""
    service: str
    """Service whose load balancer the DNS records point at."""
    internal_service: str | None
    """The same, of the internal load balancer."""


def build(config: StackConfig) -> IngressPlan:
    """Return the ingress layer's plan."""
    pods = _pods(config)
    return IngressPlan(
        namespaces=(of_platform(config, TRAEFIK),),
        flows=flows.build(config),
        metrics=(
            MetricsEndpoint("traefik", peers.TRAEFIK, entrypoints.CONTAINER_PORTS[entrypoints.METRICS]),
        ),
        rules=(alerts.build(config),),
        pods=(pods,),
        doors=tuple(
            Door(
                TRAEFIK,
                load_balancer.service_name(balancer),
                pods,
                {
                    each.name: each.outside
                    for each in entrypoints.listeners(config)
                    if each.load_balancer == balancer
                },
            )
            for balancer in config.ingress.balancers
        ),
        dashboards=dashboard.build(config),
        limits=capacity.limits(config),
        taken=(capacity.taken(config),),
        charges=tuple(capacity.charges(config)),
        crds=CRDS,
        access=traefik_access.build(config),
        release=ReleasePlan(
            name=TRAEFIK,
            namespace=TRAEFIK,
            chart_name="traefik",
            chart=config.charts.traefik,
            values=_values(config),
            adopted=f"{TRAEFIK}/{TRAEFIK}" in config.adopt.releases,
        ),
        tls_options=_tls_options(config),
        tls_store=_tls_store(config),
        node_loss_seconds=config.ingress.load_balancer.health_check.loss_seconds,
        ipv6=config.ingress.load_balancer.ipv6,
        service=load_balancer.service_name("public"),
        internal_service=(
            None if config.ingress.internal_load_balancer is None else load_balancer.service_name("internal")
        ),
    )


def _pods(config: StackConfig) -> RunningPods:
    opened = entrypoints.listeners(config)
    return RunningPods(
        peers.TRAEFIK,
        POD_LABELS,
        {**entrypoints.CONTAINER_PORTS, **{each.name: int(each.inside.port) for each in opened}},
        frozenset(each.name for each in opened if each.inside.protocol == "UDP"),
    )


def _values(config: StackConfig) -> dict[str, Any]:
    ingress, bounds = config.ingress, buckets(config)
    return {
        **_image(config.charts.traefik),
        # Both would need egress to the internet.
        "global": {"checkNewVersion": False, "sendAnonymousUsage": False},
        "core": {"strictTLSOptions": True},
        "ingressClass": {
            "enabled": True,
            "isDefaultClass": ingress.ingress_class.is_default_class,
            "name": ingress.ingress_class.name,
        },
        # The roles are `traefik_access`'.
        "rbac": {"enabled": False},
        "providers": _providers(config),
        # Whoever writes HTTPRoutes writes the Gateway that they hang on, too.
        **({"gateway": {"enabled": False}} if ingress.gateway_api is not None else {}),
        **_dashboard(),
        "ports": entrypoints.ports(config),
        "additionalArguments": entrypoints.arguments(config),
        "service": load_balancer.service(config),
        **_scale(config),
        "resources": requirements(ingress.resources),
        "priorityClassName": "system-cluster-critical",
        "log": {"level": ingress.log_level, "format": "json"},
        "accessLog": _access_log(config),
        **tracing.values(config),
        "metrics": {
            "prometheus": {
                "entryPoint": entrypoints.METRICS,
                # All three: routes without services would spare an eighth of what metrics cost, and hide
                # retries and canaries (docs/observability.md#what-it-costs).
                "addEntryPointsLabels": True,
                "addRoutersLabels": True,
                "addServicesLabels": True,
                **({"buckets": ",".join(f"{bound:g}" for bound in bounds)} if bounds != [*USUAL] else {}),
            }
        },
    }


def _image(chart: TraefikChart) -> dict[str, Any]:
    """Return the image that goes with the chart: another version of it brings its own."""
    if chart.image_digest is not None:
        # The chart cannot tell the version from a digest, and decides by it what to render.
        version = {"versionOverride": versions.TRAEFIK_IMAGE_TAG} if chart.is_pinned else {}
        return {"image": {"digest": chart.image_digest}, **version}
    return {"image": {"tag": versions.TRAEFIK_IMAGE_TAG}} if chart.is_pinned else {}


def _providers(config: StackConfig) -> dict[str, Any]:
    namespaces = traefik_access.watched(config)
    return {
        **_gateway_api(config, namespaces),
        "kubernetesCRD": {
            "enabled": True,
            "namespaces": namespaces,
            # Routes of every application refer to the chains in Traefik's namespace, whose
            # Secrets stay there. Only the platform may write routes (`access.py`), so nobody
            # can reach another application's Services this way.
            "allowCrossNamespace": True,
            # The platform alone makes Services of this type: those of `externalServices`.
            "allowExternalNameServices": any(a.external_services for a in config.applications.values()),
            # Unset, any namespace might publish the dashboard (`api@internal`).
            "crossProviderNamespaces": [TRAEFIK],
            # Of two TLSOptions or TLSStores named `default` Traefik would use neither.
            "defaultTLSResourcesNamespace": TRAEFIK,
            # By the old names, `api-web` of namespace `shop` and `web` of `shop-api` were one service, of one
            # set of pods; so were their transports, with their certificates.
            "safeNaming": True,
        },
        "kubernetesIngress": {
            "enabled": True,
            "namespaces": namespaces,
            # Only Ingresses that ask for it: cert-manager's HTTP-01 solvers do.
            "ingressClass": config.ingress.ingress_class.name,
            "allowExternalNameServices": False,
            # They name the default chain, as routes do; what else they may name, admission says.
            "crossProviderNamespaces": namespaces if config.traffic.default_chain else [TRAEFIK],
            "publishedService": {"enabled": True},
        },
    }


def _gateway_api(config: StackConfig, namespaces: list[str]) -> dict[str, Any]:
    """Return the provider of Gateway API, where the stack says that the CRDs let it start."""
    if config.ingress.gateway_api is None:
        return {}
    return {
        "kubernetesGateway": {
            "enabled": True,
            "namespaces": namespaces,
            "crossProviderNamespaces": [TRAEFIK],
        }
    }


def _dashboard() -> dict[str, Any]:
    """Return the dashboard's values: on the internal entrypoint, which no Service exposes."""
    return {
        "api": {
            "dashboard": True,
            "insecure": False,
            "debug": False,
            "disableDashboardAd": True,
        },
        "ingressRoute": {
            "dashboard": {"enabled": True, "entryPoints": [entrypoints.INTERNAL]},
            "healthcheck": {"enabled": False},
        },
    }


def _scale(config: StackConfig) -> dict[str, Any]:
    """Return replicas and where they run. With the autoscaler on, the chart leaves their number
    out of the Deployment, so an upgrade does not reset it."""
    scale = config.ingress.scale
    return {
        "deployment": {
            **({"hostUsers": False} if config.ingress.user_namespace else {}),
            "terminationGracePeriodSeconds": config.ingress.shutdown.termination_grace_seconds,
            # A rollout goes on only once the load balancer sends connections to the new replica.
            # Answered by a route that is read with all others. By its own health check Traefik is ready at
            # once, and answers 404 for the seconds that reading some ten namespaces takes.
            "readinessPath": READY_PATH,
            "minReadySeconds": config.ingress.load_balancer.health_check.recovery_seconds,
        },
        "autoscaling": {
            "enabled": True,
            "minReplicas": scale.min_replicas,
            "maxReplicas": scale.max_replicas,
            "metrics": [
                {
                    "type": "Resource",
                    "resource": {
                        "name": "cpu",
                        "target": {
                            "type": "Utilization",
                            "averageUtilization": scale.target_cpu_percent,
                        },
                    },
                }
            ],
        },
        # Never blocks a drain, and never lets one take all replicas.
        "podDisruptionBudget": {"enabled": True, "maxUnavailable": 1},
        "topologySpreadConstraints": [
            {
                "maxSkew": 1,
                "topologyKey": "kubernetes.io/hostname",
                "whenUnsatisfiable": "DoNotSchedule",
                # A cordoned node counts as empty otherwise, and the drained pod stays pending.
                "nodeTaintsPolicy": "Honor",
                # Spread each ReplicaSet on its own, or a rollout leaves the new one lopsided.
                "matchLabelKeys": ["pod-template-hash"],
                "labelSelector": {"matchLabels": POD_LABELS},
            }
        ],
    }


def _access_log(config: StackConfig) -> dict[str, Any]:
    """Return the access log's values: no header but the named ones, and no query string, since
    both carry credentials (Authorization, Cookie, tokens in links)."""
    logs = config.observability.logs if config.observability else None
    return {
        "enabled": config.ingress.access_log,
        # Written as requests end. A buffer (`bufferingSize`) spares no processor time, makes requests wait
        # for one writer, and is lost when Traefik is killed (docs/observability.md#what-it-costs,
        # docs/facts/observability.md#buffer-of-the-access-log).
        "format": "json",
        "fields": {
            "defaultMode": "keep",
            **({"names": {"ClientUsername": "drop"}} if logs and logs.user_names == "drop" else {}),
            "headers": {
                "defaultMode": "drop",
                "names": {
                    "User-Agent": "keep",
                    "Authorization": "redact",
                    "Cookie": "redact",
                },
            },
            "queryParameters": {"defaultMode": "drop"},
        },
    }


def _tls_options(config: StackConfig) -> tuple[Manifest, ...]:
    """Return the options of everybody, and those that routes name."""
    return tuple(
        manifest(
            API_VERSION, "TLSOption", name or "default", namespace=TRAEFIK, spec=tls_settings(config, name)
        )
        for name in (None, *config.ingress.tls_options)
    )


def tls_settings(config: StackConfig, name: str | None) -> dict[str, Any]:
    """Return what TLSOptions say of versions and suites: those of a name, or of everybody."""
    tls = config.ingress.tls if name is None else config.ingress.tls_options[name]
    return {
        "minVersion": tls.min_version,
        "cipherSuites": list(tls.cipher_suites),
        "curvePreferences": list(tls.curve_preferences),
        "sniStrict": tls.sni_strict,
    }


def _tls_store(config: StackConfig) -> Manifest:
    """Return the store that serves the environment's certificates to every namespace.

    All of them stand under `certificates`: strict SNI disregards the default certificate, which
    alone would leave every connection refused.
    """
    secrets = [
        {"secretName": certificates.secret_name(name)}
        for name in (*certificates.certificate_names(config), *config.certificates.bought)
    ]
    spec: dict[str, Any] = {"certificates": secrets}
    if config.certificates.wildcard:
        spec["defaultCertificate"] = secrets[0]
    return manifest(API_VERSION, "TLSStore", "default", namespace=TRAEFIK, spec=spec)
