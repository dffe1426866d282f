"""What somebody on call is told of the way in: Traefik, its routes, the load balancer (OBS-6).

They hold without any objective; a promise of its own pages earlier and more precisely.
"""

from collections.abc import Mapping

from network.config import StackConfig
from network.config.entry_points import Balancer
from network.plan.ingress import usage
from network.plan.ingress.buckets import SLOW
from network.plan.ingress.entrypoints import OF_HTTP
from network.plan.model.owners import owned
from network.plan.model.promql import up_to
from network.plan.model.rules import Alert, RuleGroup

DASHBOARD, SERVICES = "network-traefik", "network-services"

PER_UNIT = 10_000
"""Requests per second, and connections, that each node of a load balancer takes (docs.digitalocean.com, load
balancers, limits)."""

_FAILED = 'code=~"5..|2|4|12|13|14|15"'
"""5xx, and the codes of gRPC, of one or two digits, that stand for it."""

_FAILING = 0.05
"""Share of requests: far above what deployments and restarts cause."""


def build(config: StackConfig) -> RuleGroup:
    """Return the alerts of the ingress layer."""
    rules = [_down(), _error_rate(), _route_error_rate(), _route_slow()]
    units = _units(config)
    if units:
        rules.append(_load_balancers(config, units))
    return RuleGroup("ingress", tuple(rules))


def _down() -> Alert:
    return Alert(
        "IngressDown",
        'absent(up{job="traefik"} == 1)',
        "1m",
        "critical",
        "Every public host is unreachable: no replica of Traefik answers",
        "Prometheus reaches no replica of Traefik. Either none runs, or nothing in the cluster reaches them.",
        DASHBOARD,
        {"job": "traefik"},
    )


def _error_rate() -> Alert:
    requests = f'traefik_entrypoint_requests_total{{entrypoint=~"{"|".join(OF_HTTP)}"'
    failed = f"sum by (entrypoint) (rate({requests},{_FAILED}}}[5m]))"
    all_of_them = f"sum by (entrypoint) (rate({requests}}}[5m]))"
    return Alert(
        "IngressErrorRate",
        # A request per second, of which a twentieth is more than one by chance.
        f"{failed} / ({all_of_them} > 1) > {_FAILING}",
        "5m",
        "critical",
        "Requests to all hosts fail at entrypoint {{ $labels.entrypoint }}",
        f"{{{{ $value | humanizePercentage }}}} of the requests of the last five minutes failed (5xx); "
        f"expected are fewer than {_FAILING:.0%}.",
        DASHBOARD,
    )


def _route_error_rate() -> Alert:
    requests = "traefik_router_requests_total"
    failed = f'sum by (router) (rate({requests}{{job="traefik",{_FAILED}}}[10m]))'
    all_of_them = f'sum by (router) (rate({requests}{{job="traefik"}}[10m]))'
    return Alert(
        "RouteErrorRate",
        owned(_by_route(f"{failed} / ({all_of_them} > 0.05) > {_FAILING}")),
        "5m",
        "warning",
        "Requests to route {{ $labels.route }} fail",
        f"{{{{ $value | humanizePercentage }}}} of the requests of the last ten minutes failed (5xx); "
        f"expected are fewer than {_FAILING:.0%}.",
        SERVICES,
    )


def _route_slow() -> Alert:
    # Websockets and streams last as long as somebody wants them to; what failed is the other alert's.
    answered = 'job="traefik",protocol="http",code!~"5.."'
    duration = "traefik_router_request_duration_seconds"
    in_time = f"sum by (router) (rate({duration}_bucket{{{answered},{up_to(SLOW)}}}[10m]))"
    all_of_them = f"sum by (router) (rate({duration}_count{{{answered}}}[10m]))"
    return Alert(
        "RouteSlow",
        owned(_by_route(f"1 - {in_time} / ({all_of_them} > 0.05) > 0.1")),
        "10m",
        "warning",
        "Route {{ $labels.route }} answers slowly",
        f"{{{{ $value | humanizePercentage }}}} of the answers of the last ten minutes took longer than "
        f"{SLOW} s; expected are fewer than 10%.",
        SERVICES,
    )


def _units(config: StackConfig) -> dict[Balancer, int]:
    """Return the units of each load balancer that has some: one that passes packets through has none."""
    public, internal = config.ingress.load_balancer, config.ingress.internal_load_balancer
    units: dict[Balancer, int] = {}
    if public.type == "REGIONAL":
        units["public"] = public.size_unit
    if internal is not None:
        units["internal"] = internal.size_unit
    return units


def _load_balancers(config: StackConfig, units: Mapping[Balancer, int]) -> Alert:
    used = " or ".join(
        f'label_replace(label_replace({use} / {own * PER_UNIT}, "limit", "{limit}", "", ""), '
        f'"load_balancer", "{balancer}", "", "")'
        for balancer, own in units.items()
        for limit, use in _uses(config, balancer).items()
    )
    return Alert(
        "LoadBalancerNearItsUnits",
        f"({used}) > 0.8",
        "5m",
        "warning",
        "The {{ $labels.load_balancer }} load balancer will soon refuse clients of all its hosts: its "
        "{{ $labels.limit }} run out",
        "{{ $value | humanizePercentage }} of the {{ $labels.limit }} that its units take are used, "
        f"{PER_UNIT} each, as Traefik counts them behind it; told above 80%. `sizeUnit` of "
        "`ingress.loadBalancer`, or of `ingress.internalLoadBalancer`, adds units.",
        DASHBOARD,
    )


def _uses(config: StackConfig, balancer: Balancer) -> dict[str, str]:
    """Return what is used of each limit of a load balancer, as Traefik counts it behind it."""
    return {
        "requests per second": usage.requests(balancer),
        "connections": usage.connections(config, balancer),
    }


def _by_route(expr: str) -> str:
    """Return series by router with labels `namespace` and `route`, which their routers' names are made of."""
    named = r"([^_]+)_([^_]+)_[0-9]+@kubernetescrd"
    with_namespace = f'label_replace({expr}, "namespace", "$1", "router", "{named}")'
    return f'label_replace({with_namespace}, "route", "$1/$2", "router", "{named}")'
