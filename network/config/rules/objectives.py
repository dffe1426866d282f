"""Objectives: of what is there, and what they ask of those that tell of them (OBS-8)."""

from collections.abc import Iterator

from network.config.applications import Application
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


def _objectives(observability: Observability | None) -> Iterator[tuple[Location, Objective]]:
    for name, objective in ({} if observability is None else observability.objectives).items():
        yield ("observability", "objectives", name), objective
