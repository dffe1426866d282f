"""The connections that applications declare: routes, whom they talk to, whom they accept (SVC-3, POL-2)."""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from network.config import StackConfig
from network.config.applications import Accept, Talk, Workload
from network.config.applications.reached import external_services, workload_ports
from network.config.names import PortReference
from network.config.pods import Pods as NamedPods
from network.config.port_ranges import span
from network.plan.applications import layer_four
from network.plan.model.dashes import dashed
from network.plan.model.flows import Entity, Flow, Host, Peer, Pods, Port, Range
from network.plan.model.names import application_namespace
from network.plan.model.peers import API_SERVER, API_SERVER_PORTS, NODES, TRAEFIK, outside


def build(config: StackConfig) -> tuple[Flow, ...]:
    """Return the flows from Traefik to the backends of routes, and those of `talksTo` and
    `acceptsFrom`."""
    return (*_routed(config), *_talks(config), *_accepted(config))


def workload_pods(config: StackConfig, application: str, workload: str) -> Pods:
    """Return the pods of a declared workload."""
    declared = config.applications[application]
    return Pods(
        application_namespace(config, application),
        f"{application}-{workload}",
        declared.workloads[workload].labels,
    )


def _routed(config: StackConfig) -> list[Flow]:
    backends: defaultdict[tuple[str, str], dict[str, list[str]]] = defaultdict(dict)
    for name, application in config.applications.items():
        for route in application.routes.values():
            for workload, port in workload_ports(application, route):
                served = backends[name, workload].setdefault(port, [])
                path = route.path or route.path_regexp or route.path_prefix
                served += [f"{host}{path}" for host in route.all_hosts]
        for entry_point, route in layer_four.routes_of(application):
            served = backends[name, route.workload].setdefault(route.port, [])
            opened = config.ingress.entry_points[entry_point]
            served.append(f"{opened.protocol} {opened.port} ({entry_point})")
    for application, workload, port, purpose in _asked_by_middlewares(config):
        backends[application, workload].setdefault(port, []).append(purpose)
    return [
        *_external(config),
        *_workloads(config, backends),
    ]


def _workloads(
    config: StackConfig, backends: Mapping[tuple[str, str], Mapping[str, list[str]]]
) -> list[Flow]:
    return [
        Flow(
            f"traefik-to-{application}-{workload}",
            TRAEFIK,
            workload_pods(config, application, workload),
            tuple(_port(config.applications[application].workloads[workload], port) for port in ports),
            f"Serves {', '.join(dict.fromkeys(what for served in ports.values() for what in served))}.",
        )
        for (application, workload), ports in backends.items()
    ]


def _external(config: StackConfig) -> list[Flow]:
    """Return the flows from Traefik to hosts outside that routes lead to."""
    return [
        Flow(
            f"traefik-to-{name}-{external}",
            TRAEFIK,
            outside(config, application.external_services[external].host),
            (Port(application.external_services[external].port),),
            f"Serves from {application.external_services[external].host}.",
        )
        for name, application in config.applications.items()
        for external in dict.fromkeys(
            external
            for route in application.routes.values()
            for external in external_services(application, route)
        )
    ]


def _asked_by_middlewares(config: StackConfig) -> Iterator[tuple[str, str, str, str]]:
    """Yield workloads that middlewares connect to: application, workload, port, and what for."""
    for name, middleware in config.traffic.middlewares.items():
        errors, auth = middleware.errors, middleware.forward_auth
        if errors is not None:
            ports = config.applications[errors.application].workloads[errors.workload].served
            yield errors.application, errors.workload, next(iter(ports)), "error pages"
        if auth is not None and auth.application and auth.workload and auth.port:
            yield auth.application, auth.workload, auth.port, f"authentication ({name})"
    redis = config.traffic.redis
    if redis is not None and redis.application and redis.workload:
        ports = config.applications[redis.application].workloads[redis.workload].served
        named = next(n for n, port in ports.items() if redis.port in (n, port.port))
        yield redis.application, redis.workload, named, "shared rate limits"


def _talks(config: StackConfig) -> list[Flow]:
    return [
        Flow(
            f"{name}-{workload}-to-{_slug(name, talk)}",
            workload_pods(config, name, workload),
            _destination(config, name, talk),
            _destination_ports(config, name, talk),
            talk.reason,
        )
        for name, application in config.applications.items()
        for workload, talks in application.talks_to.items()
        for talk in talks
    ]


def _accepted(config: StackConfig) -> list[Flow]:
    return [
        Flow(
            f"{_source_name(accept, source)}-to-{name}-{workload}-"
            + "-".join(port for _, port in accept.located_ports()),
            source,
            workload_pods(config, name, workload),
            tuple(_port(application.workloads[workload], port) for _, port in accept.located_ports()),
            accept.reason,
        )
        for name, application in config.applications.items()
        for workload, accepts in application.accepts_from.items()
        for accept in accepts
        for source in _sources(name, accept)
    ]


def _sources(application: str, accept: Accept) -> tuple[Peer, ...]:
    """Return whom a connection comes from: the API server of a managed cluster reaches pods through a proxy
    on a node, so where it may connect, nodes may."""
    if accept.pods is not None:
        return (_foreign(accept.pods),)
    if accept.range is not None:
        return (Range(accept.range),)
    if accept.entity is not None:
        return (API_SERVER, NODES) if accept.entity == "kube-apiserver" else (NODES,)
    raise ValueError(f"a connection to {application} has no source: config refuses this")


def _source_name(accept: Accept, source: Peer) -> str:
    return source.name if isinstance(source, Entity) else _outside(accept)


def _destination(config: StackConfig, application: str, talk: Talk) -> Peer:
    if talk.workload is not None:
        return workload_pods(config, talk.application or application, talk.workload)
    if talk.pods is not None:
        return _foreign(talk.pods)
    if talk.host is not None:
        return Host(talk.host)
    if talk.range is not None:
        return Range(talk.range)
    if talk.entity is not None:
        return Entity(talk.entity)
    raise ValueError(f"a connection of {application} has no destination: config refuses this")


def _destination_ports(config: StackConfig, application: str, talk: Talk) -> tuple[Port, ...]:
    if talk.entity == "kube-apiserver":
        return API_SERVER_PORTS
    return tuple(
        _destination_port(config, application, talk, reference) for _, reference in talk.located_ports()
    )


def _destination_port(config: StackConfig, application: str, talk: Talk, reference: PortReference) -> Port:
    numbers = span(reference)
    if numbers is not None:
        first, last = numbers
        return Port(first, talk.protocol, last if last > first else None)
    if talk.workload is None:
        raise ValueError(f"port {reference} of {application} has no workload: config refuses this")
    destination = config.applications[talk.application or application]
    return _port(destination.workloads[talk.workload], str(reference))


def _port(workload: Workload, name: str) -> Port:
    declared = workload.ports[name]
    return Port(declared.port, declared.protocol, declared.end_port)


def _slug(application: str, talk: Talk) -> str:
    """Name the destination and port of a connection, so that no two flows share a name."""
    if talk.workload is not None:
        destination = f"{talk.application or application}-{talk.workload}"
    elif talk.entity is not None:
        destination = talk.entity
    else:
        destination = _outside(talk)
    ports = [str(reference).replace("-", "to") for _, reference in talk.located_ports()]
    return "-".join((destination, *ports, *([talk.protocol.lower()] if ports else [])))


def _outside(connection: Talk | Accept) -> str:
    """Name a peer that is no workload."""
    if connection.pods is not None:
        return _foreign(connection.pods).name
    return dashed(str(connection.range or (isinstance(connection, Talk) and connection.host)))


def _foreign(pods: NamedPods) -> Pods:
    """Return pods that others run, named after their namespace and labels."""
    labels = "".join(f",{key}={value}" for key, value in sorted(pods.labels.items()))
    named = dashed(labels.removeprefix(","), plain="a-z0-9=")
    return Pods(pods.namespace, f"{pods.namespace}-{named}", pods.labels)
