"""Applications: namespaces and connections that refer to what exists (SVC-3, SVC-4)."""

from collections.abc import Iterator

from network.config.applications import Application, Port, Talk
from network.config.environment import Environment
from network.config.model import Finding, Location
from network.config.names import PortReference
from network.config.nearest import unknown
from network.config.observability import Observability
from network.config.platform import platform_namespaces
from network.config.traffic import Traffic

Applications = dict[str, Application]

NAMESPACES_OF_KUBERNETES = ("default", "kube-node-lease", "kube-public", "kube-system")


def namespaces_are_free(applications: Applications, observability: Observability | None) -> Iterator[Finding]:
    """Each application has a namespace to itself: policies and quotas are per namespace."""
    taken = {*NAMESPACES_OF_KUBERNETES, *platform_namespaces(observability)}
    owners: dict[str, str] = {}
    for name, application in applications.items():
        namespace = application.namespace or name
        here = ("applications", name) + (("namespace",) if application.namespace else ())
        owner = owners.setdefault(namespace, name)
        if namespace in taken:
            yield Finding(here, f"{namespace} is Kubernetes' or the platform's", "choose another")
        elif owner != name:
            yield Finding(here, f"{namespace} belongs to application {owner}", "choose another")


def former_names_are_free(applications: Applications) -> Iterator[Finding]:
    """An application takes over what one of another name had: one that is no more, and nobody else does."""
    owners: dict[str, str] = {}
    for name, application in applications.items():
        former = application.former_name
        if former is None:
            continue
        here = ("applications", name, "formerName")
        owner = owners.setdefault(former, name)
        if former in applications:
            yield Finding(here, f"{former} is an application of its own", "remove formerName, or that one")
        elif owner != name:
            yield Finding(here, f"application {owner} takes over what {former} had", "remove one of the two")


def joined_names_are_unique(applications: Applications) -> Iterator[Finding]:
    """Flows are named `application-workload`; two of one name would be one."""
    owners: dict[str, str] = {}
    for name, application in applications.items():
        for key, workload in (
            *(("workloads", each) for each in application.workloads),
            *(("externalServices", each) for each in application.external_services),
        ):
            joined = f"{name}-{workload}"
            owner = owners.setdefault(joined, name)
            if owner != name:
                yield Finding(
                    ("applications", name, key, workload),
                    f"with its application's name it is {joined}, as in application {owner}",
                    "rename one of them",
                )


def production_opens_no_node_ports(environment: Environment, applications: Applications) -> Iterator[Finding]:
    """Node ports are for debugging: they pass by Traefik and all that it enforces."""
    for name, application in applications.items():
        for workload_name, workload in application.workloads.items():
            if workload.service.type == "NodePort" and environment.is_production:
                yield Finding(
                    ("applications", name, "workloads", workload_name, "service", "type"),
                    "a port on each node is for debugging, not for production",
                    "use a route, or `type: LoadBalancer` within the VPC",
                )


def error_pages_exist(traffic: Traffic, applications: Applications) -> Iterator[Finding]:
    """Error pages are served by a declared workload."""
    for name, middleware in traffic.middlewares.items():
        errors = middleware.errors
        here = ("traffic", "middlewares", name, "errors")
        if errors is None:
            continue
        application = applications.get(errors.application)
        if application is None:
            yield unknown((*here, "application"), "application", errors.application, applications)
        elif errors.workload not in application.workloads:
            yield unknown((*here, "workload"), "workload", errors.workload, application.workloads)
        elif not application.workloads[errors.workload].served:
            yield Finding((*here, "workload"), "the workload has no port", "declare its port")


def talks_reach_something(applications: Applications) -> Iterator[Finding]:
    """A connection to nothing would silently stay closed."""
    for name, application in applications.items():
        for workload, talks in application.talks_to.items():
            for index, talk in enumerate(talks):
                here = ("applications", name, "talksTo", workload, index)
                if talk.workload is not None:
                    yield from _workload_talk(here, name, talk, applications)


def _workload_talk(here: Location, name: str, talk: Talk, applications: Applications) -> Iterator[Finding]:
    application = applications.get(talk.application or name)
    if application is None:
        yield unknown((*here, "application"), "application", str(talk.application), applications)
        return
    workload = application.workloads.get(str(talk.workload))
    if workload is None:
        found = unknown((*here, "workload"), "workload", str(talk.workload), application.workloads)
        others = [other for other, each in applications.items() if str(talk.workload) in each.workloads]
        fix = f"it is one of application {others[0]}: add `application: {others[0]}`" if others else found.fix
        yield Finding(found.location, found.rule, fix)
        return
    for location, reference in talk.located_ports():
        named = workload.ports.get(str(reference))
        fitting = [named] if named else [p for p in workload.ports.values() if _holds(p, reference)]
        if not fitting:
            yield unknown((*here, *location), "port of the workload", str(reference), workload.ports)
        elif talk.protocol not in [port.protocol for port in fitting]:
            yield Finding(
                (*here, "protocol"),
                f"the workload's port is {fitting[0].protocol}",
                f"set `protocol: {fitting[0].protocol}`",
            )


def _holds(port: Port, reference: PortReference) -> bool:
    return isinstance(reference, int) and port.port <= reference <= port.last
