"""Objectives: of what is there, and what they ask of those that tell of them (OBS-8)."""

from collections.abc import Iterator

from network.config.applications import Application, Route
from network.config.applications.reached import is_grpc
from network.config.model import Finding, Location
from network.config.nearest import unknown
from network.config.observability import Observability
from network.config.observability.objectives import Objective

Applications = dict[str, Application]


def objectives_are_of_something(
    observability: Observability | None, applications: Applications
) -> Iterator[Finding]:
    """Of a host or route that is not there nothing is ever measured."""
    hosts = {
        host: name
        for name, a in applications.items()
        for each in a.routes.values()
        for host in each.all_hosts
    }
    routes = {f"{name}/{route}": name for name, a in applications.items() for route in a.routes}
    for here, objective in _objectives(observability):
        if objective.host is not None and objective.host not in hosts:
            yield unknown((*here, "host"), "host of a route", objective.host, hosts)
        if objective.route is not None and objective.route not in routes:
            yield unknown((*here, "route"), "route", objective.route, routes)


def objectives_are_of_one_thing_each(observability: Observability | None) -> Iterator[Finding]:
    """Two objectives of one host or route would page twice for one failure."""
    first: dict[str, str] = {}
    for here, objective in _objectives(observability):
        if objective.host is None and objective.route is None:
            continue  # its own finding
        other = first.setdefault(objective.subject, str(here[-1]))
        if other != here[-1]:
            yield Finding(
                here,
                f"{other} is an objective of {objective.subject} already: each failure would page twice",
                f"write what it promises into {other}, and remove it",
            )


def latencies_are_of_plain_http(
    observability: Observability | None, applications: Applications
) -> Iterator[Finding]:
    """A call of gRPC may be a stream, which lasts as long as somebody listens: no histogram tells."""
    for here, objective in _objectives(observability):
        routes = list(_routes(applications, objective))
        if objective.latency and routes and all(is_grpc(*each) for each in routes):
            what = "the route speaks" if objective.route else "all routes of the host speak"
            yield Finding(
                (*here, "latency"),
                f"{what} gRPC alone (`scheme: h2c`), whose calls may be streams: only answers of plain HTTP "
                "are timed, so this would be a promise of nothing",
                "remove latency, and promise availability, which counts failed calls; or give the port "
                "`scheme: http`, if HTTP/1.1 is meant",
            )


def _routes(applications: Applications, objective: Objective) -> Iterator[tuple[Application, Route]]:
    """Yield each route that an objective is of, with its application."""
    for name, application in applications.items():
        for route_name, route in application.routes.items():
            if objective.route == f"{name}/{route_name}" or objective.host in route.all_hosts:
                yield application, route


def _objectives(observability: Observability | None) -> Iterator[tuple[Location, Objective]]:
    for name, objective in ({} if observability is None else observability.objectives).items():
        yield ("observability", "objectives", name), objective
