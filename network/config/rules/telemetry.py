"""Logs, traces and the watch from outside, over the layers that they tell of (OBS-2 to OBS-4)."""

from collections.abc import Iterator
from typing import Any

from network.config.applications import Application
from network.config.ingress import Ingress
from network.config.model import Finding
from network.config.nearest import unknown
from network.config.observability import Observability
from network.config.platform import platform_namespaces

Applications = dict[str, Application]


def collected_applications_exist(
    observability: Observability | None, applications: Applications
) -> Iterator[Finding]:
    """Logs and spans are those of declared applications."""
    layers = {"logs": observability and observability.logs, "traces": observability and observability.traces}
    for key, layer in layers.items():
        for index, name in enumerate(layer.applications if layer else ()):
            if name not in applications:
                here = ("observability", key, "applications", index)
                yield unknown(here, "application", name, applications)


def receivers_are_somebody_else_s(observability: Observability | None) -> Iterator[Finding]:
    """What the platform runs itself is installed, not named as an endpoint."""
    logs, traces = (observability.logs, observability.traces) if observability else (None, None)
    named = {
        ("logs", "store", "endpoint"): logs.store.endpoint if logs else None,
        ("traces", "endpoint"): traces.endpoint if traces else None,
    }
    for location, endpoint in named.items():
        pods = endpoint.pods if endpoint else None
        if pods is not None and pods.namespace in platform_namespaces(observability):
            yield Finding(
                ("observability", *location, "pods", "namespace"),
                f"{pods.namespace} is the platform's, and no receiver of others is in it",
                "name the namespace of the receiver",
            )


def excepted_hosts_are_served(
    observability: Observability | None, applications: Applications
) -> Iterator[Finding]:
    """A host that no route serves is not watched anyway, and another one is meant."""
    outside = observability.outside if observability else None
    served = {
        host: None for a in applications.values() for route in a.routes.values() for host in route.named_hosts
    }
    for index, host in enumerate(outside.except_hosts if outside else ()):
        if host not in served:
            yield unknown(("observability", "outside", "exceptHosts", index), "route's host", host, served)


def slack_is_reached_by_its_webhook(
    observability: Observability | None, outside_slack_url: Any
) -> Iterator[Finding]:
    """DigitalOcean posts to a channel by a webhook only."""
    outside = observability.outside if observability else None
    if outside is not None and outside.slack_channel is not None and outside_slack_url is None:
        yield Finding(
            ("observability", "outside", "slackChannel"),
            "a channel is told by a webhook, and the secret network:outsideSlackUrl is absent",
            "set it: pulumi config set --secret network:outsideSlackUrl",
        )


def credentials_are_sent(
    observability: Observability | None,
    logs_credential: Any,
    traces_credential: Any,
    outside_slack_url: Any,
) -> Iterator[Finding]:
    """Warn of credentials that nothing needs."""
    logs, traces, outside = (
        (observability.logs, observability.traces, observability.outside) if observability else [None] * 3
    )
    needed = {
        "logsCredential": (
            logs_credential,
            logs and logs.store.endpoint,
            "observability.logs.store.endpoint",
        ),
        "tracesCredential": (traces_credential, traces, "observability.traces"),
        "outsideSlackUrl": (
            outside_slack_url,
            outside and outside.slack_channel,
            "observability.outside.slackChannel",
        ),
    }
    for key, (given, use, where) in needed.items():
        if given is not None and not use:
            yield Finding(
                (key,), f"no network:{where} needs it", f"remove it: pulumi config rm network:{key}"
            )


def kept_logs_hold_the_access_log(observability: Observability | None, ingress: Ingress) -> Iterator[Finding]:
    """Warn of a store without what it is for."""
    if observability is not None and observability.logs is not None and not ingress.access_log:
        yield Finding(
            ("ingress", "accessLog"),
            "logs are kept, and Traefik writes none of its requests",
            "set `accessLog: true`",
        )
