"""The dashboard of Traefik: what is asked for, what fails, how long it takes, and who refuses it (OBS-5)."""

from collections.abc import Iterator

from network.config import StackConfig
from network.config.platform import TRAEFIK
from network.plan.ingress.entrypoints import (
    INTERNAL_SECURE,
    INTERNAL_WEB,
    OF_HTTP,
    WEB,
    WEBSECURE,
    of_tcp,
)
from network.plan.model import dashboards
from network.plan.model.dashboards import TITLES, Dashboard, Panel, Query, Row, Step, Variable
from network.plan.model.names import application_namespace
from network.plan.model.promql import (
    SERVER_ERRORS,
    increase,
    quantile,
    rate,
    relabelled,
    selected,
    share,
    total,
)

JOB = 'job="traefik"'
PUBLIC = f'entrypoint=~"{"|".join(OF_HTTP)}"'
"""Entrypoints of requests through a load balancer; the kubelet's probes and Prometheus ask the others."""
ROUTERS = 'router=~"${application}_.+"'
SERVICES = 'service=~"${application}_.+"'
TIMED = 'protocol=~"http|grpc|grpc-web"'
"""Requests whose duration says how fast they were answered: websockets and event streams last as long as
their clients like."""


def build(config: StackConfig) -> tuple[Dashboard, ...]:
    """Return the dashboard; none where nothing is watched."""
    if config.observability is None:
        return ()
    return (
        Dashboard(
            dashboards.TRAEFIK,
            TITLES[dashboards.TRAEFIK],
            "Requests from the internet on their way through Traefik: its entrypoints, the routes of "
            "applications, and their backends.",
            (_now(config), _entrypoints(), *_layer_four(config), _routes(), _backends(), _traefik(config)),
            (application_variable(config),),
        ),
    )


def application_variable(config: StackConfig) -> Variable:
    """Return the choice of applications; names of Traefik's objects begin with their namespaces."""
    return Variable(
        "application",
        "Application",
        choices=tuple((name, application_namespace(config, name)) for name in config.applications),
    )


def by_route(expr: str, *labels: str) -> str:
    """Return an expression over routers summed by route, as `namespace/route`: each of its hosts has a router
    of its own, `<namespace>_<route>_<index>@kubernetescrd`."""
    return total(
        relabelled(expr, "route", "$1/$2", "router", "([^_]+)_(.+)_[0-9]+@kubernetescrd"), "route", *labels
    )


def _now(config: StackConfig) -> Row:
    requests = rate("traefik_entrypoint_requests_total", JOB, PUBLIC)
    failed = rate("traefik_entrypoint_requests_total", JOB, PUBLIC, SERVER_ERRORS)
    scale = config.ingress.scale
    return Row(
        "Now",
        (
            Panel(
                "Requests",
                "All that clients ask for, on both public entrypoints. A sudden zero is worse than a peak: "
                "look at the load balancer and at the records.",
                "reqps",
                (Query(total(requests)),),
                "stat",
            ),
            Panel(
                "Server errors",
                "Share of requests that were answered with 5xx, or with a gRPC status that is the server's "
                "fault. Whether that breaks a promise says the dashboard of objectives.",
                "percentunit",
                (Query(share(total(failed), total(requests))),),
                "stat",
                steps=(Step(0.001, "yellow"), Step(0.01, "red")),
            ),
            Panel(
                "Latency, 99th percentile",
                "Of 100 requests 99 were answered faster, backends included.",
                "s",
                (
                    Query(
                        quantile(0.99, "traefik_entrypoint_request_duration_seconds", of=(JOB, PUBLIC, TIMED))
                    ),
                ),
                "stat",
            ),
            Panel(
                "Open connections",
                "Of clients, to the public entrypoints; idle ones count. What the load balancer holds open "
                "on top is in DigitalOcean's own graphs.",
                "short",
                (Query(total(selected("traefik_open_connections", JOB, PUBLIC))),),
                "stat",
            ),
            Panel(
                "Traefik pods scraped",
                f"The stack declares {scale.min_replicas} to {scale.max_replicas}. Fewer than the lowest: "
                "pods are gone, or Prometheus does not reach them.",
                "short",
                (Query(total(selected("up", JOB))),),
                "stat",
                below="red",
                steps=(Step(scale.min_replicas, "green"),),
            ),
        ),
    )


def _entrypoints() -> Row:
    requests = "traefik_entrypoint_requests_total"
    return Row(
        "Entrypoints",
        (
            Panel(
                "Requests by entrypoint",
                f"`{WEBSECURE}` is HTTPS; `{WEB}` is plain HTTP, which is redirected; `{INTERNAL_SECURE}` "
                f"and `{INTERNAL_WEB}` are the same of the internal load balancer.",
                "reqps",
                (Query(total(rate(requests, JOB, PUBLIC), "entrypoint"), "{{entrypoint}}"),),
            ),
            Panel(
                "Answers by status",
                "499 is a client that left before the answer. 404 without a route's part in it is a host or "
                "path that nothing declares: mostly scanners.",
                "reqps",
                (Query(total(rate(requests, JOB, PUBLIC), "code"), "{{code}}"),),
            ),
            Panel(
                "Latency",
                "Quantiles of all requests on HTTPS. If the median stays and the 99th percentile rises, few "
                "requests are slow: find their route below.",
                "s",
                tuple(
                    Query(
                        quantile(
                            rank,
                            "traefik_entrypoint_request_duration_seconds",
                            of=(JOB, f'entrypoint=~"{WEBSECURE}|{INTERNAL_SECURE}"', TIMED),
                        ),
                        name,
                    )
                    for rank, name in ((0.5, "median"), (0.95, "95 %"), (0.99, "99 %"))
                ),
            ),
            Panel(
                "Open connections",
                "By entrypoint. One that only rises is a client, or a CDN, that does not close them, or a "
                "timeout that is too long.",
                "short",
                (
                    Query(
                        total(selected("traefik_open_connections", JOB, PUBLIC), "entrypoint"),
                        "{{entrypoint}}",
                    ),
                ),
            ),
            Panel(
                "TLS versions",
                "Requests by the version that was agreed on. No metric counts handshakes that failed.",
                "reqps",
                (
                    Query(
                        total(rate("traefik_entrypoint_requests_tls_total", JOB, PUBLIC), "tls_version"),
                        "TLS {{tls_version}}",
                    ),
                ),
            ),
            Panel(
                "Bytes",
                "Bodies and headers of requests and answers.",
                "Bps",
                tuple(
                    Query(total(rate(f"traefik_entrypoint_{way}_bytes_total", JOB, PUBLIC)), way)
                    for way in ("requests", "responses")
                ),
            ),
        ),
    )


def _layer_four(config: StackConfig) -> Iterator[Row]:
    """Yield the connections that Traefik passes on; of UDP it counts nothing."""
    names = of_tcp(config, "public", "internal")
    if names:
        connections = selected("traefik_open_connections", JOB, f'entrypoint=~"{"|".join(names)}"')
        panel = Panel(
            "Open connections of TCP",
            "To the entrypoints that pass connections on as they are. One that stays at zero while clients "
            "complain: Traefik accepts, and the workload does not. UDP is not counted.",
            "short",
            (Query(total(connections, "entrypoint"), "{{entrypoint}}"),),
        )
        yield Row("TCP", (panel,))


def _routes() -> Row:
    requests = "traefik_router_requests_total"
    failed = by_route(rate(requests, JOB, ROUTERS, SERVER_ERRORS))
    return Row(
        "Routes",
        (
            Panel(
                "Requests by route",
                "As clients see them: before every middleware, and once however often it was tried again.",
                "reqps",
                (Query(by_route(rate(requests, JOB, ROUTERS)), "{{route}}"),),
            ),
            Panel(
                "Share of server errors by route",
                "5xx, and gRPC statuses that are the server's fault. One route alone: its backend. All at "
                "once: Traefik, the nodes or the cluster's DNS.",
                "percentunit",
                (Query(share(failed, by_route(rate(requests, JOB, ROUTERS))), "{{route}}"),),
            ),
            Panel(
                "Latency by route, 95th percentile",
                "With what middlewares add, such as an authentication elsewhere; compare with the backends "
                "below.",
                "s",
                (
                    Query(
                        "histogram_quantile(0.95, "
                        + by_route(
                            rate("traefik_router_request_duration_seconds_bucket", JOB, ROUTERS, TIMED), "le"
                        )
                        + ")",
                        "{{route}}",
                    ),
                ),
            ),
            Panel(
                "Client errors by route and status",
                "401 and 403: refused by a login or an allow list. 413: body too large. 429: above a rate or "
                "in-flight limit.",
                "reqps",
                (Query(by_route(rate(requests, JOB, ROUTERS, 'code=~"4.."'), "code"), "{{route}} {{code}}"),),
            ),
            Panel(
                "Bytes sent by route",
                "Of answers, headers included.",
                "Bps",
                (Query(by_route(rate("traefik_router_responses_bytes_total", JOB, ROUTERS)), "{{route}}"),),
            ),
            Panel(
                "Requests by method and protocol",
                "`EXTENSION_METHOD` is every method that HTTP does not know.",
                "reqps",
                (
                    Query(
                        total(rate(requests, JOB, ROUTERS), "method", "protocol"),
                        "{{method}} {{protocol}}",
                    ),
                ),
            ),
        ),
    )


def _backends() -> Row:
    requests = "traefik_service_requests_total"
    asked = relabelled(
        rate("traefik_router_requests_total", JOB, ROUTERS), "application", "$1", "router", "([^_]+)_.*"
    )
    tried = relabelled(rate(requests, JOB, SERVICES), "application", "$1", "service", "([^_]+)_.*")
    return Row(
        "Backends",
        (
            Panel(
                "Attempts by backend",
                "Each try counts, also one that a retry makes good.",
                "reqps",
                (Query(total(rate(requests, JOB, SERVICES), "service"), "{{service}}"),),
            ),
            Panel(
                "Share of failed attempts by backend",
                "More than at the route: retries or a failover hide it from clients. Less: Traefik itself "
                "answers, as a circuit breaker or a middleware does.",
                "percentunit",
                (
                    Query(
                        share(
                            total(rate(requests, JOB, SERVICES, SERVER_ERRORS), "service"),
                            total(rate(requests, JOB, SERVICES), "service"),
                        ),
                        "{{service}}",
                    ),
                ),
            ),
            Panel(
                "Latency by backend, 95th percentile",
                "Of one attempt, without middlewares.",
                "s",
                (
                    Query(
                        quantile(
                            0.95,
                            "traefik_service_request_duration_seconds",
                            "service",
                            of=(JOB, SERVICES, TIMED),
                        ),
                        "{{service}}",
                    ),
                ),
            ),
            Panel(
                "Attempts beyond requests",
                "Attempts at an application's backends less requests to its routes: retries, and copies to "
                "mirrors. Traefik's own count of retries is never written. What middlewares answer "
                "themselves hides some.",
                "reqps",
                (
                    Query(
                        f"clamp_min({total(tried, 'application')} - {total(asked, 'application')}, 0)",
                        "{{application}}",
                    ),
                ),
            ),
        ),
    )


def _traefik(config: StackConfig) -> Row:
    own = f'namespace="{TRAEFIK}"'
    pods = (own, 'container="traefik"')
    return Row(
        "Traefik itself",
        (
            Panel(
                "Replicas",
                "At the maximum the autoscaler cannot help any more.",
                "short",
                tuple(
                    Query(f"max({selected(metric, own)})", name)
                    for metric, name in (
                        ("kube_horizontalpodautoscaler_status_current_replicas", "running"),
                        ("kube_horizontalpodautoscaler_status_desired_replicas", "wanted"),
                        ("kube_horizontalpodautoscaler_spec_max_replicas", "most"),
                    )
                ),
            ),
            Panel(
                "CPU by pod",
                f"Requested: {config.ingress.resources.cpu_request}. The autoscaler keeps the mean near "
                f"{config.ingress.scale.target_cpu_percent} % of it.",
                "short",
                (
                    Query(
                        total(rate("container_cpu_usage_seconds_total", *pods), "pod"),
                        "{{pod}}",
                    ),
                ),
            ),
            Panel(
                "Memory by pod",
                f"The kernel ends a pod at {config.ingress.resources.memory_limit}.",
                "bytes",
                (
                    Query(
                        total(selected("container_memory_working_set_bytes", *pods), "pod"),
                        "{{pod}}",
                    ),
                ),
            ),
            Panel(
                "Configuration reloads",
                "Each pod reads routes, Services and certificates anew when they change; hundreds an hour "
                "mean that something flaps. A broken route shows in Traefik's log alone.",
                "short",
                (Query(total(increase("traefik_config_reloads_total", JOB), "pod"), "{{pod}}"),),
            ),
            Panel(
                "Since the last reload",
                "A pod that lags behind the others has lost its watch on the API server.",
                "s",
                (
                    Query(
                        f"time() - max by (pod) ({selected('traefik_config_last_reload_success', JOB)})",
                        "{{pod}}",
                    ),
                ),
            ),
        ),
    )
