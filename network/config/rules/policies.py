"""Policies: whom connections lead to and come from, and whether they are enforced (POL-1 to POL-4)."""

from collections.abc import Iterator

from network.config.applications import Application
from network.config.cluster import Cluster
from network.config.environment import Environment
from network.config.model import Finding, Location
from network.config.observability import Observability
from network.config.platform import platform_namespaces
from network.config.pods import Pods
from network.config.policies import Policies

Applications = dict[str, Application]


def foreign_pods_are_foreign(
    applications: Applications, observability: Observability | None
) -> Iterator[Finding]:
    """Pods of a declared namespace have names: of a workload, or none that another may reach."""
    for location, pods in _foreign_pods(applications):
        owner = _owner(pods.namespace, applications)
        if owner:
            yield Finding(
                (*location, "namespace"),
                f"{pods.namespace} is the namespace of application {owner}",
                f"name the workload: declare `talksTo` of the workload that connects "
                f"(`application: {owner}` where it is the destination)",
            )
        elif pods.namespace in platform_namespaces(observability):
            yield Finding(
                (*location, "namespace"),
                f"{pods.namespace} is the platform's: applications meet it by routes only",
                "remove the connection, or declare a route",
            )


def monitoring_pods_are_known(
    policies: Policies, applications: Applications, observability: Observability | None
) -> Iterator[Finding]:
    """Who scrapes is a workload where its namespace is declared: its policy must be one, not two."""
    for here, pods in _scrapers(policies, observability):
        owner = _owner(pods.namespace, applications)
        if pods.namespace in platform_namespaces(observability):
            yield Finding(
                (*here, "namespace"),
                f"{pods.namespace} is the platform's",
                "name the namespace of Prometheus",
            )
        elif owner and pods.labels not in [w.labels for w in applications[owner].workloads.values()]:
            yield Finding(
                (*here, "labels"),
                f"no workload of application {owner} has exactly these labels",
                "give the labels of the workload that scrapes",
            )


def one_prometheus_scrapes(policies: Policies, observability: Observability | None) -> Iterator[Finding]:
    """Pods that scrape by themselves have no place beside the layer whose monitors say what is scraped."""
    if policies.monitoring is not None and observability is not None:
        yield Finding(
            ("policies", "monitoring"),
            "network:observability says already who scrapes",
            "remove it; a Prometheus that exists is named by observability.prometheus.integrate",
        )


def _scrapers(policies: Policies, observability: Observability | None) -> Iterator[tuple[Location, Pods]]:
    if policies.monitoring is not None:
        yield ("policies", "monitoring"), policies.monitoring
    if observability is not None and observability.prometheus.integrate is not None:
        here = ("observability", "prometheus", "integrate", "scraper")
        yield here, observability.prometheus.integrate.scraper


def reports_need_cilium(cluster: Cluster, applications: Applications) -> Iterator[Finding]:
    """Only Cilium's verdicts tell apart what a policy names and what nothing would allow."""
    for name, application in applications.items():
        if application.policies == "report" and cluster.cni == "generic":
            yield Finding(
                ("applications", name, "policies"),
                "plain NetworkPolicies enforce or are absent: they cannot report",
                "set `cluster.cni: cilium`, or `policies: enforce`",
            )


def production_enforces_its_policies(
    environment: Environment, applications: Applications
) -> Iterator[Finding]:
    """Warn of a namespace of production that nothing isolates."""
    for name, application in applications.items():
        if application.policies == "report" and environment.is_production:
            yield Finding(
                ("applications", name, "policies"),
                "nothing isolates the pods of this namespace while its policies only report",
                "read what would be cut (docs/policies.md), declare what is needed, then `policies: enforce`",
            )


def _foreign_pods(applications: Applications) -> Iterator[tuple[Location, Pods]]:
    for name, application in applications.items():
        for key, connections in (
            ("talksTo", application.talks_to),
            ("acceptsFrom", application.accepts_from),
        ):
            for workload, each in connections.items():
                for index, connection in enumerate(each):
                    if connection.pods is not None:
                        yield ("applications", name, key, workload, index, "pods"), connection.pods


def _owner(namespace: str, applications: Applications) -> str | None:
    return next((name for name, a in applications.items() if (a.namespace or name) == namespace), None)
