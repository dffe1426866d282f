"""Traefik's routers that an objective is of."""

from collections.abc import Iterator

from network.config import StackConfig
from network.config.observability.objectives import Objective
from network.plan.model.names import application_namespace
from network.plan.model.traefik import router_name


def selector(config: StackConfig, objective: Objective) -> str:
    """Return the matchers of PromQL, without braces, of the objective's series of routers."""
    names = [router for _, router in _routers(config, objective)]
    return f'job="traefik",router=~"{"|".join(names)}"'


def applications(config: StackConfig, objective: Objective) -> frozenset[str]:
    """Return the applications whose routes the objective is of."""
    return frozenset(application for application, _ in _routers(config, objective))


def _routers(config: StackConfig, objective: Objective) -> Iterator[tuple[str, str]]:
    """Yield application and name of each router. One is made for each host of a route, in their order."""
    for application, declared in config.applications.items():
        namespace = application_namespace(config, application)
        for name, route in declared.routes.items():
            for index, host in enumerate(route.all_hosts):
                if host == objective.host or f"{application}/{name}" == objective.route:
                    yield application, router_name(namespace, name, index)
