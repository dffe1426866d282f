"""The connections that the platform's own layers need (POL-3).

The kubelet's probes and port-forwards are no flows: Kubernetes lets a node reach its own pods
whatever the policies say, and a rule for them would open the pods to the other nodes as well.
"""

from ipaddress import AddressValueError, IPv4Address, IPv4Network

from network.config import StackConfig
from network.plan.ingress.entrypoints import CONTAINER_PORTS, WEB, WEBSECURE
from network.plan.model import names
from network.plan.model.flows import Entity, Flow, Host, Peer, Pods, Port, Range

CONTROLLER = Pods(
    names.CERT_MANAGER,
    "controller",
    {
        "app.kubernetes.io/name": "cert-manager",
        "app.kubernetes.io/component": "controller",
    },
)
WEBHOOK = Pods(
    names.CERT_MANAGER,
    "webhook",
    {"app.kubernetes.io/name": "webhook", "app.kubernetes.io/component": "webhook"},
)
CAINJECTOR = Pods(
    names.CERT_MANAGER,
    "cainjector",
    {
        "app.kubernetes.io/name": "cainjector",
        "app.kubernetes.io/component": "cainjector",
    },
)
STARTUP_CHECK = Pods(
    names.CERT_MANAGER,
    "startupapicheck",
    {
        "app.kubernetes.io/name": "startupapicheck",
        "app.kubernetes.io/component": "startupapicheck",
    },
)
SOLVER = Pods(names.TRAEFIK, "acme-solver", {"acme.cert-manager.io/http01-solver": "true"})
"""Runs in the namespace of the Certificate, which for the platform's is the ingress namespace."""
TRAEFIK = Pods(names.TRAEFIK, "traefik", {"app.kubernetes.io/name": "traefik"})
CLUSTER_DNS = Pods("kube-system", "cluster-dns", {"k8s-app": "kube-dns"})

METRICS_SERVER = Pods(names.METRICS_SERVER, "metrics-server", {"app.kubernetes.io/name": "metrics-server"})

API_SERVER = Entity("kube-apiserver")
NODES = Entity("nodes")
WORLD = Entity("world")

HTTPS = (Port(443),)
DNS = (Port(53, "UDP"), Port(53, "TCP"))
API_SERVER_PORTS = (Port(443), Port(6443), Port(16443))
"""Policies see the port behind the Service. 6443 is Kubernetes' default; a highly available DOKS
control plane listens on 443 or 16443 of the nodes' private interfaces. Which one a cluster uses is
not documented."""
WEBHOOK_PORTS = (Port(10250),)
METRICS_PORTS = (Port(10250),)
KUBELET_PORTS = (Port(10250),)
SOLVER_PORTS = (Port(8089),)
ENTRYPOINT_PORTS = tuple(Port(CONTAINER_PORTS[entrypoint]) for entrypoint in (WEB, WEBSECURE))

ACME_HOSTS = ("acme-v02.api.letsencrypt.org", "acme-staging-v02.api.letsencrypt.org")
"""Directories of both issuers; nonces, orders and certificates are served by the same hosts."""
DNS_API_HOSTS = {
    "digitalocean": "api.digitalocean.com",
    "cloudflare": "api.cloudflare.com",
}


_METRICS = (
    Flow(
        "metrics-server-to-api-server",
        METRICS_SERVER,
        API_SERVER,
        API_SERVER_PORTS,
        "Watches nodes and pods, and asks who may read.",
    ),
    Flow("metrics-server-to-kubelets", METRICS_SERVER, NODES, KUBELET_PORTS, "Reads the pods' use of CPU."),
    Flow(
        "api-server-to-metrics-server",
        API_SERVER,
        METRICS_SERVER,
        METRICS_PORTS,
        "Serves an API of the cluster.",
    ),
    Flow(
        "nodes-to-metrics-server",
        NODES,
        METRICS_SERVER,
        METRICS_PORTS,
        "A managed API server reaches it through a proxy on a node.",
    ),
)


def build(config: StackConfig) -> tuple[Flow, ...]:
    """Return the flows of cluster DNS, metrics-server, cert-manager and Traefik."""
    return (*_cluster_dns(config), *_cert_manager(config), *_METRICS, *_traefik(config))


def _cluster_dns(config: StackConfig) -> list[Flow]:
    namespaces = {
        *names.PLATFORM_NAMESPACES,
        *(names.application_namespace(config, name) for name in config.applications),
    }
    return [
        Flow(
            f"{namespace}-to-cluster-dns",
            Pods(namespace, "default-deny", {}),
            CLUSTER_DNS,
            DNS,
            "Every pod resolves names.",
        )
        for namespace in sorted(namespaces)
    ]


def _cert_manager(config: StackConfig) -> list[Flow]:
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
        for host in ACME_HOSTS
    ]
    flows.append(_zone_writer(config))
    if config.certificates.dns01.wait_instead_of_self_check is None:
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
    return flows


def _zone_writer(config: StackConfig) -> Flow:
    dns01 = config.certificates.dns01
    if dns01.provider == "rfc2136":
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
    host = DNS_API_HOSTS[dns01.provider]
    return Flow(
        "controller-to-dns-api",
        CONTROLLER,
        outside(config, host),
        HTTPS,
        f"DNS-01 writes challenge records through {host}.",
    )


def outside(config: StackConfig, host: str) -> Peer:
    """Return the narrowest peer that the stack's policies can express for a host outside."""
    try:
        return Range(IPv4Network(IPv4Address(host)))
    except AddressValueError:
        return Host(host) if config.cluster.cni == "cilium" else WORLD


def _traefik(config: StackConfig) -> list[Flow]:
    # A proxying load balancer connects from its own address in the VPC; the other kind passes the
    # client's.
    proxied = config.ingress.load_balancer.type == "REGIONAL"
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
            ENTRYPOINT_PORTS,
            "The one public entry.",
        ),
    ]
    flows += [
        Flow(
            f"traefik-to-{_slug(host)}-{port}",
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
                ENTRYPOINT_PORTS,
                "With externalTrafficPolicy Cluster the last hop comes from a node.",
            )
        )
    return flows


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


def _slug(host: str) -> str:
    return host.replace(".", "-")
