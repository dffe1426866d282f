"""The connections that cert-manager needs (POL-3).

The kubelet's probes and port-forwards are no flows of any layer: Kubernetes lets a node reach its own pods
whatever the policies say, and a rule for them would open the pods to the other nodes as well.
"""

from network.config import StackConfig, platform
from network.config.dns_providers import PROVIDERS
from network.plan.certificates.acme import HOSTS
from network.plan.model.dashes import dashed
from network.plan.model.flows import Flow, Pods, Port
from network.plan.model.layer import MetricsEndpoint
from network.plan.model.peers import API_SERVER, API_SERVER_PORTS, DNS, HTTPS, NODES, TRAEFIK, WORLD, outside

CONTROLLER = Pods(
    platform.CERT_MANAGER,
    "controller",
    {
        "app.kubernetes.io/name": "cert-manager",
        "app.kubernetes.io/component": "controller",
    },
)
WEBHOOK = Pods(
    platform.CERT_MANAGER,
    "webhook",
    {"app.kubernetes.io/name": "webhook", "app.kubernetes.io/component": "webhook"},
)
CAINJECTOR = Pods(
    platform.CERT_MANAGER,
    "cainjector",
    {
        "app.kubernetes.io/name": "cainjector",
        "app.kubernetes.io/component": "cainjector",
    },
)
STARTUP_CHECK = Pods(
    platform.CERT_MANAGER,
    "startupapicheck",
    {
        "app.kubernetes.io/name": "startupapicheck",
        "app.kubernetes.io/component": "startupapicheck",
    },
)
SOLVER = Pods(platform.TRAEFIK, "acme-solver", {"acme.cert-manager.io/http01-solver": "true"})
"""Runs in the namespace of the Certificate, which for the platform's is the ingress namespace."""

WEBHOOK_PORTS = (Port(10250),)
SOLVER_PORTS = (Port(8089),)

METRICS = tuple(
    # Its series tell of certificates in other namespaces.
    MetricsEndpoint(f"cert-manager-{pods.name}", pods, 9402, honor_labels=True)
    for pods in (CONTROLLER, WEBHOOK, CAINJECTOR)
)
"""The port is the chart's."""


def build(config: StackConfig) -> tuple[Flow, ...]:
    """Return the flows of controller, webhook, CA injector, start-up check and solvers."""
    flows = [
        Flow(
            f"{pods.name}-to-api-server",
            pods,
            API_SERVER,
            API_SERVER_PORTS,
            "Watches its objects.",
        )
        for pods in (CONTROLLER, WEBHOOK, CAINJECTOR, STARTUP_CHECK)
    ]
    flows += [
        Flow(
            "api-server-to-webhook",
            API_SERVER,
            WEBHOOK,
            WEBHOOK_PORTS,
            "Admission of cert-manager's objects.",
        ),
        Flow(
            "nodes-to-webhook",
            NODES,
            WEBHOOK,
            WEBHOOK_PORTS,
            "A managed API server reaches webhooks through a proxy on a node.",
        ),
    ]
    flows += [
        Flow(
            f"controller-to-{host.split('.')[0]}",
            CONTROLLER,
            outside(config, host),
            HTTPS,
            f"Let's Encrypt's directory {host}.",
        )
        for host in sorted(HOSTS.values())
    ]
    flows.append(_zone_writer(config))
    flows += _resolvers(config)
    dns01 = config.certificates.dns01
    if dns01.wait_instead_of_self_check is None and not dns01.recursive_nameservers_only:
        flows.append(
            Flow(
                "controller-to-name-servers",
                CONTROLLER,
                WORLD,
                DNS,
                "Self-check of DNS-01 asks the zone's authoritative name servers.",
            )
        )
    if config.certificates.http01 is not None:
        flows.append(
            Flow(
                "traefik-to-acme-solver",
                TRAEFIK,
                SOLVER,
                SOLVER_PORTS,
                "Answers HTTP-01 challenges.",
            )
        )
    return tuple(flows)


def _resolvers(config: StackConfig) -> list[Flow]:
    return [
        Flow(
            f"controller-to-resolver-{dashed(resolver)}",
            CONTROLLER,
            outside(config, resolver.partition(":")[0]),
            tuple(Port(int(resolver.partition(":")[2]), protocol) for protocol in ("UDP", "TCP")),
            "Asked for names, before a challenge is written and whether it is there.",
        )
        for resolver in config.certificates.dns01.recursive_nameservers
    ]


def _zone_writer(config: StackConfig) -> Flow:
    dns01 = config.certificates.dns01
    api = PROVIDERS[dns01.provider].api_host
    if api is None:
        host, _, port = dns01.nameserver.rpartition(":")
        # By UDP an answer that does not fit is asked for once more by TCP.
        ports = tuple(Port(int(port), protocol) for protocol in dict.fromkeys((dns01.protocol, "TCP")))
        return Flow(
            "controller-to-primary-name-server",
            CONTROLLER,
            outside(config, host),
            ports,
            "DNS-01 writes challenge records by dynamic update (RFC 2136).",
        )
    return Flow(
        "controller-to-dns-api",
        CONTROLLER,
        outside(config, api),
        HTTPS,
        f"DNS-01 writes challenge records through {api}.",
    )
