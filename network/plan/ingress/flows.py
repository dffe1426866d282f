"""The connections that Traefik needs, but for those to backends, which applications declare (POL-3)."""

from network.config import StackConfig
from network.plan.ingress.entrypoints import listeners
from network.plan.model.dashes import dashed
from network.plan.model.flows import Flow, Port, Range
from network.plan.model.peers import API_SERVER, API_SERVER_PORTS, NODES, TRAEFIK, WORLD, outside


def build(config: StackConfig) -> tuple[Flow, ...]:
    """Return the flows of Traefik with the API server, the load balancer, and whom middlewares ask."""
    # A proxying load balancer connects from its own address in the VPC; the other kind passes the
    # client's.
    proxied = config.ingress.load_balancer.type == "REGIONAL"
    opened = listeners(config)
    ports = tuple(each.inside for each in opened)
    flows = [
        Flow(
            "traefik-to-api-server",
            TRAEFIK,
            API_SERVER,
            API_SERVER_PORTS,
            "Watches routes, Services and Secrets; without it Traefik is Ready and answers 404.",
        ),
        Flow(
            "load-balancer-to-traefik",
            Range(config.external.vpc.ip_range) if proxied else WORLD,
            TRAEFIK,
            tuple(each.inside for each in opened if each.load_balancer == "public"),
            "The one public entry.",
        ),
    ]
    if config.ingress.internal_load_balancer is not None:
        flows.append(
            Flow(
                "internal-load-balancer-to-traefik",
                Range(config.external.vpc.ip_range),
                TRAEFIK,
                tuple(each.inside for each in opened if each.load_balancer == "internal"),
                "The entry from within the VPC.",
            )
        )
    flows += [
        Flow(
            f"traefik-to-{dashed(host)}-{port}",
            TRAEFIK,
            outside(config, host),
            (Port(port),),
            f"{' and '.join(reasons)}.",
        )
        for (host, port), reasons in _hosts_of_middlewares(config).items()
    ]
    if config.ingress.external_traffic_policy == "Cluster":
        flows.append(
            Flow(
                "nodes-to-traefik",
                NODES,
                TRAEFIK,
                ports,
                "With externalTrafficPolicy Cluster the last hop comes from a node.",
            )
        )
    return tuple(flows)


def _hosts_of_middlewares(config: StackConfig) -> dict[tuple[str, int], list[str]]:
    """Return hosts and ports outside the cluster that middlewares ask, and why."""
    hosts: dict[tuple[str, int], list[str]] = {}
    for name, middleware in config.traffic.middlewares.items():
        if middleware.forward_auth is not None and middleware.forward_auth.host is not None:
            hosts.setdefault(middleware.forward_auth.host, []).append(f"Asks whether to let in ({name})")
    redis = config.traffic.redis
    if redis is not None and redis.host is not None:
        hosts.setdefault((redis.host, int(redis.port)), []).append("Counts shared rate limits")
    return hosts
