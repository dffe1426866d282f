"""The dashboard of services: whether what applications run is there, answers, and stays (OBS-5)."""

from network.config import StackConfig
from network.plan.ingress.dashboard import JOB as TRAEFIK_JOB
from network.plan.ingress.dashboard import ROUTERS, SERVICES, TIMED, application_variable, by_route
from network.plan.model import dashboards
from network.plan.model.dashboards import TITLES, Dashboard, Panel, Query, Row, Step
from network.plan.model.promql import (
    PERIOD,
    SERVER_ERRORS,
    increase,
    quantile,
    rate,
    selected,
    share,
    total,
)

PROBES = 'job="probe"'
READY, NOT_READY = 'ready="true"', 'ready="false"'
CHOSEN = 'namespace=~"$application"'
REPLICAS = {
    "deployment": ("kube_deployment_spec_replicas", "kube_deployment_status_replicas_available"),
    "statefulset": ("kube_statefulset_replicas", "kube_statefulset_status_replicas_ready"),
    "daemonset": ("kube_daemonset_status_desired_number_scheduled", "kube_daemonset_status_number_available"),
}
"""How many there should be and how many there are, by kind."""
SERVICE = "label_kubernetes_io_service_name"
"""Label of an EndpointSlice as kube-state-metrics tells it: the Service that it is of."""


def build(config: StackConfig) -> tuple[Dashboard, ...]:
    """Return the dashboard; none where nothing is watched."""
    if config.observability is None:
        return ()
    return (
        Dashboard(
            dashboards.SERVICES,
            TITLES[dashboards.SERVICES],
            "Services of applications: endpoints that are ready, how fast they answer, pods that restart, "
            "and what a client sees.",
            (_now(), _endpoints(), _answers(), _pods(), _clients(), _quota()),
            (application_variable(config),),
        ),
    )


def endpoints(*matchers: str) -> str:
    """Return the endpoints that fit the matchers by namespace and Service. A slice's own name is made up."""
    slices = selected("kube_endpointslice_endpoints", CHOSEN, *matchers)
    names = selected("kube_endpointslice_labels", CHOSEN)
    return total(
        f"{slices} * on (namespace, endpointslice) group_left ({SERVICE}) {names}", "namespace", SERVICE
    )


def ready() -> str:
    """Return the ready endpoints of each Service, 0 where it has others only."""
    return f"{endpoints(READY)} or 0 * {endpoints()}"


def _now() -> Row:
    return Row(
        "Now",
        (
            Panel(
                "Services without a ready endpoint",
                "Requests to them fail. A Service that has no endpoint at all, as of a workload that is "
                "scaled to zero, is not counted here: its route answers 503.",
                "short",
                (Query(f"count(({ready()}) == 0) or vector(0)"),),
                "stat",
                steps=(Step(1, "red"),),
            ),
            Panel(
                "Containers that wait",
                "To be started: an image that cannot be pulled, a crash loop, a Secret that is absent.",
                "short",
                (Query(f"sum({selected('kube_pod_container_status_waiting', CHOSEN)}) or vector(0)"),),
                "stat",
                steps=(Step(1, "yellow"),),
            ),
            Panel(
                "Restarts",
                "Of containers, in the period that is shown.",
                "short",
                (
                    Query(
                        total(increase("kube_pod_container_status_restarts_total", CHOSEN, over=PERIOD)),
                        instant=True,
                    ),
                ),
                "stat",
                steps=(Step(1, "yellow"), Step(10, "red")),
            ),
            Panel(
                "Hosts that answer as expected",
                "Share of probed hosts; from inside the cluster, so past the load balancer.",
                "percentunit",
                (Query(f"avg({selected('probe_success', PROBES)})"),),
                "stat",
                below="red",
                steps=(Step(1, "green"),),
            ),
        ),
    )


def _endpoints() -> Row:
    legend = f"{{{{namespace}}}}/{{{{{SERVICE}}}}}"
    return Row(
        "Endpoints",
        (
            Panel(
                "Ready endpoints by Service",
                "Pods that receive requests. One that drops to zero while its pods run: their readiness "
                "probe fails.",
                "short",
                (Query(ready(), legend),),
            ),
            Panel(
                "Endpoints that are not ready",
                "Pods that start, end, or fail their readiness probe. Some during a rollout are normal.",
                "short",
                (Query(endpoints(NOT_READY), legend),),
            ),
            Panel(
                "Replicas that are missing",
                "Wanted and not available: no room on the nodes, over the quota, or not ready.",
                "short",
                tuple(
                    Query(
                        f"{selected(wanted, CHOSEN)} - {selected(present, CHOSEN)}",
                        f"{{{{namespace}}}}/{{{{{kind}}}}}",
                    )
                    for kind, (wanted, present) in REPLICAS.items()
                ),
            ),
        ),
    )


def _answers() -> Row:
    requests, durations = "traefik_service_requests_total", "traefik_router_request_duration_seconds"
    asked = "traefik_router_requests_total"
    return Row(
        "Response time",
        (
            Panel(
                "Latency by route, 95th percentile",
                "As clients wait for it, with all middlewares and retries.",
                "s",
                (
                    Query(
                        "histogram_quantile(0.95, "
                        + by_route(rate(f"{durations}_bucket", TRAEFIK_JOB, ROUTERS, TIMED), "le")
                        + ")",
                        "{{route}}",
                    ),
                ),
            ),
            Panel(
                "Share of server errors by route",
                "As clients see them, after retries and failover.",
                "percentunit",
                (
                    Query(
                        share(
                            by_route(rate(asked, TRAEFIK_JOB, ROUTERS, SERVER_ERRORS)),
                            by_route(rate(asked, TRAEFIK_JOB, ROUTERS)),
                        ),
                        "{{route}}",
                    ),
                ),
            ),
            Panel(
                "Median by backend",
                "Of one attempt, as Traefik waits for it: what the pods take, and the network between.",
                "s",
                (
                    Query(
                        quantile(
                            0.5,
                            "traefik_service_request_duration_seconds",
                            "service",
                            of=(TRAEFIK_JOB, SERVICES, TIMED),
                        ),
                        "{{service}}",
                    ),
                ),
            ),
            Panel(
                "99th percentile by backend",
                "If it rises alone, few requests are slow: garbage collection, a lock, one slow pod. If the "
                "median rises with it, all are: CPU or what they ask themselves.",
                "s",
                (
                    Query(
                        quantile(
                            0.99,
                            "traefik_service_request_duration_seconds",
                            "service",
                            of=(TRAEFIK_JOB, SERVICES, TIMED),
                        ),
                        "{{service}}",
                    ),
                ),
            ),
            Panel(
                "Share of failed attempts by backend",
                "502 means that Traefik could not connect or was cut off, 504 that the answer took too long, "
                "500 that the program failed.",
                "percentunit",
                (
                    Query(
                        share(
                            total(rate(requests, TRAEFIK_JOB, SERVICES, SERVER_ERRORS), "service"),
                            total(rate(requests, TRAEFIK_JOB, SERVICES), "service"),
                        ),
                        "{{service}}",
                    ),
                ),
            ),
        ),
    )


def _pods() -> Row:
    pod = "{{namespace}}/{{pod}}"
    return Row(
        "Pods",
        (
            Panel(
                "Restarts by pod",
                "Of its containers. Regular ones: a memory leak, or a liveness probe that is too strict.",
                "short",
                (
                    Query(
                        total(
                            increase("kube_pod_container_status_restarts_total", CHOSEN),
                            "namespace",
                            "pod",
                        )
                        + " > 0",
                        pod,
                    ),
                ),
            ),
            Panel(
                "Containers that wait, by reason",
                "`CrashLoopBackOff`: read the log of the run before. `ImagePullBackOff`: name, registry or "
                "its Secret. `CreateContainerConfigError`: a ConfigMap or Secret is absent.",
                "short",
                (
                    Query(
                        total(
                            selected("kube_pod_container_status_waiting_reason", CHOSEN),
                            "namespace",
                            "reason",
                        ),
                        "{{namespace}} {{reason}}",
                    ),
                ),
            ),
            Panel(
                "Last end, by reason",
                "Containers that ended at least once. `OOMKilled`: above the memory limit. `Error`: the "
                "program ended by itself.",
                "short",
                (
                    Query(
                        total(
                            selected("kube_pod_container_status_last_terminated_reason", CHOSEN),
                            "namespace",
                            "reason",
                        ),
                        "{{namespace}} {{reason}}",
                    ),
                ),
            ),
            Panel(
                "CPU by pod",
                "Used cores.",
                "short",
                (
                    Query(
                        total(
                            rate("container_cpu_usage_seconds_total", CHOSEN, 'container!=""'),
                            "namespace",
                            "pod",
                        ),
                        pod,
                    ),
                ),
            ),
            Panel(
                "CPU throttled",
                "Share of periods in which a container was held back by its limit. Above a fifth it shows as "
                "latency.",
                "percentunit",
                (
                    Query(
                        total(
                            rate("container_cpu_cfs_throttled_periods_total", CHOSEN),
                            "namespace",
                            "pod",
                        )
                        + " / "
                        + total(rate("container_cpu_cfs_periods_total", CHOSEN), "namespace", "pod"),
                        pod,
                    ),
                ),
                steps=(Step(0.2, "yellow"),),
            ),
            Panel(
                "Memory, share of the limit",
                "At 1 the kernel ends the container.",
                "percentunit",
                (
                    Query(
                        total(
                            selected("container_memory_working_set_bytes", CHOSEN, 'container!=""'),
                            "namespace",
                            "pod",
                        )
                        + " / "
                        + total(
                            selected("kube_pod_container_resource_limits", CHOSEN, 'resource="memory"'),
                            "namespace",
                            "pod",
                        ),
                        pod,
                    ),
                ),
                steps=(Step(0.8, "yellow"), Step(0.95, "red")),
            ),
        ),
    )


def _clients() -> Row:
    return Row(
        "As a client sees it",
        (
            Panel(
                "Probes",
                "1: the host answered as its route should. From inside the cluster: names, certificate, "
                "Traefik and the backend are proven, the load balancer is not. All hosts, whatever is "
                "chosen.",
                "short",
                (Query(f"min by (instance) ({selected('probe_success', PROBES)})", "{{instance}}"),),
            ),
            Panel(
                "Duration of probes by phase",
                "`resolve`: DNS. `connect` and `tls`: Traefik. `processing`: the backend.",
                "s",
                (
                    Query(
                        f"avg by (phase) ({selected('probe_http_duration_seconds', PROBES)})",
                        "{{phase}}",
                    ),
                ),
            ),
            Panel(
                "Status of probes",
                "0: no answer at all. Hosts behind a login answer 401, and are up.",
                "short",
                (Query(f"max by (instance) ({selected('probe_http_status_code', PROBES)})", "{{instance}}"),),
            ),
        ),
    )


def _quota() -> Row:
    def quota(kind: str) -> str:
        matchers = (CHOSEN, f'type="{kind}"')
        return f"max by (namespace, resource) ({selected('kube_resourcequota', *matchers)})"

    return Row(
        "Room",
        (
            Panel(
                "Quota used",
                "At 1 no further pod is admitted: a rollout stops halfway. `quota` of the application in the "
                "stack file raises it.",
                "percentunit",
                (Query(f"{quota('used')} / ({quota('hard')} > 0)", "{{namespace}} {{resource}}"),),
                steps=(Step(0.8, "yellow"), Step(0.95, "red")),
            ),
            Panel(
                "Autoscalers at their maximum",
                "1: it runs as many as it may. Look whether CPU stays above what it aims at.",
                "short",
                (
                    Query(
                        selected("kube_horizontalpodautoscaler_status_desired_replicas", CHOSEN)
                        + " >= bool "
                        + selected("kube_horizontalpodautoscaler_spec_max_replicas", CHOSEN),
                        "{{namespace}}/{{horizontalpodautoscaler}}",
                    ),
                ),
            ),
        ),
    )
